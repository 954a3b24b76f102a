import { clientOrderId } from "../../core/client_order_id.ts";
import type { RiskConfig, StrategyConfig } from "../../core/config.ts";
import type { BookTick, Event, Facts, OrderIntent, Proposal, RiskVerb, Signal } from "../../core/event.ts";
import {
  asFact,
  formatUnits,
  notionalOf,
  parseAmount,
  parsePrice,
  parseRate,
  type Quantity,
  type Rate,
} from "../../core/fixed_point.ts";
import type { Machine } from "../../core/machine.ts";
import { fillOrder, foldOpenOrder, type OpenOrders, openOrders, placeOrder } from "../../core/open_orders.ts";
import { applyFill, isHeld, markSymbol, openPortfolio, type Portfolio } from "../../core/portfolio.ts";
import type { SymbolRules } from "../../core/symbol_rules.ts";
import { countOrder, ordersWithin, type OrderWindow, orderWindow } from "./order_window.ts";
import type { Candidate, MakeRiskCheck, RiskCheck, RiskMarket } from "./risk_check.ts";
import { RISK_TABLE, riskChecks } from "./risk_table.ts";
import { sizeOrder, type SizingTerms } from "./sizing.ts";
import { actionOf, blockOf, stand, type StandingBreaches, watchState } from "./standing_breaches.ts";

/**
 * The risk role: makes orders of signals, or says why not, and stops the night when a limit is passed.
 * It answers every signal with one risk_action, and after a STOP it never says anything again.
 *
 * An exit lowers the risk, so nothing may block one but a STOP: no limit of size, exposure or loss, and no freeze.
 * Only the trade rate counts exits, and only as a STOP do they meet it.
 */
export interface RiskOptions {
  readonly runId: string;
  readonly venue: string;
  readonly risk: RiskConfig;
  readonly strategies: readonly StrategyConfig[];
  readonly takerFee: Rate;
  readonly symbols: ReadonlyMap<string, SymbolRules>;
}

export type RiskIn = Event<
  "signal" | "market_tick" | "fill" | "order_result" | "timer" | "policy_denial" | "stop_journal"
>;
type RiskOut = Proposal<"risk_action" | "order_intent" | "order_cancel">;

interface Market extends RiskMarket {
  book: BookTick | null;
  bookTs: number;
}

export interface RiskState {
  readonly view: {
    ts: number;
    readonly portfolio: Portfolio;
    readonly orders: OpenOrders;
    readonly markets: ReadonlyMap<string, Market>;
    readonly window: OrderWindow;
  };
  readonly checks: readonly RiskCheck[];
  readonly standing: StandingBreaches;
  ordersSent: number;
  hasStopped: boolean;
}

interface Terms extends SizingTerms {
  readonly runId: string;
  readonly orderTtlMs: number;
  /** How each strategy wants its orders. */
  readonly orders: ReadonlyMap<string, StrategyConfig["order"]>;
}

const NONE: readonly RiskOut[] = [];
const ONE = 100_000_000n as Quantity;

export function riskRole(
  options: RiskOptions,
  table: readonly MakeRiskCheck[] = RISK_TABLE,
): Machine<RiskState, RiskIn, RiskOut> {
  const { runId, venue, risk, strategies, takerFee } = options;
  const terms: Terms = {
    runId,
    venue,
    takerFee,
    orderFraction: parseRate(risk.order_fraction),
    orderTtlMs: risk.order_ttl_ms,
    orders: new Map(strategies.map(({ id, order }) => [id, order])),
  };
  return {
    name: "risk_role",
    initial: () => initialState(options, table),
    step(state, event) {
      if (state.hasStopped) return [state, NONE];
      state.view.ts = event.ts;
      return [state, answer(terms, state, event)];
    },
  };
}

function initialState(
  { risk, strategies, symbols }: RiskOptions,
  table: readonly MakeRiskCheck[],
): RiskState {
  const accounts = strategies.map(({ id, capital }) => ({ id, capital: parseAmount(capital) }));
  const markets = new Map([...symbols].map(([symbol, rules]) => [symbol, { rules, book: null, bookTs: 0 }]));
  return {
    view: {
      ts: 0,
      portfolio: openPortfolio(accounts),
      orders: openOrders(),
      markets,
      window: orderWindow(risk.trade_rate.window_ms, risk.trade_rate.limit),
    },
    checks: riskChecks(risk, table),
    standing: new Map(),
    ordersSent: 0,
    hasStopped: false,
  };
}

function answer(terms: Terms, state: RiskState, event: RiskIn): readonly RiskOut[] {
  const { view } = state;
  switch (event.type) {
    case "market_tick":
      if (event.payload.kind !== "book" || event.payload.venue !== terms.venue) return NONE;
      return onBook(state, event.payload, event.ts);
    case "signal":
      return onSignal(terms, state, event.payload);
    case "fill": {
      const book = view.markets.get(event.payload.symbol)?.book ?? null;
      const mid = book === null ? null : parsePrice(book.price);
      const trade = applyFill(view.portfolio, event.payload, mid);
      fillOrder(view.orders, event.payload);
      if (trade !== null) { for (const check of state.checks) check.closed?.(view, trade); }
      return watch(state);
    }
    case "order_result":
      foldOpenOrder(view.orders, event);
      return NONE;
    case "timer": {
      const said = watch(state);
      return state.hasStopped ? said : [...said, ...cancelsOf(terms, state)];
    }
    case "policy_denial": {
      const { denied_type, origin, client_order_id } = event.payload;
      if (denied_type === "order_intent" && origin === "derived" && client_order_id !== undefined) {
        view.orders.delete(client_order_id);
      }
      return NONE;
    }
    case "stop_journal":
      state.hasStopped = true;
      return NONE;
  }
}

