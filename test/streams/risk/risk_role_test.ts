import { test } from "uvu";
import * as assert from "uvu/assert";
import type { RiskConfig, StrategyConfig } from "../../../src/core/config.ts";
import type { Event, Proposal } from "../../../src/core/event.ts";
import { parseRate } from "../../../src/core/fixed_point.ts";
import type { Breach, MakeRiskCheck } from "../../../src/streams/risk/risk_check.ts";
import { type RiskIn, riskRole, type RiskState } from "../../../src/streams/risk/risk_role.ts";
import {
  book,
  eventOf,
  fill,
  orderIdOf,
  result,
  RUN_ID,
  signal,
  stopJournal,
  SYMBOLS,
  timer,
  trade,
  VENUE,
  WIDE,
} from "../../support/trading_events.ts";

interface Night {
  readonly state: RiskState;
  /** What the role answers, a line each. */
  step(event: Event): string[];
  raw(event: Event): readonly Proposal[];
}

/** Two strategies, alpha and beta, with 1,000 each. */
function night(
  risk: Partial<RiskConfig> = {},
  more: { readonly order?: StrategyConfig["order"]; readonly table?: readonly MakeRiskCheck[] } = {},
): Night {
  const order = more.order ?? { type: "MARKET", tif: "GTC" } as const;
  const strategies = ["alpha", "beta"].map((id) => ({
    id,
    name: "x",
    capital: "1000",
    parameters: {},
    order,
  }));
  const machine = riskRole(
    {
      runId: RUN_ID,
      venue: VENUE,
      risk: { ...WIDE, ...risk },
      strategies,
      takerFee: parseRate("0.001"),
      symbols: SYMBOLS,
    },
    ...(more.table === undefined ? [] : [more.table]),
  );
  let state = machine.initial();
  const raw = (event: Event) => {
    const [next, out] = machine.step(state, event as RiskIn);
    state = next;
    return out;
  };
  return { state, raw, step: (event) => raw(event).map(textOf) };
}

function textOf(proposal: Proposal): string {
  if (proposal.type === "risk_action") {
    const { action, reason_code, strategy_id, symbol } = proposal.payload;
    return `${action} ${reason_code} ${strategy_id ?? "*"} ${symbol ?? "*"}`;
  }
  if (proposal.type === "order_intent") {
    const { client_order_id, side, qty, order_type, limit_price, tif } = proposal.payload;
    const price = limit_price === undefined ? order_type : `${order_type} ${limit_price}`;
    return `#${client_order_id.split("-")[1]} ${side} ${qty} ${price} ${tif}`;
  }
  if (proposal.type === "order_cancel") return `cancel #${proposal.payload.client_order_id.split("-")[1]}`;
  return proposal.type;
}

/** Alpha buys 1 at 100 and has it: order 1. */
function holding(risk: Partial<RiskConfig> = {}): Night {
  const it = night(risk);
  it.step(book(1, "99", "100"));
  assert.equal(it.step(signal(1, "BUY")), ["ALLOW OK alpha AAAUSDT", "#1 BUY 1 MARKET GTC"]);
  it.step(result(1, 1, "ACCEPTED"));
  assert.equal(it.step(fill(2, 1)), []);
  it.step(result(2, 1, "FILLED", "1"));
  return it;
}

test("riskRole() answers a signal with ALLOW and the order, field by field", () => {
  const it = night({}, { order: { type: "LIMIT", tif: "GTC" } });
  it.step(book(1, "98.7", "98.9"));
  const [action, intent] = it.raw(signal(5, "BUY"));
  assert.is(
    JSON.stringify(action!.payload),
    '{"strategy_id":"alpha","symbol":"AAAUSDT","action":"ALLOW","reason_code":"OK"}',
  );
  assert.is(
    JSON.stringify(intent!.payload),
    '{"venue":"paper","strategy_id":"alpha","symbol":"AAAUSDT","side":"BUY","qty":"1.01","order_type":"LIMIT",' +
      '"client_order_id":"20261121220000-1","limit_price":"98.7","tif":"GTC",' +
      '"facts":{"notional":9968700000,"price":9870000000,"orders_in_window":1,"stopping":false}}',
  );
});

