import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Draft, Event } from "../../src/core/event.ts";
import { NOTHING_TOLD, startedDraft, type StartFacts, startFactsIn } from "../../src/night/start_facts.ts";
import { EMBEDDED_SYMBOLS } from "../../src/streams/sources/embedded/symbols.ts";
import { repoContracts } from "../support/repo_contracts.ts";
import { repoPolicy } from "../support/repo_policy.ts";

const symbols = new Map([...EMBEDDED_SYMBOLS].map(([symbol, { rules }]) => [symbol, rules]));
const facts: StartFacts = { symbols, policyReads: repoPolicy.reads };
const about = { mode: "NORE", venue: "embedded", prices: "invented" };

/** As it comes back from the disk. */
function written({ payload }: Draft<"lifecycle">, change: object = {}): Event<"lifecycle"> {
  return JSON.parse(JSON.stringify({ type: "lifecycle", payload: { ...payload, ...change } }));
}

test("startedDraft() keeps what startFactsIn() reads again", () => {
  for (const told of [facts, NOTHING_TOLD]) {
    assert.equal(startFactsIn(written(startedDraft(about, 5, told))), told);
  }
});

test("startedDraft() says in decimals what the venue has said, in the order of its symbols", () => {
  const started = startedDraft(about, 5, facts);
  assert.equal([started.type, started.source, started.ts, started.cause], [
    "lifecycle",
    "watchdog_role",
    5,
    null,
  ]);
  const { what, detail, symbol_rules: [first, ...rest] } = started.payload as unknown as {
    readonly what: string;
    readonly detail: string;
    readonly symbol_rules: readonly { readonly symbol: string }[];
  };
  assert.equal([what, detail], ["started", "NORE on embedded, prices invented"]);
  assert.equal(first, {
    symbol: "BTCUSDT",
    base: "BTC",
    quote: "USDT",
    price_tick: "0.01",
    quantity_step: "0.00001",
    notional_min: "5",
  });
  assert.equal(rest.map(({ symbol }) => symbol), [...symbols.keys()].slice(1));
  const problem = repoContracts.checkPayload("lifecycle", "watchdog_role", started.payload);
  assert.is(problem, null);
});

const rules = { symbol: "AUSDT", base: "A", quote: "USDT", quantity_step: "1", notional_min: "5" };
const UNUSABLE: readonly (readonly [what: string, change: object, says: RegExp])[] = [
  ["no rules", { symbol_rules: undefined }, /^its first event does not keep symbol_rules and policy_reads/],
  ["rules that are no list", { symbol_rules: {} }, /^its first event does not keep/],
  ["no reads", { policy_reads: undefined }, /^its first event does not keep/],
  ["reads that are a list", { policy_reads: [] }, /^its first event does not keep/],
  ["reads that are nothing", { policy_reads: null }, /^its first event does not keep/],
  ["reads without paths", { policy_reads: { a: "b" } }, /^its first event does not keep/],
  ["a path that is none", { policy_reads: { a: ["b"] } }, /^its first event does not keep/],
  ["a path with a number", { policy_reads: { a: [["b", 1]] } }, /^its first event does not keep/],
  [
    "a price tick that is none",
    { symbol_rules: [{ ...rules, price_tick: "x" }] },
    /^symbol_rules in its first/,
  ],
  ["no price tick", { symbol_rules: [rules] }, /^symbol_rules in its first event: Not a decimal/],
];

for (const [what, change, says] of UNUSABLE) {
  test(`startFactsIn() says why there are none to be had: ${what}`, () => {
    const found = startFactsIn(written(startedDraft(about, 5, facts), change));
    assert.type(found, "string");
    assert.match(found as string, says);
  });
}

test.run();
