import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LimitAction, RiskConfig, StrategyConfig } from "../../src/core/config.ts";
import type { BookTick, Event, Fill, Side } from "../../src/core/event.ts";
import {
  type Amount,
  feeAsAmount,
  notionalOf,
  parseAmount,
  parseFee,
  parsePrice,
  parseQuantity,
  parseRate,
} from "../../src/core/fixed_point.ts";
import { foldOpenOrder, openOrders } from "../../src/core/open_orders.ts";
import { cashOf, equityOf, positionQuantity, totalsOf } from "../../src/core/portfolio.ts";
import { paperExecutor, type PaperState } from "../../src/streams/fills/paper_executor.ts";
import { reservedCash, reservedQuantity } from "../../src/streams/risk/reservations.ts";
import { riskRole, type RiskState } from "../../src/streams/risk/risk_role.ts";
import { type MiniLog, miniLog } from "../support/mini_log.ts";
import {
  book,
  ended,
  RUN_ID,
  signal,
  stopJournal,
  SYMBOLS,
  timer,
  VENUE,
  WIDE,
} from "../support/trading_events.ts";

/** What must hold of risk and execution together, whatever market and signals they are given. */

const STRATEGIES = ["alpha", "beta"];
const FEE = parseRate("0.001");

const action = fc.constantFrom<LimitAction>("DENY", "REDUCE", "FREEZE", "STOP");
const share = (...limits: string[]) => fc.record({ limit: fc.constantFrom(...limits), action });
const config: fc.Arbitrary<RiskConfig> = fc.record({
  order_fraction: fc.constantFrom("0.1", "0.5", "0.9"),
  order_ttl_ms: fc.constantFrom(50, 1000),
  order_size: share("50", "1000000"),
  exposure: share("0.1", "10"),
  drawdown: share("0.005", "1"),
  trade_rate: fc.record({ limit: fc.constantFrom(2, 1000), window_ms: fc.constantFrom(100, 1000), action }),
  night_loss: share("0.005", "1"),
});
const terms: fc.Arbitrary<StrategyConfig["order"]> = fc.record({
  type: fc.constantFrom("MARKET", "LIMIT"),
  tif: fc.constantFrom("GTC", "GTC", "IOC", "FOK"),
});

const symbol = fc.constantFrom(...SYMBOLS.keys());
const strategy = fc.constantFrom(...STRATEGIES);
const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant("book" as const),
      symbol,
      bid: fc.integer({ min: 950, max: 1050 }),
      spread: fc.integer({ min: 1, max: 5 }),
      bidQty: fc.constantFrom("0", "0.3", "2", "50"),
      askQty: fc.constantFrom("0", "0.3", "2", "50"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant("signal" as const),
      symbol,
      strategy,
      side: fc.constantFrom<Side>("BUY", "SELL"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("timer" as const) }) },
);
const night = fc.record({
  risk: fc.oneof(config, fc.constant(WIDE)),
  orders: fc.tuple(terms, terms),
  latencyMs: fc.constantFrom(0, 30),
  happenings: fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), happening), {
    minLength: 20,
    maxLength: 120,
  }),
  ends: fc.constantFrom("ended", "stop"),
  denied: fc.integer({ min: 0, max: 9 }),
});
type NightCase = typeof night extends fc.Arbitrary<infer T> ? T : never;

function played(
  { risk, orders, latencyMs, happenings, ends, denied }: NightCase,
  each: (log: MiniLog) => void,
): MiniLog {
  const strategies = STRATEGIES.map((id, index) => ({
    id,
    name: "x",
    capital: "1000",
    parameters: {},
    order: orders[index]!,
  }));
  const base = { runId: RUN_ID, venue: VENUE, symbols: SYMBOLS };
  const fees = { maker: parseRate("0.0005"), taker: FEE };
  const log = miniLog([
    {
      reads: ["signal", "market_tick", "fill", "order_result", "timer", "policy_denial", "stop_journal"],
      machine: riskRole({ ...base, risk, strategies, takerFee: FEE }),
    },
    {
      reads: [
        "order_intent",
        "order_cancel",
        "order_result",
        "fill",
        "market_tick",
        "stop_journal",
        "lifecycle",
      ],
      machine: paperExecutor({ ...base, latencyMs, fees, openOrdersMax: 3 }),
    },
  ], ({ type, payload }) => type === "order_intent" && payload.client_order_id.endsWith(String(denied)));
  let ts = 1000;
  for (const [gap, it] of happenings) {
    ts += gap;
    if (it.what === "timer") log.turn(timer(ts));
    else if (it.what === "signal") log.turn(signal(ts, it.side, it));
    else log.turn(book(ts, String(it.bid / 10), String((it.bid + it.spread) / 10), it));
    each(log);
  }
  log.turn(ends === "ended" ? ended(ts) : stopJournal(ts));
  return log;
}