/** Keeps the text of the book; a price is read only when something depends on it. */
function onBook(state: RiskState, tick: BookTick, ts: number): readonly RiskOut[] {
  const { portfolio, markets } = state.view;
  const market = markets.get(tick.symbol);
  if (market === undefined) return NONE;
  market.book = tick;
  market.bookTs = ts;
  const moved = isHeld(portfolio, tick.venue, tick.symbol) &&
    markSymbol(portfolio, tick.venue, tick.symbol, parsePrice(tick.price));
  return moved || state.standing.size > 0 ? watch(state) : NONE;
}

function watch(state: RiskState): readonly RiskOut[] {
  const said = watchState(state.standing, state.checks, state.view);
  if (said[0]?.payload.action === "STOP") state.hasStopped = true;
  return said;
}

function onSignal(terms: Terms, state: RiskState, signal: Signal): readonly RiskOut[] {
  const { strategy_id, symbol, side } = signal;
  const order = terms.orders.get(strategy_id);
  if (order === undefined) throw new Error(`Signal of an unknown strategy ${JSON.stringify(strategy_id)}`);
  const sized = sizeOrder(state.view, { strategy_id, symbol, side, order }, terms);
  if (!sized.ok) return [verdict(signal, "DENY", sized.why.code, sized.why.detail)];
  const block = side === "BUY" ? blockOf(state.standing, sized.order) : null;
  if (block !== null) return [verdict(signal, "DENY", block.check.code, block.breach.detail)];
  return judge(terms, state, signal, sized.order);
}

function judge(terms: Terms, state: RiskState, signal: Signal, wanted: Candidate): readonly RiskOut[] {
  let order = wanted;
  let allowed = verdict(signal, "ALLOW", "OK");
  for (const check of state.checks) {
    const breach = check.order?.(state.view, order) ?? null;
    if (breach === null) continue;
    const { code, action } = check;
    if (action === "STOP") {
      state.hasStopped = true;
      return [actionOf("STOP", { check, breach })];
    }
    if (order.side === "SELL") continue;
    if (action === "FREEZE") return stand(state.standing, { check, breach });
    const smaller = action === "REDUCE" ? reduce(order, breach.quantityMax) : null;
    if (smaller === null) return [verdict(signal, "DENY", code, breach.detail)];
    order = smaller;
    allowed = verdict(signal, "REDUCE", code, breach.detail);
  }
  return [allowed, send(terms, state, order)];
}

/** The order with the quantity that still passes, or null where that is too little to be one. */
function reduce(order: Candidate, quantityMax: Quantity | undefined): Candidate | null {
  if (quantityMax === undefined || quantityMax === 0n) return null;
  const notional = notionalOf(order.price, quantityMax);
  return notional < order.rules.notionalMin ? null : { ...order, quantity: quantityMax, notional };
}

function send(terms: Terms, state: RiskState, order: Candidate): RiskOut {
  const { orders, window, ts } = state.view;
  const { strategy_id, symbol, side, order_type, tif } = order;
  const facts: Facts = {
    notional: asFact(order.notional),
    price: asFact(notionalOf(order.price, ONE)),
    orders_in_window: ordersWithin(window, ts) + 1,
    stopping: state.hasStopped,
  };
  const qty = formatUnits(order.quantity);
  const client_order_id = clientOrderId(terms.runId, ++state.ordersSent);
  const { venue } = terms;
  const payload: OrderIntent = order_type === "MARKET"
    ? { venue, strategy_id, symbol, side, qty, order_type, client_order_id, tif, facts }
    : {
      venue,
      strategy_id,
      symbol,
      side,
      qty,
      order_type,
      client_order_id,
      limit_price: formatUnits(order.price),
      tif,
      facts,
    };
  countOrder(window, ts);
  placeOrder(orders, payload, ts);
  return { type: "order_intent", payload };
}

/** Orders that have stood for too long. The answer comes within the turn; one that policy refused is asked again. */
function cancelsOf(terms: Terms, { view }: RiskState): readonly RiskOut[] {
  const cancels: RiskOut[] = [];
  for (const { venue, strategy_id, symbol, client_order_id, ts } of view.orders.values()) {
    if (view.ts - ts <= terms.orderTtlMs) continue;
    cancels.push({
      type: "order_cancel",
      payload: { venue, strategy_id, symbol, client_order_id, facts: { reason: "ttl" } },
    });
  }
  return cancels;
}

function verdict(
  { strategy_id, symbol }: Signal,
  action: RiskVerb,
  reason_code: string,
  detail?: string,
): Proposal<"risk_action"> {
  return {
    type: "risk_action",
    payload: detail === undefined
      ? { strategy_id, symbol, action, reason_code }
      : { strategy_id, symbol, action, reason_code, detail },
  };
}
