import { test } from "uvu";
import * as assert from "uvu/assert";
import type { WebSocket } from "ws";
import type { Socket } from "../../src/core/ports.ts";
import { webSocketDialer } from "../../src/edge/web_socket.ts";
import { answering, deadPort, withRawServer, withSocketServer } from "../support/loopback.ts";

type Said = string | Uint8Array | { readonly closed: string };

/** Dials and keeps what the listener is told; `react` is called after each word of it. */
function dialed(
  url: string,
  options: {
    readonly timeoutMs?: number;
    readonly frameBytesMax?: number;
    readonly react?: (said: Said, socket: Socket) => void;
  } = {},
) {
  const { timeoutMs = 10_000, frameBytesMax = 1024, react } = options;
  const told: Said[] = [];
  let isBetweenTurns = false;
  const closed = new Promise<string>((resolve) => {
    const tell = (said: Said) => {
      assert.ok(isBetweenTurns, "told within a call of ours");
      told.push(said);
      isBetweenTurns = false;
      react?.(said, socket);
      isBetweenTurns = true;
    };
    const socket = webSocketDialer.dial(url, { timeoutMs, frameBytesMax }, {
      opened: () => tell("<opened>"),
      received: tell,
      signed: () => tell("<signed>"),
      closed: (reason) => {
        tell({ closed: reason });
        resolve(reason);
      },
    });
    isBetweenTurns = true;
  });
  return { told, closed };
}

/** What is told of a server's connection, to its end. */
async function toldOf(
  serve: (server: WebSocket) => void,
  options: Parameters<typeof dialed>[1] = {},
): Promise<readonly Said[]> {
  let told: readonly Said[] = [];
  await withSocketServer(serve, async (url) => {
    const connection = dialed(url, options);
    await connection.closed;
    told = connection.told;
  });
  return told;
}

test("dial() hands on text as text and bytes as bytes, and tells of pings and pongs", async () => {
  const told = await toldOf((server) => {
    server.send('{"price":"1.5 €"}');
    server.send(Uint8Array.of(0, 255, 128));
    server.on("ping", () => {
      server.ping("20s");
      server.on("pong", (payload) => server.close(1000, payload.toString()));
    });
  }, { react: (said, socket) => said instanceof Uint8Array && socket.ping() });
  assert.equal(told.slice(0, 3), ["<opened>", '{"price":"1.5 €"}', Uint8Array.of(0, 255, 128)]);
  assert.equal(told.slice(3, -1), ["<signed>", "<signed>"]);
  assert.equal(told.at(-1), { closed: 'Closed by the other side with code 1000 and "20s"' });
});

test("send() reaches the other side, and does nothing before and after the connection", async () => {
  const arrived: string[] = [];
  await withSocketServer((server) => {
    server.on("message", (bytes: Uint8Array) => {
      arrived.push(bytes.toString());
      server.close();
    });
  }, async (url) => {
    const { closed } = dialed(url, {
      react: (said, socket) => {
        socket.send(said === "<opened>" ? "while open" : "too late");
        if (said !== "<opened>") socket.ping();
      },
    });
    assert.is(await closed, "Closed by the other side with code none");
  });
  assert.equal(arrived, ["while open"]);
  await withSocketServer(() => {}, async (url) => {
    const reason = await new Promise((resolve) => {
      const socket = webSocketDialer.dial(url, { timeoutMs: 10_000, frameBytesMax: 1024 }, {
        opened() {},
        received() {},
        signed() {},
        closed: resolve,
      });
      socket.send("too early");
      socket.ping();
      socket.close();
      socket.close();
    });
    assert.is(reason, "Closed by us");
  });
});

test("close() ends a connection at once: nothing that was under way is told any more", async () => {
  const told = await toldOf((server) => {
    for (let i = 0; i < 100; i++) server.send("tick");
  }, { react: (said, socket) => said === "tick" && socket.close() });
  assert.equal(told, ["<opened>", "tick", { closed: "Closed by us" }]);
});

