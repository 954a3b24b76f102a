import { test } from "uvu";
import * as assert from "uvu/assert";
import type { PolicyDenial } from "../../src/core/event.ts";
import { egressGuard } from "../../src/policy/egress_guard.ts";
import { openGate } from "../../src/policy/opa_gate.ts";
import { openRepoGate, repoPolicy, runFacts } from "../support/repo_policy.ts";

const denials: PolicyDenial[] = [];
const guard = egressGuard(await openRepoGate(), (denial) => void denials.push(denial));

test("egressGuard() lets the hosts of the mode through, and this machine on any port", () => {
  for (
    const url of [
      "wss://data-stream.binance.vision/stream",
      "wss://DATA-STREAM.binance.vision:443/stream", // a URL has one spelling of a host
      "https://data-api.binance.vision/api/v3/ping?x=https://example.com",
      "ws://127.0.0.1:40123/stream",
      "http://localhost:9/api",
    ]
  ) assert.is(guard.refusal(url), null, url);
  assert.equal(denials, []);
});

const REFUSED: readonly (readonly [url: string, codes: readonly string[], seen: string])[] = [
  ["wss://stream.binance.com:9443/ws", ["EGRESS_HOST", "EGRESS_PORT"], "wss://stream.binance.com:9443"],
  ["https://example.com/", ["EGRESS_HOST"], "https://example.com:443"],
  ["https://data-api.binance.vision.example.com/", ["EGRESS_HOST"], "data-api.binance.vision.example.com"],
  ["https://data-api.binance.vision@example.com/", ["EGRESS_HOST"], "https://example.com:443"],
  ["https://data-api.binance.vision./", ["EGRESS_HOST"], "https://data-api.binance.vision.:443"],
  ["https://dаta-api.binance.vision/", ["EGRESS_HOST"], "https://xn--"], // a Cyrillic a
  ["http://data-api.binance.vision:443/", ["EGRESS_PLAIN"], "http://data-api.binance.vision:443"],
  ["https://data-api.binance.vision:8443/", ["EGRESS_PORT"], "https://data-api.binance.vision:8443"],
  ["file:///etc/passwd", ["EGRESS_HOST", "EGRESS_PLAIN", "EGRESS_PORT"], "file://:0"],
  ["no url", ["EGRESS_HOST", "EGRESS_PLAIN", "EGRESS_PORT"], "://:0"],
];
for (const [url, codes, seen] of REFUSED) {
  test(`egressGuard() refuses ${url} and tells of it`, () => {
    denials.length = 0;
    const why = guard.refusal(url)!;
    assert.ok(why.startsWith(`Denied by policy (${codes.join(", ")}): `), why);
    assert.ok(why.includes(seen), why);
    assert.equal(denials.map((denial) => [denial.denied_type, denial.codes]), [["dial", codes]]);
  });
}

test("egressGuard() with one venue on the list refuses all others, and all that look like it", async () => {
  const data = structuredClone(repoPolicy.data) as { nore: { egress: { hosts: { NORE: string[] } } } };
  data.nore.egress.hosts.NORE = ["gate.io"];
  const narrow = egressGuard(await openGate({ ...repoPolicy, data, manifest: runFacts }), () => {});
  assert.is(narrow.refusal("https://gate.io/api"), null);
  for (
    const host of [
      "data-api.binance.vision",
      "api.binance.com",
      "api.gate.io",
      "gate.io.example.com",
      "notgate.io",
      "gate.io@example.com",
      "127.0.0.1",
    ]
  ) assert.match(narrow.refusal(`https://${host}/`)!, /EGRESS_HOST/, host);
});

test.run();