function holds(
  property: (log: MiniLog, it: NightCase) => void,
  each: (log: MiniLog) => void = () => {},
): void {
  fc.assert(fc.property(night, (it) => property(played(it, each), it)), { numRuns: 200 });
}

const ofType = <T extends Event["type"]>(log: MiniLog, type: T): Event<T>[] =>
  log.events.filter((event) => event.type === type) as Event<T>[];

test("riskRole() reserves neither less than nothing nor more than there is to sell", () => {
  holds(() => {}, (log) => {
    const { portfolio, orders } = (log.stateOf("risk_role") as RiskState).view;
    for (const id of STRATEGIES) {
      assert.ok(reservedCash(orders, id, FEE) >= 0n);
      for (const symbol of SYMBOLS.keys()) {
        const reserved = reservedQuantity(orders, id, symbol);
        assert.ok(reserved >= 0n && reserved <= positionQuantity(portfolio, VENUE, id, symbol));
      }
    }
  });
});

test("riskRole() and paperExecutor() agree with the fills in the log on cash and positions", () => {
  holds((log) => {
    const { view: { portfolio, orders }, hasStopped } = log.stateOf("risk_role") as RiskState;
    const { markets } = log.stateOf("execution_role") as PaperState;
    const cash = new Map<string, bigint>(STRATEGIES.map((id) => [id, parseAmount("1000")]));
    const held = new Map<string, bigint>();
    for (const { payload } of ofType(log, "fill")) {
      const quantity = parseQuantity(payload.qty);
      const notional = notionalOf(parsePrice(payload.price), quantity);
      const sign = payload.side === "BUY" ? 1n : -1n;
      const key = `${payload.strategy_id} ${payload.symbol}`;
      const before = cash.get(payload.strategy_id)!;
      cash.set(payload.strategy_id, before - sign * notional - feeAsAmount(parseFee(payload.fee)));
      held.set(key, (held.get(key) ?? 0n) + sign * quantity);
      assert.ok(held.get(key)! >= 0n, "sold more than the position");
    }
    for (const id of STRATEGIES) {
      for (const symbol of SYMBOLS.keys()) {
        const quantity = held.get(`${id} ${symbol}`) ?? 0n;
        assert.is(markets.get(symbol)!.positions.get(id) ?? 0n, quantity);
        if (!hasStopped) assert.is(positionQuantity(portfolio, VENUE, id, symbol), quantity);
      }
      if (!hasStopped) assert.is(cashOf(portfolio, id), cash.get(id));
    }
    const { total, equity_start } = totalsOf(portfolio);
    assert.is(total, (equityOf(portfolio) - equity_start) as Amount);
    if (!hasStopped) assert.is(orders.size, 0); // after a stop of its own it no longer looks
  });
});

