import { test } from "uvu";
import * as assert from "uvu/assert";
import { begin, lasting, scopeKey, type TimedBreaches } from "../../../src/streams/risk/timed_breaches.ts";

const breach = (detail: string, strategy_id: string, untilTs: number) => {
  return { detail, strategy_id, symbol: "AAAUSDT", untilTs };
};

test("lasting() gives what is not over yet, and forgets the rest", () => {
  const breaches: TimedBreaches = new Map();
  const details = (ts: number) => lasting(breaches, ts).map(({ detail }) => detail);
  assert.equal(details(0), []);
  begin(breaches, breach("a", "alpha", 100));
  begin(breaches, breach("b", "beta", 150));
  assert.equal(details(99), ["a", "b"]);
  assert.equal(details(100), ["b"]);
  assert.is(breaches.size, 1);
  assert.equal(details(150), []);
});

test("begin() lets a later breach take the place of the one before it", () => {
  const breaches: TimedBreaches = new Map();
  begin(breaches, breach("a", "alpha", 100));
  begin(breaches, breach("c", "alpha", 120));
  assert.equal(lasting(breaches, 110), [breach("c", "alpha", 120)]);
});

test("scopeKey() tells strategies and symbols apart", () => {
  const keys = ["alpha", "beta"].flatMap((strategy_id) =>
    ["AAAUSDT", "BBBUSDT"].map((symbol) => scopeKey({ strategy_id, symbol }))
  );
  assert.is(new Set(keys).size, 4);
});

test.run();
