import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HttpAnswer } from "../../src/core/ports.ts";
import { httpGet } from "../../src/edge/http_get.ts";
import { answering, deadPort, withRawServer } from "../support/loopback.ts";

const LIMITS = { timeoutMs: 10_000, bytesMax: 64 };

/** The answer to a GET where the server says `text`, or the reason why there is none, with whose fault it is. */
async function answerTo(text: string, limits = LIMITS): Promise<HttpAnswer | string> {
  let result: HttpAnswer | string = "";
  await withRawServer(answering(text), async (port) => {
    result = await httpGet(`http://127.0.0.1:${port}/`, limits).catch((error) =>
      `${error.name}: ${error.message}`
    );
  });
  return result;
}

test("httpGet() gives status, headers, body and how long it took", async () => {
  const answer = await answerTo(
    'HTTP/1.1 200 OK\r\nX-MBX-USED-WEIGHT-1M: 7\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\n{"a":"€"}',
  );
  if (typeof answer === "string") throw new Error(answer);
  assert.is(answer.status, 200);
  assert.is(answer.body, '{"a":"€"}');
  assert.is(answer.headers.get("x-mbx-used-weight-1m"), "7");
  assert.is(answer.headers.get("set-cookie"), "a, b");
  assert.ok(answer.elapsedMs > 0);
});

test("httpGet() hands on every status, and follows no redirect", async () => {
  for (const status of [204, 302, 403, 418, 429, 500, 503]) {
    const answer = await answerTo(`HTTP/1.1 ${status} Odd\r\nLocation: http://127.0.0.1:1/\r\n\r\n`);
    assert.is(typeof answer === "string" ? answer : answer.status, status);
  }
});

test("httpGet() sends a GET without a body, whatever it is given", async () => {
  let asked = "";
  await withRawServer((socket) => {
    socket.once("data", (bytes) => {
      asked = bytes.toString();
      socket.end("HTTP/1.1 200 OK\r\n\r\n");
    });
  }, async (port) => {
    const more = { ...LIMITS, method: "POST", body: "order", headers: { "X-MBX-APIKEY": "k" } };
    await httpGet(`http://127.0.0.1:${port}/api/v3/order?side=BUY`, more);
  });
  const [head, body] = asked.split("\r\n\r\n");
  assert.match(head!, /^GET \/api\/v3\/order\?side=BUY HTTP\/1\.1\r\n/);
  assert.not.match(head!, /APIKEY|content-length|transfer-encoding/i);
  assert.match(head!, /\r\nconnection: close(\r\n|$)/i);
  assert.is(body, "");
});

const FAULTS: readonly (readonly [string, answer: string, reason: RegExp])[] = [
  [
    "is too long",
    `HTTP/1.1 200 OK\r\n\r\n${"x".repeat(65)}`,
    /^AnswerError: TOO_LONG: the answer is longer than 64 bytes$/,
  ],
  [
    "is cut off",
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
    /^Error: (Connection reset|Connection closed|aborted)/,
  ],
  [
    "is cut off between its chunks",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
    /^Error: (Connection reset|Connection closed|aborted)/,
  ],
  ["is none at all", "", /^Error: (Connection reset|Connection closed|socket hang up)/],
  ["is no HTTP", "220 mail ready\r\n\r\n", /^AnswerError: NOT_HTTP: .*HPE_INVALID/],
  [
    "has endless headers",
    `HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(20_000)}\r\n`,
    /^AnswerError: TOO_LONG: Headers of the answer are too long/,
  ],
  [
    "changes the protocol",
    "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    /^AnswerError: NOT_HTTP: the answer is a change of protocol, expected text$/,
  ],
];
for (const [name, answer, reason] of FAULTS) {
  test(`httpGet() rejects when the answer ${name}`, async () => {
    const result = await answerTo(answer);
    assert.type(result, "string");
    assert.match(result as string, reason);
  });
}

test("httpGet() takes an answer of exactly the limit", async () => {
  const answer = await answerTo(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(64)}`);
  assert.is(typeof answer === "string" ? answer : answer.body.length, 64);
});

test("httpGet() rejects when the whole answer takes too long", async () => {
  for (const begun of ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegun"]) {
    await withRawServer((socket) => socket.once("data", () => socket.write(begun)), async (port) => {
      const url = `http://127.0.0.1:${port}/`;
      const reason = await httpGet(url, { ...LIMITS, timeoutMs: 60 }).catch((error) => error.message);
      assert.is(reason, "No whole answer within 60 ms");
    });
  }
});

test("httpGet() rejects when nobody listens", async () => {
  const dead = `http://127.0.0.1:${await deadPort()}/`;
  const reason = await httpGet(dead, LIMITS).catch((error) => error.message);
  assert.is(reason, "Connection refused (ECONNREFUSED)");
});

test("httpGet() speaks TLS where the URL says so", async () => {
  let first = 0;
  await withRawServer((socket) => {
    socket.once("data", (bytes) => {
      first = bytes[0]!;
      socket.destroy();
    });
  }, async (port) => {
    const reason = await httpGet(`https://127.0.0.1:${port}/`, LIMITS).catch((error) => error.message);
    assert.type(reason, "string");
  });
  assert.is(first, 22); // a TLS handshake record, RFC 8446, 5.1
});

test("httpGet() rejects a URL that is none", async () => {
  for (const url of ["nowhere", "ftp://127.0.0.1/"]) {
    const reason = await httpGet(url, LIMITS).catch((error) => error.message);
    assert.match(reason, /URL|Protocol/);
  }
});

test.run();