test("riskRole() sends a market order without a limit", () => {
  const it = night();
  it.step(book(1, "99", "100"));
  assert.is(
    JSON.stringify(it.raw(signal(5, "BUY"))[1]!.payload),
    '{"venue":"paper","strategy_id":"alpha","symbol":"AAAUSDT","side":"BUY","qty":"1","order_type":"MARKET",' +
      '"client_order_id":"20261121220000-1","tif":"GTC",' +
      '"facts":{"notional":10000000000,"price":10000000000,"orders_in_window":1,"stopping":false}}',
  );
});

test("riskRole() says why there is no order", () => {
  const it = night();
  assert.equal(it.step(signal(1, "BUY")), ["DENY RISK_NO_PRICE alpha AAAUSDT"]);
  it.step(trade(1, "100"));
  it.step(book(1, "99", "100", { venue: "elsewhere" }));
  it.step(book(1, "99", "100", { symbol: "CCCUSDT" }));
  assert.equal(it.step(signal(1, "BUY")), ["DENY RISK_NO_PRICE alpha AAAUSDT"]);
  it.step(book(1, "99", "100"));
  assert.equal(it.step(signal(1, "SELL")), ["DENY RISK_NO_POSITION alpha AAAUSDT"]);
  it.step(signal(1, "BUY"));
  assert.equal(it.step(signal(1, "BUY")), ["DENY RISK_POSITION_OPEN alpha AAAUSDT"]);
  const [action] = it.raw(signal(1, "BUY"));
  assert.is((action!.payload as { detail: string }).detail, "an order for AAAUSDT is open");
});

test("riskRole() throws on a signal of a strategy that it does not know", () => {
  assert.throws(
    () => night().step(signal(1, "BUY", { strategy: "gamma" })),
    /Signal of an unknown strategy "gamma"/,
  );
});

test("riskRole() counts orders and numbers them through all strategies and symbols", () => {
  const it = night();
  it.step(book(1, "99", "100"));
  it.step(book(1, "99", "100", { symbol: "BBBUSDT" }));
  const more = [{}, { strategy: "beta" }, { symbol: "BBBUSDT" }, { strategy: "beta", symbol: "BBBUSDT" }];
  const intents = more.map((each) =>
    it.raw(signal(1, "BUY", each))[1]!.payload as { client_order_id: string }
  );
  assert.equal(intents.map(({ client_order_id }) => client_order_id), [1, 2, 3, 4].map(orderIdOf));
  assert.equal(
    intents.map((intent) =>
      (intent as unknown as { facts: { orders_in_window: number } }).facts.orders_in_window
    ),
    [1, 2, 3, 4],
  );
});

test("riskRole() sells what it bought and may then buy again", () => {
  const it = holding();
  it.step(book(3, "104", "105"));
  assert.equal(it.step(signal(3, "SELL")), ["ALLOW OK alpha AAAUSDT", "#2 SELL 1 MARKET GTC"]);
  assert.equal(it.step(signal(3, "SELL")), ["DENY RISK_NO_POSITION alpha AAAUSDT"]);
  it.step(fill(4, 2, { side: "SELL", price: "104", fee: "0.104" }));
  it.step(result(4, 2, "FILLED", "1"));
  assert.equal(it.step(signal(5, "BUY")), ["ALLOW OK alpha AAAUSDT", "#3 BUY 0.95 MARKET GTC"]);
});

