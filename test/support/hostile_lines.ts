import { type Random, randomStream } from "../../src/core/random.ts";

/** What an AI process that has been turned would write: lines that look like orders, and lines that break readers. */

const ORDERS = [
  "order_intent",
  "order_cancel",
  "order_result",
  "fill",
  "risk_action",
  "signal",
  "stop_journal",
];
const SPELLINGS = [
  "ORDER_INTENT",
  "Order_Intent",
  "order_intent ",
  " order_intent",
  "order-intent",
  "оrder_intent", // Cyrillic о
  "order\u200b_intent",
  "ord\u0435r_intent", // Cyrillic е
  "recommendation\u0000",
  "RECOMMENDATION",
  "recommendations",
  "__proto__",
  "constructor",
  "toString",
  "",
];

const INTENT = {
  venue: "binance",
  strategy_id: "reversion",
  symbol: "BTCUSDT",
  side: "BUY",
  qty: "1",
  order_type: "MARKET",
  client_order_id: "20261121220000-1",
  facts: { stopping: false, frozen: false },
};
const ADVICE = { symbol: "BTCUSDT", horizon_ms: 30_000, p_up: 0.5, model_id: "online" };

type Maker = (random: Random) => string | Uint8Array;

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;
const text = (value: unknown): string => JSON.stringify(value);

const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

const MAKERS: readonly Maker[] = [
  (random) => text({ type: pick(random, ORDERS), payload: INTENT }),
  (random) => text({ type: pick(random, SPELLINGS), payload: INTENT }),
  (random) => text({ type: ["order_intent", { type: pick(random, ORDERS) }], payload: INTENT }),
  (random) => text({ type: { type: pick(random, ORDERS) }, payload: INTENT }),
  (random) => text({ type: "recommendation", payload: { ...ADVICE, [pick(random, ORDERS)]: INTENT } }),
  (random) => text({ type: "recommendation", payload: ADVICE, [pick(random, ORDERS)]: INTENT }),
  (random) => text({ type: "feature_pack", payload: { type: pick(random, ORDERS), payload: INTENT } }),
  (random) => `{"type":"recommendation","type":${text(pick(random, ORDERS))},"payload":${text(INTENT)}}`,
  () => `{"__proto__":{"type":"recommendation"},"payload":${text(ADVICE)}}`,
  () => `{"type":"recommendation","payload":${text(ADVICE)},"__proto__":{"type":"order_intent"}}`,
  () => `{"type":"recommendation","payload":{"__proto__":${text(ADVICE)}}}`,
  (random) =>
    text({
      type: "recommendation",
      payload: { ...ADVICE, p_up: pick(random, [-0.1, 1.1, 1e308, "0.5", null]) },
    }),
  (random) =>
    text({
      type: "recommendation",
      payload: { ...ADVICE, symbol: pick(random, ["DOGEUSDT", "", "btcusdt", 7]) },
    }),
  (random) =>
    text({
      type: "recommendation",
      payload: { ...ADVICE, horizon_ms: pick(random, [-1, 0, 1e15, 0.5, "30000"]) },
    }),
  () =>
    `{"type":"recommendation","payload":{"symbol":"BTCUSDT","horizon_ms":30000,"p_up":NaN,"model_id":"online"}}`,
  (random) => text([{ type: pick(random, ORDERS), payload: INTENT }]),
  (random) => pick(random, ["null", "true", "7", '"order_intent"', "", "   ", "{", "}", "\u0000"]),
  (random) => "[".repeat(1 + Math.floor(random.next() * 20_000)),
  (random) => `{"type":${nested(1 + Math.floor(random.next() * 20_000))}}`,
  (random) =>
    `{"type":"recommendation","payload":{"symbol":${nested(33 + Math.floor(random.next() * 1800))}}}`,
  (random) =>
    text({
      type: "recommendation",
      payload: ADVICE,
      ["x".repeat(Math.floor(random.next() * 50_000) + 1)]: 1,
    }),
  (random) => new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0xff, Math.floor(random.next() * 256)]), // half of UTF-8
  (random) => new TextEncoder().encode(text({ type: pick(random, ORDERS), x: "é" })).slice(0, -3),
  (random) =>
    text({ type: "heartbeat", payload: { seq: pick(random, [-1, 1.5, "1"]), rows: 0, drift: false } }),
  (random) => text({ type: "training_snapshot", payload: pick(random, [null, {}, INTENT, [INTENT]]) }),
];

/** The same each time. None of them is one that may be said; none holds a newline. */
export function* hostileLines(count: number): Generator<Uint8Array, undefined> {
  const random = randomStream(7, "hostile");
  for (let i = 0; i < count; i++) {
    const made = MAKERS[i % MAKERS.length]!(random);
    yield typeof made === "string" ? new TextEncoder().encode(made) : made.filter((byte) => byte !== 0x0a);
  }
}

/** Those that try to say an order, however it is spelt: whatever has a type, and not one of the five. */
export function* hostileOrders(count: number): Generator<Uint8Array, undefined> {
  const random = randomStream(8, "hostile");
  for (let i = 0; i < count; i++) {
    yield new TextEncoder().encode(MAKERS[i % 4]!(random) as string);
  }
}