test("paperExecutor() gives every order one beginning, fills within its quantity, and one end", () => {
  holds((log) => {
    const open = openOrders();
    const results = new Map<string, string[]>();
    const filled = new Map<string, bigint>();
    let fill: Fill | null = null;
    for (const event of log.events) {
      if (event.type === "order_intent" || event.type === "order_result") foldOpenOrder(open, event);
      if (event.type === "fill") {
        assert.is(fill, null);
        fill = event.payload;
        const { client_order_id: id, qty } = fill;
        filled.set(id, (filled.get(id) ?? 0n) + parseQuantity(qty));
        assert.is(results.get(id)?.[0], "ACCEPTED");
      }
      if (event.type !== "order_result") continue;
      const { client_order_id: id, result, filled_qty, order_id } = event.payload;
      results.set(id, [...(results.get(id) ?? []), result]);
      assert.is(parseQuantity(filled_qty), filled.get(id) ?? 0n);
      assert.is(order_id === null, result === "REJECTED");
      assert.is(fill !== null, result === "PARTIAL" || result === "FILLED");
      fill = null;
    }
    assert.is(open.size, 0, "orders are open after the end");
    const intents = ofType(log, "order_intent");
    assert.is(results.size, intents.length);
    for (const { payload } of intents) {
      const story = results.get(payload.client_order_id)!.join(" ");
      assert.match(story, /^(REJECTED|ACCEPTED( PARTIAL)*( FILLED| CANCELED| EXPIRED))$/);
      const quantity = filled.get(payload.client_order_id) ?? 0n;
      assert.ok(quantity <= parseQuantity(payload.qty));
      assert.is(story.endsWith("FILLED"), quantity === parseQuantity(payload.qty));
    }
  });
});

test("paperExecutor() fills at one tick no more than it displays, at prices it reached, after the latency", () => {
  holds((log, { latencyMs }) => {
    const intents = new Map(
      ofType(log, "order_intent").map((event) => [event.payload.client_order_id, event]),
    );
    let tick: BookTick | null = null;
    const left = { BUY: 0n, SELL: 0n };
    for (const { type, ts, payload } of log.events) {
      if (type === "market_tick") {
        tick = payload as BookTick;
        left.BUY = parseQuantity(tick.ask_qty);
        left.SELL = parseQuantity(tick.bid_qty);
      } else if (type === "signal" || type === "timer") {
        tick = null;
      } else if (type === "fill") {
        const { side, qty, price, symbol, client_order_id } = payload;
        const { ts: placed, payload: { limit_price } } = intents.get(client_order_id)!;
        assert.ok(tick !== null && tick.symbol === symbol);
        assert.ok(ts >= placed + latencyMs);
        left[side] -= parseQuantity(qty);
        assert.ok(left[side] >= 0n);
        const best = parsePrice(side === "BUY" ? tick.ask : tick.bid);
        const paid = parsePrice(price);
        assert.ok(side === "BUY" ? paid >= best : paid <= best, "better than the best");
        if (limit_price === undefined) continue;
        const limit = parsePrice(limit_price);
        assert.ok(side === "BUY" ? paid <= limit : paid >= limit, "beyond the limit");
      }
    }
  });
});

test("riskRole() answers every signal with one risk_action, and nothing trades after a STOP", () => {
  holds((log) => {
    let stopped = false;
    const verdicts = ["ALLOW", "DENY", "REDUCE"];
    log.events.forEach((event, index) => {
      if (stopped) {
        assert.not.ok(["order_intent", "fill", "risk_action", "order_cancel"].includes(event.type));
        if (event.type === "order_result") {
          assert.match(event.payload.result, /^(REJECTED|CANCELED|EXPIRED)$/);
        }
      }
      if (event.type === "signal" && !stopped) {
        const next = log.events[index + 1]!;
        assert.is(next.type, "risk_action");
      }
      if (event.type === "risk_action") {
        const { action } = event.payload;
        if (verdicts.includes(action)) assert.is(log.events[index - 1]!.type, "signal");
        const sent = log.events[index + 1]?.type;
        const mayBeSent = action === "ALLOW" || action === "REDUCE";
        assert.is(mayBeSent, sent === "order_intent" || (mayBeSent && sent === "policy_denial"));
        if (action === "STOP") stopped = true;
      }
      if (event.type === "stop_journal") stopped = true;
    });
  });
});

test("riskRole() and paperExecutor() give the same events for the same inputs", () => {
  fc.assert(
    fc.property(night, (it) => {
      const [one, two] = [played(it, () => {}), played(it, () => {})];
      assert.is(JSON.stringify(one.events), JSON.stringify(two.events));
    }),
    { numRuns: 30 },
  );
});

test.run();