for (const outcome of ["CANCELED", "EXPIRED", "REJECTED"] as const) {
  test(`riskRole() frees what an order had reserved when it is ${outcome}`, () => {
    const it = night();
    it.step(book(1, "99", "100"));
    it.step(signal(1, "BUY"));
    assert.equal(it.step(signal(1, "BUY")), ["DENY RISK_POSITION_OPEN alpha AAAUSDT"]);
    assert.equal(it.step(result(2, 1, outcome)), []);
    assert.equal(it.step(signal(3, "BUY")), ["ALLOW OK alpha AAAUSDT", "#2 BUY 1 MARKET GTC"]);
  });
}

// denied type, origin, order | freed
for (
  const [denied_type, origin, number, freed] of [
    ["order_intent", "derived", 1, true],
    ["order_intent", "derived", 2, false],
    ["order_intent", "input", 1, false],
    ["order_cancel", "derived", 1, false],
    ["order_intent", "derived", null, false],
  ] as const
) {
  test(`riskRole() ${freed ? "frees" : "keeps"} order 1 when policy denies ${denied_type} ${number} (${origin})`, () => {
    const it = night();
    it.step(book(1, "99", "100"));
    it.step(signal(1, "BUY"));
    it.step(eventOf("policy_denial", 1, {
      entrypoint: "nore/order/decision",
      codes: ["ORDER_RATE"],
      policy_sha256: "",
      input: {},
      origin,
      denied_type,
      ...(number === null ? {} : { client_order_id: orderIdOf(number) }),
    }));
    assert.is(it.step(signal(3, "BUY")).length, freed ? 2 : 1);
  });
}

test("riskRole() cancels orders that are older than their time to live, at a timer", () => {
  const it = night({ order_ttl_ms: 1000 }, { order: { type: "LIMIT", tif: "GTC" } });
  it.step(book(1, "99", "100"));
  it.step(signal(1, "BUY"));
  it.step(signal(500, "BUY", { strategy: "beta" }));
  assert.equal(it.step(timer(1001)), []);
  const [cancel] = it.raw(timer(1002));
  assert.is(
    JSON.stringify(cancel),
    '{"type":"order_cancel","payload":{"venue":"paper","strategy_id":"alpha","symbol":"AAAUSDT",' +
      '"client_order_id":"20261121220000-1","facts":{"reason":"ttl"}}}',
  );
  it.step(result(1002, 1, "CANCELED"));
  assert.equal(it.step(timer(1501)), ["cancel #2"]);
});

test("riskRole() reduces an order to what the limits leave", () => {
  const it = night({
    order_fraction: "0.5",
    order_size: { limit: "400", action: "REDUCE" },
    exposure: { limit: "0.1", action: "REDUCE" },
  });
  it.step(book(1, "99", "100"));
  assert.equal(it.step(signal(1, "BUY")), ["REDUCE RISK_EXPOSURE alpha AAAUSDT", "#1 BUY 2 MARKET GTC"]);
  assert.equal(it.step(signal(1, "BUY", { strategy: "beta" })), ["DENY RISK_EXPOSURE beta AAAUSDT"]);
});

test("riskRole() denies an order that is reduced below the least order", () => {
  const it = night({ order_size: { limit: "4.99", action: "REDUCE" } });
  it.step(book(1, "99", "100"));
  assert.equal(it.step(signal(1, "BUY")), ["DENY RISK_ORDER_SIZE alpha AAAUSDT"]);
});

test("riskRole() denies when no smaller order helps", () => {
  const it = night({ trade_rate: { limit: 0, window_ms: 1000, action: "REDUCE" } });
  it.step(book(1, "99", "100"));
  assert.equal(it.step(signal(1, "BUY")), ["DENY RISK_TRADE_RATE alpha AAAUSDT"]);
});

test("riskRole() stops at the order that goes beyond a limit, and never speaks again", () => {
  const it = night({ trade_rate: { limit: 1, window_ms: 1000, action: "STOP" } });
  it.step(book(1, "99", "100"));
  it.step(signal(1, "BUY"));
  assert.equal(it.step(signal(1000, "BUY", { strategy: "beta" })), ["STOP RISK_TRADE_RATE * *"]);
  assert.equal(it.step(signal(9000, "BUY", { strategy: "beta" })), []);
  assert.equal(it.step(timer(900_000)), []);
});

