import { test } from "uvu";
import * as assert from "uvu/assert";
import { guardedNetwork, type Network } from "../../src/edge/network.ts";

const LISTENER = { opened() {}, received() {}, signed() {}, closed() {} };
const OPTIONS = { timeoutMs: 1000, frameBytesMax: 1000 };

function network() {
  const opened: string[] = [];
  const socket = { send() {}, ping() {}, close() {} };
  const open: Network = {
    dialer: {
      dial(url) {
        opened.push(url);
        return socket;
      },
    },
    get(url) {
      opened.push(url);
      return Promise.resolve({ status: 200, headers: new Map(), body: "", elapsedMs: 1 });
    },
  };
  const guarded = guardedNetwork((url) => url.includes("good") ? null : `Denied: ${url}`, open);
  return { ...guarded, opened, socket };
}

test("guardedNetwork() opens what it may", async () => {
  const { dialer, get, opened, socket } = network();
  assert.is(dialer.dial("ws://good/1", OPTIONS, LISTENER), socket);
  assert.is((await get("http://good/2", { timeoutMs: 1, bytesMax: 1 })).status, 200);
  assert.equal(opened, ["ws://good/1", "http://good/2"]);
});

test("guardedNetwork() opens nothing else: a dial is closed behind itself, a question rejected, with the reason", async () => {
  const { dialer, get, opened } = network();
  const closed: string[] = [];
  const socket = dialer.dial("ws://bad", OPTIONS, {
    ...LISTENER,
    closed: (reason) => void closed.push(reason),
  });
  socket.send("x");
  socket.ping();
  socket.close();
  assert.equal(closed, [], "not inside dial");
  await Promise.resolve();
  assert.equal(closed, ["Denied: ws://bad"]);
  const answer = await get("http://bad", { timeoutMs: 1, bytesMax: 1 }).catch((error: Error) =>
    error.message
  );
  assert.is(answer, "Denied: http://bad");
  assert.equal(opened, []);
});

test.run();
