import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { joinReads, type Path, readsOf } from "../../scripts/policy_reads.ts";
import { sha256Hex } from "../../src/core/sha256.ts";

/** Terms and rules in the form of `opa parse --format json`. */
interface Term {
  readonly type: string;
  readonly value: unknown;
}
const word = (value: string): Term => ({ type: "string", value });
const name = (value: string): Term => ({ type: "var", value });
const ref = (head: string, ...rest: readonly (string | Term)[]): Term => ({
  type: "ref",
  value: [name(head), ...rest.map((key) => typeof key === "string" ? word(key) : key)],
});

function module(body: readonly unknown[], imports: readonly unknown[] = []): Record<string, unknown> {
  const path = [name("data"), word("nore"), word("order")];
  return { package: { path }, imports, rules: [{ head: { name: "rule" }, body }], comments: [name("input")] };
}
const expression = (...terms: readonly unknown[]): unknown => ({ index: 0, terms });

const packages: readonly Path[] = [["nore", "ingest"], ["nore", "order"]];
const read = (...body: readonly unknown[]): Path[] => readsOf(module(body), packages);

test("readsOf() finds reads wherever they stand", () => {
  const qty = ref("input", "payload", "qty");
  const found = [["payload", "qty"]];
  assert.equal(read(expression(ref("equal"), qty, word("1"))), found);
  assert.equal(read({ index: 0, terms: { type: "call", value: [ref("trim"), qty, word("0")] } }), found);
  assert.equal(read({ index: 0, terms: { domain: qty, body: [], key: null, value: name("x") } }), found);
  assert.equal(read({ index: 0, terms: { symbols: [{ type: "call", value: [ref("in"), qty] }] } }), found);
  assert.equal(read(expression({ type: "object", value: [[word("k"), qty]] })), found);
  assert.equal(
    read(expression({ type: "setcomprehension", value: { term: name("x"), body: [expression(qty)] } })),
    found,
  );
  assert.equal(
    read(expression({ type: "templatestring", value: { parts: [word("a"), { terms: qty }] } })),
    found,
  );
  assert.equal(
    read({ ...(expression(name("x")) as object), with: [{ target: qty, value: word("1") }] }),
    found,
  );
  assert.equal(read({ body: [], else: { body: [expression(qty)] } }), found);
  assert.equal(readsOf(module([], [{ path: qty }]), packages), found);
});

test("readsOf() counts a computed key as reading the whole parent, and reads what computes it", () => {
  assert.equal(read(expression(ref("input", "payload", name("k"), "x"))), [["payload"]]);
  assert.equal(read(expression(ref("input", "payload", "bids", { type: "number", value: 0 }))), [[
    "payload",
    "bids",
  ]]);
  assert.equal(read(expression(ref("data", "nore", "modes", ref("input", "manifest", "mode"), "order"))), [
    ["manifest", "mode"],
  ]);
  assert.equal(read(expression(ref("input", "payload", ref("input", "source")))), [["payload"], ["source"]]);
});

test("readsOf() refuses what it cannot list exactly", () => {
  const whole = /^Policy uses "(input|data)" as a whole, expected a field of it/;
  const rows: readonly (readonly [unknown, RegExp])[] = [
    [expression(name("input")), whole],
    [expression(ref("input")), whole],
    [expression(ref("input", name("k"))), whole],
    [{ ...(expression(name("x")) as object), with: [{ target: ref("input"), value: word("1") }] }, whole],
    [expression(name("data")), whole],
    [
      expression(ref("input", "id")),
      /^Policy reads "input\.id", but input has only manifest, type, source, ts, payload$/,
    ],
    [
      expression(ref("data", "nore", "ingest", "allow")),
      /^Policy refers to "data\.nore\.ingest\.allow", which reaches/,
    ],
    [
      expression(ref("data", "nore", name("k"))),
      /^Policy refers to "data\.nore", which reaches into package "nore\.ingest"/,
    ],
    [expression(ref("data", name("k"))), /^Policy refers to "data\.", which reaches into package/],
  ];
  for (const [body, message] of rows) {
    assert.throws(() => read(body), (error: Error) => message.test(error.message), String(message));
  }
});

test("readsOf() lets a rule use data and its own package", () => {
  assert.equal(
    read(expression(ref("data", "nore", "modes")), expression(ref("data", "nore", "order", "allow"))),
    [],
  );
});

test("readsOf() refuses a negation of anything but the name of a rule", () => {
  assert.equal(read({ negated: true, terms: name("has_side") }), []);
  for (const terms of [ref("input", "payload", "side"), [ref("f"), name("x")], { type: "call", value: [] }]) {
    assert.throws(
      () => read({ negated: true, terms }),
      /^Policy negates an expression, expected "not" before/,
    );
  }
});

test("joinReads() sorts, drops repeats and lets a parent stand for its fields", () => {
  const reads = [["payload", "b"], ["ts"], ["payload", "a", "x"], ["payload", "a"], ["payload", "b"], [
    "payload",
    "ab",
  ]];
  assert.equal(joinReads(reads), [["payload", "a"], ["payload", "ab"], ["payload", "b"], ["ts"]]);
  assert.equal(joinReads([["payload", "a"], ["payload"]]), [["payload"]]);
});

test("the committed policy is built from the sources beside it", () => {
  const file = (path: string): Uint8Array => readFileSync(new URL(`../../${path}`, import.meta.url));
  const manifest = JSON.parse(new TextDecoder().decode(file("policies/build/manifest.json"))) as {
    wasm_sha256: string;
    sources: Record<string, string>;
  };
  assert.is(sha256Hex(file("policies/build/policy.wasm")), manifest.wasm_sha256);
  for (const [path, sha256] of Object.entries(manifest.sources)) {
    assert.is(sha256Hex(file(path)), sha256, path);
  }
});

test.run();
