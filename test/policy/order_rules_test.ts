import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft } from "../../src/core/event.ts";
import {
  asDraft,
  cancelDraft,
  changed,
  intentDraft,
  type LooseDraft,
  openRepoGate,
  ORDER,
  repoPolicy,
  runFacts,
} from "../support/repo_policy.ts";

/** The rules of the order gate, through the compiled policy. */

const gate = await openRepoGate();

function codesOf(draft: AnyDraft): readonly string[] {
  const decision = gate.decide(ORDER, draft);
  return decision.allow ? [] : decision.codes;
}

type Row = readonly [path: string, value: unknown, ...codes: readonly string[]];

function assertRows(draft: LooseDraft, rows: readonly Row[]): void {
  for (const [path, value, ...codes] of rows) {
    assert.equal(codesOf(changed(draft, path, value)), codes, `${path} ${JSON.stringify(value)}`);
  }
}

const ceilings = (repoPolicy.data as {
  nore: { modes: { NORE: { order: { notional_1e8_max: number; orders_in_window_max: number } } } };
}).nore.modes.NORE.order;

const shared: readonly Row[] = [
  ["source", "strategy_role", "ORDER_SOURCE"],
  ["source", "ai_role", "ORDER_SOURCE"],
  ["source", 1, "ORDER_SOURCE"],
  ["source", undefined, "ORDER_SOURCE"],
  ["payload/venue", "binance", "ORDER_VENUE"],
  ["payload/venue", null, "ORDER_VENUE"],
  ["payload/venue", undefined, "ORDER_VENUE"],
  ["payload/symbol", "ETHUSDT"],
  ["payload/symbol", "DOGEUSDT", "ORDER_SYMBOL"],
  ["payload/symbol", {}, "ORDER_SYMBOL"],
  ["payload/symbol", undefined, "ORDER_SYMBOL"],
  ["payload/client_order_id", "20261121220000-12"],
  ["payload/client_order_id", "20261121220000-0", "ORDER_CLIENT_ORDER_ID"],
  ["payload/client_order_id", "20261121220000-01", "ORDER_CLIENT_ORDER_ID"],
  ["payload/client_order_id", "2026112122000-1", "ORDER_CLIENT_ORDER_ID"],
  ["payload/client_order_id", "202611212200000-1", "ORDER_CLIENT_ORDER_ID"],
  ["payload/client_order_id", "20261121220000-1-1", "ORDER_CLIENT_ORDER_ID"],
  ["payload/client_order_id", "20261121220000-1\n", "ORDER_CLIENT_ORDER_ID"],
  ["payload/client_order_id", "", "ORDER_CLIENT_ORDER_ID"],
  ["payload/client_order_id", 20_261_121_220_000, "ORDER_CLIENT_ORDER_ID"],
  ["payload/client_order_id", undefined, "ORDER_CLIENT_ORDER_ID"],
  ["type", "fill", "ORDER_MALFORMED"],
];

test("order rules allow an intent and a cancel that are in order", () => {
  assert.equal(codesOf(asDraft(intentDraft)), []);
  assert.equal(codesOf(asDraft(cancelDraft)), []);
});

test("order rules give the codes of the table when one field of an intent is changed", () => {
  assertRows(intentDraft, [
    ...shared,
    ["type", undefined, "ORDER_MALFORMED"],
    ["payload/side", "SELL"],
    ["payload/side", "HOLD", "ORDER_SIDE"],
    ["payload/side", 1, "ORDER_SIDE"],
    ["payload/side", undefined, "ORDER_SIDE"],
    ["payload/order_type", "MARKET"],
    ["payload/order_type", "STOP", "ORDER_TYPE"],
    ["payload/order_type", false, "ORDER_TYPE"],
    ["payload/order_type", undefined, "ORDER_TYPE"],
    ["payload/limit_price", "0", "ORDER_LIMIT_TERMS"],
    ["payload/limit_price", 1, "ORDER_LIMIT_TERMS"],
    ["payload/limit_price", undefined, "ORDER_LIMIT_TERMS"],
    ["payload/tif", "IOC"],
    ["payload/tif", "FOK"],
    ["payload/tif", "GTX", "ORDER_LIMIT_TERMS"],
    ["payload/tif", undefined, "ORDER_LIMIT_TERMS"],
    ["payload/facts/price", 1],
    ["payload/facts/price", 0, "ORDER_PRICE"],
    ["payload/facts/price", 0.5, "ORDER_PRICE"],
    ["payload/facts/price", "1", "ORDER_PRICE"],
    ["payload/facts/price", Number.MAX_SAFE_INTEGER - 1],
    ["payload/facts/price", Number.MAX_SAFE_INTEGER, "ORDER_PRICE"],
    ["payload/facts/price", NaN, "ORDER_PRICE"],
    ["payload/facts/price", undefined, "ORDER_PRICE"],
    ["payload/facts/frozen", true, "ORDER_FROZEN"],
    ["payload/facts/frozen", undefined, "ORDER_FROZEN"],
    ["payload/facts/stopping", true, "ORDER_STOPPING"],
    ["payload/facts/stopping", "false", "ORDER_STOPPING"],
    ["payload/facts/stopping", undefined, "ORDER_STOPPING"],
    [
      "payload/facts",
      undefined,
      "ORDER_FROZEN",
      "ORDER_NOTIONAL",
      "ORDER_PRICE",
      "ORDER_RATE",
      "ORDER_STOPPING",
    ],
    ["payload/facts", [], "ORDER_FROZEN", "ORDER_NOTIONAL", "ORDER_PRICE", "ORDER_RATE", "ORDER_STOPPING"],
  ]);
});

