import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  asDraft,
  changed,
  INGEST,
  type LooseDraft,
  openRepoGate,
  readPolicy,
  runFacts,
  tickDraft,
} from "../support/repo_policy.ts";
import type { AnyDraft } from "../../src/core/event.ts";

/** The rules of the ingest gate, through the compiled policy. */

const gate = await openRepoGate();

function codesOf(draft: AnyDraft): readonly string[] {
  const decision = gate.decide(INGEST, draft);
  return decision.allow ? [] : decision.codes;
}

type Row = readonly [path: string, value: unknown, codes: readonly string[]];
const FACTS = ["INGEST_JUMP", "INGEST_TIME_ORDER"];
const PAYLOAD = [...FACTS, "INGEST_KIND", "INGEST_PRICE_SOURCE", "INGEST_SYMBOL", "INGEST_VENUE"].sort();

const rows: readonly Row[] = [
  ["payload/kind", "book", []],
  ["payload/kind", "depth", []],
  ["payload/kind", "candle", ["INGEST_KIND"]],
  ["payload/kind", 1, ["INGEST_KIND"]],
  ["payload/kind", undefined, ["INGEST_KIND"]],
  ["payload/symbol", "ETHUSDT", []],
  ["payload/symbol", "DOGEUSDT", ["INGEST_SYMBOL"]],
  ["payload/symbol", ["BTCUSDT"], ["INGEST_SYMBOL"]],
  ["payload/symbol", undefined, ["INGEST_SYMBOL"]],
  ["payload/price_source", "binance", ["INGEST_PRICE_SOURCE"]],
  ["payload/price_source", null, ["INGEST_PRICE_SOURCE"]],
  ["payload/price_source", undefined, ["INGEST_PRICE_SOURCE"]],
  ["payload/venue", "binance", ["INGEST_VENUE"]],
  ["payload/venue", true, ["INGEST_VENUE"]],
  ["payload/venue", undefined, ["INGEST_VENUE"]],
  ["payload/facts/jump_pct", null, []],
  ["payload/facts/jump_pct", 20, []],
  ["payload/facts/jump_pct", 21, ["INGEST_JUMP"]],
  ["payload/facts/jump_pct", -1, ["INGEST_JUMP"]],
  ["payload/facts/jump_pct", "0", ["INGEST_JUMP"]],
  ["payload/facts/jump_pct", undefined, ["INGEST_JUMP"]],
  ["payload/facts/late_s", 86_400, []],
  ["payload/facts/late_s", 86_401, ["INGEST_TIME_ORDER"]],
  ["payload/facts/late_s", null, ["INGEST_TIME_ORDER"]],
  ["payload/facts/late_s", undefined, ["INGEST_TIME_ORDER"]],
  ["payload/facts", undefined, FACTS],
  ["payload", undefined, PAYLOAD],
  ["payload", "trade", PAYLOAD],
  ["payload", ["trade"], PAYLOAD],
  ["source", "ai_role", ["INGEST_SOURCE"]],
  ["source", 0, ["INGEST_SOURCE"]],
  ["source", undefined, ["INGEST_SOURCE"]],
  ["type", "order_intent", ["INGEST_MALFORMED"]],
  ["type", {}, ["INGEST_MALFORMED"]],
  ["type", undefined, ["INGEST_MALFORMED"]],
];

test("ingest rules give the codes of the table when one field is changed", () => {
  for (const [path, value, codes] of rows) {
    assert.equal(codesOf(changed(tickDraft, path, value)), codes, `${path} ${JSON.stringify(value)}`);
  }
});

test("ingest rules allow exactly the price source that belongs to the run's source", async () => {
  for (const source of ["embedded", "binance", "replay"]) {
    const of = await openRepoGate({ ...runFacts, source });
    for (const price_source of ["embedded", "binance", "replay"]) {
      const { allow } = of.decide(INGEST, changed(tickDraft, "payload/price_source", price_source));
      assert.is(allow, source === price_source && source !== "replay", `${source} ${price_source}`);
    }
  }
});

test("ingest rules give every reason when nothing is right", () => {
  const nothing: LooseDraft = { type: null, source: null, ts: null, cause: null, payload: null };
  assert.equal(codesOf(asDraft(nothing)), [
    "INGEST_JUMP",
    "INGEST_KIND",
    "INGEST_MALFORMED",
    "INGEST_PRICE_SOURCE",
    "INGEST_SOURCE",
    "INGEST_SYMBOL",
    "INGEST_TIME_ORDER",
    "INGEST_VENUE",
  ]);
});

test("every code of a rule stands in its metadata", () => {
  for (const [path, prefix] of [["ingest/ingest", "INGEST_"], ["order/order", "ORDER_"]] as const) {
    const text = new TextDecoder().decode(readPolicy(`rego/nore/${path}.rego`));
    const denied = [...text.matchAll(/^denials contains "(.*)" if/gm)].map((match) => match[1]!);
    const documented = [...text.matchAll(/^# custom: \{ code: (\w+), severity: (?:error|limit) \}$/gm)];
    assert.equal(denied, documented.map((match) => match[1]!));
    assert.ok(denied.length >= 7 && denied.every((code) => code.startsWith(prefix)), denied.join(" "));
  }
});

test.run();
