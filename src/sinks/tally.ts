import type { Event, EventType, Payloads } from "../core/event.ts";
import { type Amount, parseAmount, parsePrice, ratioOf, ZERO_AMOUNT } from "../core/fixed_point.ts";
import type { Machine } from "../core/machine.ts";
import { applyFill, equityOf, isHeld, markSymbol, openPortfolio, type Portfolio } from "../core/portfolio.ts";
import { foldOpenOrder, type OpenOrders, openOrders } from "../core/open_orders.ts";
import { type AdviceTally, openAdviceTally, scoreAdvice, tallyAdvice } from "./advice_tally.ts";
import { type FeedTally, openFeedTally, tallyFreeze, tallyHealth, tallyTrade } from "./feed_tally.ts";
import { addLatency, type Latencies, openLatencies } from "./latencies.ts";

/**
 * What a night amounts to, folded from its events alone: the same fold gives the live metrics, the report,
 * and whatever anyone computes from the journal afterwards.
 */
export interface Tally {
  readonly counts: Record<EventType, number>;
  readonly portfolio: Portfolio;
  readonly orders: OpenOrders;
  /** The last mid of each symbol, as text: parsed only where a fill needs it. */
  readonly mids: Map<string, string>;
  readonly equityStart: Amount;
  equityPeak: Amount;
  drawdownMax: Amount;
  /** As a double; ratios are for reading, money stays exact. */
  drawdownFractionMax: number;
  trades: number;
  wins: number;
  won: Amount;
  losses: number;
  lost: Amount;
  stops: Record<string, number>;
  riskStops: number;
  readonly latencies: Latencies;
  readonly feed: FeedTally;
  readonly advice: AdviceTally;
  /** The market role's last restart. */
  marketRestartTs: number | null;
  lastDenial: string | null;
  lastTs: number;
}

export function tallyOf(
  strategies: readonly { readonly id: string; readonly capital: string }[],
  types: readonly EventType[],
): Machine<Tally, Event, never> {
  return {
    name: "tally",
    initial() {
      const portfolio = openPortfolio(
        strategies.map(({ id, capital }) => ({ id, capital: parseAmount(capital) })),
      );
      const equity = equityOf(portfolio);
      return {
        counts: Object.fromEntries(types.map((type) => [type, 0])) as Record<EventType, number>,
        portfolio,
        orders: openOrders(),
        mids: new Map(),
        equityStart: equity,
        equityPeak: equity,
        drawdownMax: ZERO_AMOUNT,
        drawdownFractionMax: 0,
        trades: 0,
        wins: 0,
        won: ZERO_AMOUNT,
        losses: 0,
        lost: ZERO_AMOUNT,
        stops: {},
        riskStops: 0,
        latencies: openLatencies(),
        feed: openFeedTally(),
        advice: openAdviceTally(),
        marketRestartTs: null,
        lastDenial: null,
        lastTs: 0,
      };
    },
    step(tally, event) {
      tally.counts[event.type]++;
      tally.lastTs = event.ts;
      count(tally, event);
      return [tally, []];
    },
  };
}

function count(tally: Tally, event: Event): void {
  switch (event.type) {
    case "market_tick":
      if (event.payload.kind === "trade") tallyTrade(tally.feed, event.payload, event.ts);
      return countTick(tally, event.payload, event.ts);
    case "recommendation":
      return tallyAdvice(tally.advice, event.payload, { ts: event.ts, mids: tally.mids });
    case "fill":
      return countFill(tally, event.payload);
    case "order_intent":
    case "order_result":
      return foldOpenOrder(tally.orders, event);
    case "risk_action":
      if (event.payload.action === "STOP") tally.riskStops++;
      if (event.payload.action === "DENY") tally.lastDenial = event.payload.reason_code;
      return tallyFreeze(tally.feed, event.payload);
    case "policy_denial":
      tally.lastDenial = event.payload.codes.join(" ");
      return;
    case "stop_journal": {
      const { reason_code } = event.payload;
      tally.stops[reason_code] = (tally.stops[reason_code] ?? 0) + 1;
      return;
    }
    case "health":
      if (event.payload.latency_ms !== undefined) addLatency(tally.latencies, event.payload.latency_ms);
      return tallyHealth(tally.feed, event.payload);
    case "lifecycle":
      if (event.payload.what === "role_restarted" && event.payload.role !== "ai_role") {
        tally.marketRestartTs = event.ts;
      }
      return;
  }
}

/** Equity at mid, at every tick: with all fills before it and none after. */
function countTick(tally: Tally, tick: Payloads["market_tick"], ts: number): void {
  if (tick.kind === "book") {
    scoreAdvice(tally.advice, tick, ts);
    tally.mids.set(`${tick.venue} ${tick.symbol}`, tick.price);
    if (isHeld(tally.portfolio, tick.venue, tick.symbol)) {
      markSymbol(tally.portfolio, tick.venue, tick.symbol, parsePrice(tick.price));
    }
  }
  const equity = equityOf(tally.portfolio);
  if (equity >= tally.equityPeak) {
    tally.equityPeak = equity;
    return;
  }
  const drawdown = (tally.equityPeak - equity) as Amount;
  if (drawdown > tally.drawdownMax) tally.drawdownMax = drawdown;
  const fraction = ratioOf(drawdown, tally.equityPeak) ?? 0;
  if (fraction > tally.drawdownFractionMax) tally.drawdownFractionMax = fraction;
}

function countFill(tally: Tally, fill: Payloads["fill"]): void {
  const mid = tally.mids.get(`${fill.venue} ${fill.symbol}`);
  const closed = applyFill(tally.portfolio, fill, mid === undefined ? null : parsePrice(mid));
  if (closed === null) return;
  tally.trades++;
  if (closed.pnl > 0n) {
    tally.wins++;
    tally.won = (tally.won + closed.pnl) as Amount;
  } else if (closed.pnl < 0n) {
    tally.losses++;
    tally.lost = (tally.lost - closed.pnl) as Amount;
  }
}