test("order rules give the codes of the table when one field of a cancel is changed", () => {
  assertRows(cancelDraft, [...shared, ["payload/facts", undefined], ["payload/order_type", "LIMIT"]]);
});

test("order rules allow a market order without limit terms", () => {
  const { limit_price: _price, tif: _tif, ...payload } = intentDraft.payload as Record<string, unknown>;
  assert.equal(codesOf(asDraft({ ...intentDraft, payload: { ...payload, order_type: "MARKET" } })), []);
});

test("order rules allow the ceiling and deny one beyond", () => {
  const { notional_1e8_max: notional, orders_in_window_max: orders } = ceilings;
  assertRows(intentDraft, [
    ["payload/facts/notional", 1],
    ["payload/facts/notional", notional],
    ["payload/facts/notional", notional + 1, "ORDER_NOTIONAL"],
    ["payload/facts/notional", Number.MAX_SAFE_INTEGER, "ORDER_NOTIONAL"],
    ["payload/facts/notional", 0, "ORDER_NOTIONAL"],
    ["payload/facts/notional", -1, "ORDER_NOTIONAL"],
    ["payload/facts/notional", 0.5, "ORDER_NOTIONAL"],
    ["payload/facts/notional", "1", "ORDER_NOTIONAL"],
    ["payload/facts/notional", undefined, "ORDER_NOTIONAL"],
    ["payload/facts/orders_in_window", 0],
    ["payload/facts/orders_in_window", orders],
    ["payload/facts/orders_in_window", orders + 1, "ORDER_RATE"],
    ["payload/facts/orders_in_window", -1, "ORDER_RATE"],
    ["payload/facts/orders_in_window", 1.5, "ORDER_RATE"],
    ["payload/facts/orders_in_window", "1", "ORDER_RATE"],
    ["payload/facts/orders_in_window", undefined, "ORDER_RATE"],
  ]);
});

test("order rules take as quantity a decimal above zero and nothing else", () => {
  const allowed = ["1", "12", "1.50", "0.00000001", "999999999999999999.99999999"];
  const denied: readonly unknown[] = [
    ...["", "0", "0.0", "-1", "+1", "01", "00.1", ".5", "1.", ".", "1.2.3", "1e3", "0x1", " 1", "1\n", "1,5"],
    ...["0.000000001", "1000000000000000000", "1.-2", "1a2", "NaN", "Infinity", "\u0661"],
    ...[1, 0.5, null, true, ["1"], { "1": "1" }, undefined],
  ];
  assertRows(intentDraft, [
    ...allowed.map((text): Row => ["payload/qty", text]),
    ...denied.map((value): Row => ["payload/qty", value, "ORDER_QUANTITY"]),
  ]);
});

test("order rules deny everything when the run's facts are not those of the mode", async () => {
  const rows: readonly (readonly [object, readonly string[]])[] = [
    [{ execution: "live" }, ["ORDER_EXECUTION"]],
    [{ venue: "elsewhere" }, ["ORDER_VENUE"]],
    [{ symbols: [] }, ["ORDER_SYMBOL"]],
    [{ mode: "LIVE" }, ["ORDER_EXECUTION", "ORDER_MODE", "ORDER_VENUE"]],
  ];
  for (const [facts, codes] of rows) {
    const other = await openRepoGate({ ...runFacts, ...facts });
    const decision = other.decide(ORDER, asDraft(cancelDraft));
    assert.equal(decision.allow ? [] : decision.codes, codes);
  }
});

test.run();
