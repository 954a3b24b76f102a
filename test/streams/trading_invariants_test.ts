import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BookTick, Fill } from "../../src/core/event.ts";
import {
  type Amount,
  feeAsAmount,
  notionalOf,
  parseAmount,
  parseFee,
  parsePrice,
  parseQuantity,
} from "../../src/core/fixed_point.ts";
import { foldOpenOrder, openOrders } from "../../src/core/open_orders.ts";
import { cashOf, equityOf, positionQuantity, totalsOf } from "../../src/core/portfolio.ts";
import type { PaperState } from "../../src/streams/fills/paper_executor.ts";
import { reservedCash, reservedQuantity } from "../../src/streams/risk/reservations.ts";
import type { RiskState } from "../../src/streams/risk/risk_role.ts";
import { FEE, holds, NIGHT, ofType, played, STRATEGIES } from "../support/random_nights.ts";
import { SYMBOLS, VENUE } from "../support/trading_events.ts";

/** What must hold of risk and execution together, whatever market and signals they are given. */

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
    fc.property(NIGHT, (it) => {
      const [one, two] = [played(it, () => {}), played(it, () => {})];
      assert.is(JSON.stringify(one.events), JSON.stringify(two.events));
    }),
    { numRuns: 30 },
  );
});

test.run();
