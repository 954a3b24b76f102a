import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HttpGet } from "../src/core/ports.ts";
import { httpGet } from "../src/edge/http_get.ts";
import { type RecordingServer, withRecordingServer } from "./support/recording_server.ts";

/** The program asks, it never orders: nothing but a GET without a body leaves it, whatever it is called with. */

const LIMITS = { timeoutMs: 5000, bytesMax: 1000 };

function assertOnlyGets({ requests }: RecordingServer, count: number): void {
  assert.is(requests.length, count);
  for (const { method, bodyBytes, url, headers } of requests) {
    assert.equal([method, bodyBytes], ["GET", 0], url);
    for (const name of ["content-length", "transfer-encoding", "x-mbx-apikey"]) {
      assert.not.ok(name in headers, name);
    }
  }
}

const ODD_URLS = [
  "",
  "/",
  "/api/v3/order",
  "/api/v3/order?method=POST&_method=DELETE",
  "/a b/ü/%00#POST",
  "/%0d%0aPOST%20/api/v3/order%20HTTP/1.1%0d%0a%0d%0a",
  "/\r\nPOST /api/v3/order HTTP/1.1\r\n\r\n",
  "//127.0.0.1/../POST",
  "?POST",
];

test("httpGet() sends a GET without a body to every URL, the odd ones too", () =>
  withRecordingServer(async (server) => {
    for (const path of ODD_URLS) {
      const { status } = await httpGet(server.url + path, LIMITS);
      assert.is(status, 200);
    }
    assertOnlyGets(server, ODD_URLS.length);
  }));

test("httpGet() sends a GET where a URL holds a name and a password", () =>
  withRecordingServer(async (server) => {
    await httpGet(server.url.replace("//", "//POST:DELETE@"), LIMITS);
    assertOnlyGets(server, 1);
  }));

/** What options of a careless or hostile caller may hold, past the compiler. */
const verb = fc.constantFrom("POST", "PUT", "DELETE", "PATCH", "get", "");
const oddOptions = fc.record({
  method: verb,
  _method: verb,
  headers: fc.record({
    "x-http-method-override": verb,
    "content-length": fc.constant("4"),
    "x-mbx-apikey": verb,
  }),
  body: fc.string(),
  insecureHTTPParser: fc.boolean(),
  agent: fc.boolean(),
}, { requiredKeys: [] });

test("httpGet() sends a GET without a body whatever its options are made to hold", () =>
  withRecordingServer(async (server) => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(oddOptions, async (odd) => {
        await httpGet(server.url, { ...odd, ...LIMITS });
        count++;
      }),
      { numRuns: 50 },
    );
    assertOnlyGets(server, count);
  }));

for (const status of [301, 302, 303, 307, 308]) {
  test(`httpGet() asks once and follows nobody when the answer is ${status}`, () =>
    withRecordingServer(async (server) => {
      const answer = await httpGet(`${server.url}/from`, LIMITS);
      assert.is(answer.status, status);
      assertOnlyGets(server, 1);
    }, { status, headers: { location: "/to", allow: "POST" } }));
}

test("HttpGet leaves no room for a method, a header or a body", () => {
  const get: HttpGet = () => Promise.reject(new Error("not asked"));
  const attempts = [
    // @ts-expect-error a method
    () => get("http://127.0.0.1", { ...LIMITS, method: "POST" }),
    // @ts-expect-error a body
    () => get("http://127.0.0.1", { ...LIMITS, body: "" }),
    // @ts-expect-error headers, such as a key
    () => get("http://127.0.0.1", { ...LIMITS, headers: {} }),
    // @ts-expect-error anything more
    () => get("http://127.0.0.1", LIMITS, "POST"),
  ];
  assert.is(attempts.length, 4);
});

test.run();