test("riskRole() lets an order through again when the window has moved on", () => {
  const it = night({ trade_rate: { limit: 1, window_ms: 1000, action: "STOP" } });
  it.step(book(1, "99", "100"));
  it.step(signal(1, "BUY"));
  assert.is(it.step(signal(1001, "BUY", { strategy: "beta" })).length, 2);
});

for (
  const [code, risk] of [
    ["RISK_DRAWDOWN", { drawdown: { limit: "0.01", action: "STOP" } }],
    ["RISK_NIGHT_LOSS", { night_loss: { limit: "0.01", action: "STOP" } }],
  ] as const
) {
  test(`riskRole() stops at the tick that goes beyond ${code}`, () => {
    const it = holding(risk); // equity 1999.9, the fee being paid
    assert.equal(it.step(book(3, "80.1", "80.1")), []); // 1980, exactly 0.01 under 2000
    assert.equal(it.step(trade(3, "1")), []);
    assert.equal(it.step(book(4, "80", "80.1")), [`STOP ${code} * *`]);
    assert.equal(it.step(book(5, "1", "2")), []);
  });
}

test("riskRole() stops at the fill whose fee goes beyond a limit", () => {
  const it = night({ night_loss: { limit: "0.01", action: "STOP" } });
  it.step(book(1, "99", "100"));
  it.step(signal(1, "BUY"));
  assert.equal(it.step(fill(2, 1, { fee: "20.1" })), ["STOP RISK_NIGHT_LOSS * *"]);
});

test("riskRole() counts a fill once, though the result that closes its order comes after it", () => {
  const it = night({ exposure: { limit: "0.06", action: "STOP" } });
  it.step(book(1, "99", "100"));
  it.step(signal(1, "BUY")); // 100 of 2000
  assert.equal(it.step(fill(2, 1)), []);
  assert.equal(it.step(timer(2)), []);
});

test("riskRole() says nothing after a stop of another's", () => {
  const it = night();
  it.step(book(1, "99", "100"));
  assert.equal(it.step(stopJournal(1)), []);
  assert.equal(it.step(signal(1, "BUY")), []);
});

test("riskRole() freezes entries while a breach stands, lets exits pass, and thaws", () => {
  const it = holding({ drawdown: { limit: "0.01", action: "FREEZE" } });
  assert.equal(it.step(book(3, "79", "80")), ["FREEZE RISK_DRAWDOWN * *"]);
  assert.equal(it.step(book(4, "78", "80")), []);
  assert.equal(it.step(signal(4, "BUY", { strategy: "beta" })), ["DENY RISK_DRAWDOWN beta AAAUSDT"]);
  assert.equal(it.step(signal(4, "SELL")), ["ALLOW OK alpha AAAUSDT", "#2 SELL 1 MARKET GTC"]);
  assert.equal(it.step(book(5, "89", "90")), ["UNFREEZE RISK_DRAWDOWN * *"]);
  assert.is(it.step(signal(5, "BUY", { strategy: "beta" })).length, 2);
});

test("riskRole() denies entries while a breach stands, without announcing it", () => {
  const it = holding({ drawdown: { limit: "0.01", action: "DENY" } });
  assert.equal(it.step(book(3, "79", "80")), []);
  assert.equal(it.step(signal(3, "BUY", { strategy: "beta" })), ["DENY RISK_DRAWDOWN beta AAAUSDT"]);
  assert.equal(it.step(book(4, "89", "90")), []);
  assert.is(it.step(signal(4, "BUY", { strategy: "beta" })).length, 2);
});

