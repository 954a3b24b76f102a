import { clientOrderId } from "../../core/client_order_id.ts";
import type { RiskConfig, StrategyConfig } from "../../core/config.ts";
import type { BookTick, Event, Facts, MarketTick, PolicyDenial, Proposal, Signal } from "../../core/event.ts";
import {
  asFact,
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
import {
  type FeedWatch,
  feedWatch,
  judgeFeed,
  judgeHealth,
  judgeRefusedTick,
  judgeTick,
  noteEvent,
} from "./feed_watch.ts";
import { countOrder, ordersWithin, type OrderWindow, orderWindow } from "./order_window.ts";
import { cancelsOf, intentOf, verdict } from "./risk_answers.ts";
import type { Candidate, FeedLimits, MakeRiskCheck, RiskCheck, RiskMarket } from "./risk_check.ts";
import { RISK_TABLE, riskChecks } from "./risk_table.ts";
import { sizeOrder, type SizingTerms } from "./sizing.ts";
import { reduceTo, shrinkByAdvice } from "./smaller_order.ts";
import {
  actionOf,
  answerTo,
  blockOf,
  stand,
  type StandingBreach,
  type StandingBreaches,
  watchState,
} from "./standing_breaches.ts";

/**
 * The risk role: makes orders of signals, or says why not, and stops the night when a limit is passed, be it one of
 * trading or one of the feed that it lives on.
 * It answers every signal with one risk_action, and after a STOP it never says anything again. Advice that comes with
 * an entry may veto or shrink it, once every check has let it pass whole.
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
  /** The symbols that must be heard of, and the limits of their feed. */
  readonly feed: FeedLimits & { readonly symbols: readonly string[] };
}

export type RiskIn = Event<
  | "signal"
  | "market_tick"
  | "fill"
  | "order_result"
  | "timer"
  | "health"
  | "policy_denial"
  | "stop_journal"
  | "lifecycle"
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
    readonly feed: FeedWatch["feed"];
  };
  readonly checks: readonly RiskCheck[];
  readonly standing: StandingBreaches;
  readonly feedWatch: FeedWatch;
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
      noteEvent(state.feedWatch, event.ts);
      return [state, answer(terms, state, event)];
    },
  };
}

function initialState(
  { risk, strategies, symbols, feed }: RiskOptions,
  table: readonly MakeRiskCheck[],
): RiskState {
  const accounts = strategies.map(({ id, capital }) => ({ id, capital: parseAmount(capital) }));
  const markets = new Map([...symbols].map(([symbol, rules]) => [symbol, { rules, book: null, bookTs: 0 }]));
  const watchOfFeed = feedWatch(feed);
  return {
    view: {
      ts: 0,
      portfolio: openPortfolio(accounts),
      orders: openOrders(),
      markets,
      window: orderWindow(risk.trade_rate.window_ms, risk.trade_rate.limit),
      feed: watchOfFeed.feed,
    },
    checks: riskChecks(risk, table),
    standing: new Map(),
    feedWatch: watchOfFeed,
    ordersSent: 0,
    hasStopped: false,
  };
}

function answer(terms: Terms, state: RiskState, event: RiskIn): readonly RiskOut[] {
  const { view } = state;
  switch (event.type) {
    case "market_tick":
      return event.payload.venue === terms.venue ? onTick(state, event.payload) : NONE;
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
    case "timer":
      return onTimer(terms, state);
    case "health":
      return heed(state, judgeHealth(state.feedWatch, view, event.payload));
    case "policy_denial":
      return onDenial(state, event.payload);
    case "lifecycle":
      return onLifecycle(terms, state, event);
    case "stop_journal":
      state.hasStopped = true;
      return NONE;
  }
}

function onTick(state: RiskState, tick: MarketTick): readonly RiskOut[] {
  const said = heed(state, judgeTick(state.feedWatch, state.view, tick));
  if (state.hasStopped || tick.kind !== "book") return said;
  const more = onBook(state, tick);
  return said.length === 0 ? more : [...said, ...more];
}

/** Keeps the text of the book; a price is read only when something depends on it. */
function onBook(state: RiskState, tick: BookTick): readonly RiskOut[] {
  const { portfolio, markets, ts } = state.view;
  const market = markets.get(tick.symbol);
  if (market === undefined) return NONE;
  market.book = tick;
  market.bookTs = ts;
  const moved = isHeld(portfolio, tick.venue, tick.symbol) &&
    markSymbol(portfolio, tick.venue, tick.symbol, parsePrice(tick.price));
  return moved || state.standing.size > 0 ? watch(state) : NONE;
}