const ENDS: readonly (readonly [string, (server: WebSocket) => void, reason: string])[] = [
  ["a broken line", (server) => server.terminate(), "Connection broke off without a close frame"],
  [
    "a goodbye",
    (server) => server.close(1008, 'Too "many"'),
    'Closed by the other side with code 1008 and "Too \\"many\\""',
  ],
  ["a frame too long", (server) => server.send("x".repeat(1025)), "Frame is longer than 1024 bytes"],
  [
    "text that is no UTF-8",
    (server) => server.send(Uint8Array.of(0xc3, 0x28), { binary: false }),
    "Frame breaks the protocol: Invalid WebSocket frame: invalid UTF-8 sequence",
  ],
];
for (const [name, serve, reason] of ENDS) {
  test(`closed() says why, once, at ${name}`, async () => {
    assert.equal(await toldOf(serve), ["<opened>", { closed: reason }]);
  });
}

const REFUSALS: readonly (readonly [answer: string, reason: string])[] = [
  ["HTTP/1.1 403 Forbidden\r\n\r\n<html>", "Connection refused with HTTP 403"],
  [
    "HTTP/1.1 418 Teapot\r\nRetry-After: 120\r\n\r\n",
    'Connection refused with HTTP 418, Retry-After "120"',
  ],
  ["HTTP/1.1 429 Slow\r\nRetry-After: 7\r\n\r\n", 'Connection refused with HTTP 429, Retry-After "7"'],
  ["HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\n\r\n", "Connection refused with HTTP 302"],
  ["HTTP/1.1 200 OK\r\n\r\nhello", "Connection refused with HTTP 200"],
];
test("closed() names what the upgrade was answered", async () => {
  for (const [answer, reason] of REFUSALS) {
    await withRawServer(answering(answer), async (port) => {
      const { closed, told } = dialed(`ws://127.0.0.1:${port}/`);
      assert.is(await closed, reason);
      assert.is(told.length, 1);
    });
  }
});

test("closed() tells of a handshake that is none", async () => {
  const head = "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  await withRawServer(answering(`${head}Sec-WebSocket-Accept: nonsense\r\n\r\n`), async (port) => {
    const { closed, told } = dialed(`ws://127.0.0.1:${port}/`);
    assert.is(await closed, "Invalid Sec-WebSocket-Accept header");
    assert.is(told.length, 1);
  });
});

test("closed() tells of a server that hangs up in the handshake", async () => {
  await withRawServer((socket) => socket.once("data", () => socket.destroy()), async (port) => {
    const { closed } = dialed(`ws://127.0.0.1:${port}/`);
    assert.match(await closed, /^(Connection reset by the other side \(ECONNRESET\)|socket hang up)/);
  });
});

test("closed() tells of a handshake that takes too long, though headers drip in", async () => {
  await withRawServer((socket) => {
    socket.once("data", () => socket.write("HTTP/1.1 101 Switching\r\nUpgrade: web"));
  }, async (port) => {
    const { closed } = dialed(`ws://127.0.0.1:${port}/`, { timeoutMs: 60 });
    assert.is(await closed, "No connection within 60 ms");
  });
});

test("closed() tells that nobody listens", async () => {
  const { closed } = dialed(`ws://127.0.0.1:${await deadPort()}/`);
  assert.is(await closed, "Connection refused (ECONNREFUSED)");
});

test("closed() tells of a URL that is none", async () => {
  for (const url of ["nowhere", "ftp://127.0.0.1/", "ws://127.0.0.1/#part"]) {
    const { closed, told } = dialed(url, {
      react: (_, socket) => {
        socket.send("nobody");
        socket.ping();
        socket.close();
      },
    });
    assert.match(await closed, /^Cannot connect: .*URL/);
    assert.is(told.length, 1);
  }
});

test.run();