test("riskRole() freezes at an order beyond the trade rate until there is room again", () => {
  const it = night({ trade_rate: { limit: 1, window_ms: 1000, action: "FREEZE" } });
  it.step(book(1, "99", "100"));
  it.step(signal(1, "BUY"));
  assert.equal(it.step(signal(2, "BUY", { strategy: "beta" })), ["FREEZE RISK_TRADE_RATE * *"]);
  assert.equal(it.step(signal(3, "BUY", { strategy: "beta" })), ["DENY RISK_TRADE_RATE beta AAAUSDT"]);
  assert.equal(it.step(book(1000, "99", "100")), []);
  assert.equal(it.step(book(1001, "99", "100")), ["UNFREEZE RISK_TRADE_RATE * *"]);
});

test("riskRole() lets an exit pass a trade rate that denies, but not one that stops", () => {
  for (
    const [action, answer] of [["DENY", "ALLOW OK alpha AAAUSDT"], [
      "STOP",
      "STOP RISK_TRADE_RATE * *",
    ]] as const
  ) {
    const it = holding({ trade_rate: { limit: 1, window_ms: 1000, action } });
    assert.is(it.step(signal(3, "SELL"))[0], answer);
  }
});

/** Freezes a symbol that has been silent for more than a second. */
const stalePrice: MakeRiskCheck = () => ({
  code: "RISK_STALE_PRICE",
  action: "FREEZE",
  state({ ts, markets }) {
    const breaches: Breach[] = [];
    for (const [symbol, { book, bookTs }] of markets) {
      if (book === null || ts - bookTs <= 1000) continue;
      breaches.push({ detail: `silent for ${ts - bookTs} ms`, strategy_id: null, symbol });
    }
    return breaches;
  },
});

test("riskRole() takes a check that freezes one symbol by the clock", () => {
  const it = night({}, { table: [stalePrice] });
  it.step(book(1, "99", "100"));
  it.step(book(500, "99", "100", { symbol: "BBBUSDT" }));
  assert.equal(it.step(timer(1001)), []);
  assert.equal(it.step(timer(1002)), ["FREEZE RISK_STALE_PRICE * AAAUSDT"]);
  assert.equal(it.step(signal(1002, "BUY")), ["DENY RISK_STALE_PRICE alpha AAAUSDT"]);
  assert.is(it.step(signal(1002, "BUY", { symbol: "BBBUSDT" })).length, 2);
  assert.equal(it.step(book(1003, "99", "100")), ["UNFREEZE RISK_STALE_PRICE * AAAUSDT"]);
});

/** After a losing round trip a strategy leaves the symbol alone for a second. */
const cooldown: MakeRiskCheck = () => {
  let breaches: Breach[] = [];
  return {
    code: "RISK_COOLDOWN",
    action: "FREEZE",
    closed({ ts }, { strategy_id, symbol, pnl }) {
      if (pnl < 0n) breaches.push({ detail: "lost", strategy_id, symbol, untilTs: ts + 1000 });
    },
    state({ ts }) {
      breaches = breaches.filter(({ untilTs }) => untilTs! > ts);
      return breaches;
    },
  };
};

test("riskRole() takes a check that freezes one strategy's symbol after a lost round trip", () => {
  const it = night({}, { table: [cooldown] });
  it.step(book(1, "99", "100"));
  it.step(signal(1, "BUY"));
  it.step(fill(2, 1));
  it.step(result(2, 1, "FILLED", "1"));
  it.step(signal(3, "SELL"));
  assert.equal(it.step(fill(4, 2, { side: "SELL", price: "99" })), ["FREEZE RISK_COOLDOWN alpha AAAUSDT"]);
  it.step(result(4, 2, "FILLED", "1"));
  assert.equal(it.step(signal(5, "BUY")), ["DENY RISK_COOLDOWN alpha AAAUSDT"]);
  assert.is(it.step(signal(5, "BUY", { strategy: "beta" })).length, 2);
  assert.equal(it.step(book(1003, "99", "100")), []);
  assert.equal(it.step(book(1004, "99", "100")), ["UNFREEZE RISK_COOLDOWN alpha AAAUSDT"]);
});

test.run();