function onTimer(terms: Terms, state: RiskState): readonly RiskOut[] {
  const said: RiskOut[] = [...heed(state, judgeFeed(state.feedWatch, state.view))];
  if (!state.hasStopped) said.push(...watch(state));
  if (!state.hasStopped) said.push(...cancelsOf(state.view, terms.orderTtlMs));
  return said;
}

/**
 * The run goes on, and the time in between has gone by for all that waits: old orders are cancelled, and what nobody
 * has heard of is frozen until somebody does, before the first tick can bring an entry.
 */
function onLifecycle(terms: Terms, state: RiskState, event: Event<"lifecycle">): readonly RiskOut[] {
  const { what, down_ms = 0 } = event.payload;
  if (what !== "resumed" || down_ms === 0) return NONE;
  state.feedWatch.feed.resumedTs = state.view.ts;
  return onTimer(terms, state);
}

/** A refused order frees what it had reserved; a refused tick is an error of the venue. */
function onDenial(state: RiskState, denial: PolicyDenial): readonly RiskOut[] {
  const { denied_type, origin, client_order_id } = denial;
  if (denied_type === "market_tick") return heed(state, judgeRefusedTick(state.feedWatch, state.view));
  if (denied_type === "order_intent" && origin === "derived" && client_order_id !== undefined) {
    state.view.orders.delete(client_order_id);
  }
  return NONE;
}

function watch(state: RiskState): readonly RiskOut[] {
  return heed(state, watchState(state.standing, state.checks, state.view));
}

/** A STOP is the last that is said. */
function heed(state: RiskState, said: readonly Proposal<"risk_action">[]): readonly RiskOut[] {
  if (said[0]?.payload.action === "STOP") state.hasStopped = true;
  return said;
}

function onSignal(terms: Terms, state: RiskState, signal: Signal): readonly RiskOut[] {
  const { strategy_id, symbol, side } = signal;
  const order = terms.orders.get(strategy_id);
  if (order === undefined) throw new Error(`Signal of an unknown strategy ${JSON.stringify(strategy_id)}`);
  const sized = sizeOrder(state.view, { strategy_id, symbol, side, order }, terms);
  if (!sized.ok) return [verdict(signal, "DENY", sized.why.code, sized.why.detail)];
  const block = side === "BUY" ? blockedBy(state, sized.order) : null;
  if (block !== null) return [verdict(signal, "DENY", block.check.code, block.breach.detail)];
  return judge(terms, state, signal, sized.order);
}

function blockedBy({ feedWatch, standing }: RiskState, order: Candidate): StandingBreach | null {
  return blockOf(feedWatch.standing, order) ?? blockOf(standing, order);
}

function judge(terms: Terms, state: RiskState, signal: Signal, wanted: Candidate): readonly RiskOut[] {
  let order = wanted;
  let allowed = verdict(signal, "ALLOW", "OK");
  for (const check of state.checks) {
    const breach = check.order?.(state.view, order) ?? null;
    if (breach === null) continue;
    const { code } = check;
    const action = answerTo({ check, breach });
    if (action === "STOP") {
      state.hasStopped = true;
      return [actionOf("STOP", { check, breach })];
    }
    if (order.side === "SELL") continue;
    if (action === "FREEZE") return stand(state.standing, { check, breach });
    const smaller = action === "REDUCE" ? reduceTo(order, breach.quantityMax) : null;
    if (smaller === null) return [verdict(signal, "DENY", code, breach.detail)];
    order = smaller;
    allowed = verdict(signal, "REDUCE", code, breach.detail);
  }
  const shrunk = shrinkByAdvice(order, signal.advice); // last, so that nothing passes for having been shrunk
  if (shrunk === null) return [allowed, send(terms, state, order)];
  const before = allowed.payload.detail;
  const detail = before === undefined ? shrunk.detail : `${before}; ${shrunk.detail}`;
  if (shrunk.order === null) return [verdict(signal, "DENY", shrunk.code, detail)];
  return [verdict(signal, "REDUCE", shrunk.code, detail), send(terms, state, shrunk.order)];
}

function send(terms: Terms, state: RiskState, order: Candidate): RiskOut {
  const { orders, window, ts } = state.view;
  const facts: Facts = {
    notional: asFact(order.notional),
    price: asFact(notionalOf(order.price, ONE)),
    orders_in_window: ordersWithin(window, ts) + 1,
    stopping: state.hasStopped,
    frozen: blockedBy(state, order) !== null,
  };
  const client_order_id = clientOrderId(terms.runId, ++state.ordersSent);
  const payload = intentOf(order, { venue: terms.venue, client_order_id, facts });
  countOrder(window, ts);
  placeOrder(orders, payload, ts);
  return { type: "order_intent", payload };
}
