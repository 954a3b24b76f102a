import { numberOfClientOrderId } from "../../core/client_order_id.ts";
import type { BookTick, Event, Fill, OrderIntent, PermittedOrder, Proposal } from "../../core/event.ts";
import {
  feeOf,
  notionalOf,
  parsePrice,
  parseQuantity,
  type Quantity,
  type Rate,
  ZERO_QUANTITY,
} from "../../core/fixed_point.ts";
import type { Machine } from "../../core/machine.ts";
import type { SymbolRules } from "../../core/symbol_rules.ts";
import { type Displayed, takeFrom } from "./best_bid_ask.ts";
import { type NewOrder, oppositeOf, type RefusalCode, refusalOf } from "./order_refusal.ts";
import { acceptanceOf, type Ending, endingOf, fillOf, type PaperOrder, rejectionOf } from "./paper_order.ts";

/**
 * The paper venue: takes permitted orders and fills them against the best bid and ask, by the model's rules.
 * It never sends anything anywhere, and it never sees an order that policy has not permitted.
 *
 * It believes its own acceptances and fills only when they come back from the log: one that a STOP kept out
 * has not happened, and the order ends with what was really filled.
 */
export interface PaperOptions {
  readonly runId: string;
  readonly venue: string;
  readonly latencyMs: number;
  readonly fees: { readonly maker: Rate; readonly taker: Rate };
  readonly symbols: ReadonlyMap<string, SymbolRules>;
  /** One more is refused. */
  readonly openOrdersMax: number;
}

export type PaperIn =
  | PermittedOrder
  | Event<"order_cancel">
  | Event<"order_result">
  | Event<"fill">
  | Event<"market_tick">
  | Event<"stop_journal">
  | Event<"lifecycle">;

interface Market {
  readonly rules: SymbolRules;
  book: BookTick | null;
  openOrders: number;
  /** By strategy. */
  readonly positions: Map<string, Quantity>;
}

export interface PaperState {
  readonly markets: ReadonlyMap<string, Market>;
  /** By client_order_id, in the order of acceptance. */
  readonly orders: Map<string, PaperOrder>;
  /** The counters of the last client_order_id seen and of the last order_id given. */
  clientOrders: number;
  accepted: number;
  closed: boolean;
}

const NONE: readonly Proposal[] = [];
const CANCEL_REQUESTED: Ending = { result: "CANCELED", reason: "CANCEL_REQUESTED" };
const TIME_IN_FORCE: Ending = { result: "EXPIRED", reason: "TIME_IN_FORCE" };
const STOPPED: Ending = { result: "CANCELED", reason: "STOPPED" };
const NIGHT_ENDED: Ending = { result: "CANCELED", reason: "NIGHT_ENDED" };

export function paperExecutor(options: PaperOptions): Machine<PaperState, PaperIn, Proposal> {
  return {
    name: "execution_role",
    initial: () => initialState(options),
    step: (state, event) => [state, react(options, state, event)],
  };
}

function initialState(options: PaperOptions): PaperState {
  const markets = new Map<string, Market>();
  for (const [symbol, rules] of options.symbols) {
    markets.set(symbol, { rules, book: null, openOrders: 0, positions: new Map() });
  }
  return { markets, orders: new Map(), clientOrders: 0, accepted: 0, closed: false };
}

function react(options: PaperOptions, state: PaperState, event: PaperIn): readonly Proposal[] {
  switch (event.type) {
    case "market_tick":
      if (event.payload.kind !== "book" || event.payload.venue !== options.venue) return NONE;
      return onBook(options, state, event.payload, event.ts);
    case "order_intent":
      return onIntent(options, state, event.payload, event.ts);
    case "order_result":
      if (event.payload.result === "ACCEPTED") orderOf(state, event.payload.client_order_id).accepted = true;
      return NONE;
    case "fill":
      return onFill(state, event.payload);
    case "order_cancel":
      return onCancel(state, event.payload.client_order_id);
    case "stop_journal":
      return close(state, STOPPED);
    case "lifecycle":
      return event.payload.what === "ended" ? close(state, NIGHT_ENDED) : NONE;
  }
}

function onIntent(
  options: PaperOptions,
  state: PaperState,
  intent: OrderIntent,
  ts: number,
): readonly Proposal[] {
  const quantity = parseQuantity(intent.qty);
  const limit = intent.order_type === "LIMIT" ? parsePrice(intent.limit_price ?? "0") : null;
  const refusal = refuse(options, state, { intent, quantity, limit });
  if (refusal !== null) return [rejectionOf(intent, refusal)];
  const order: PaperOrder = {
    intent,
    orderId: "P-" + ++state.accepted,
    side: intent.side,
    tif: intent.tif ?? "GTC",
    quantity,
    limit,
    eligibleTs: ts + options.latencyMs,
    remaining: quantity,
    resting: false,
    accepted: false,
    fillUnderWay: false,
    ending: null,
  };
  state.orders.set(intent.client_order_id, order);
  marketOf(state, intent.symbol).openOrders++;
  return [acceptanceOf(order)];
}

function refuse(options: PaperOptions, state: PaperState, order: NewOrder): RefusalCode | null {
  const { intent } = order;
  if (state.closed) return "STOPPED";
  if (intent.venue !== options.venue) return "UNKNOWN_VENUE";
  // Counters only grow, so the last one is all that must be remembered to know an order seen before.
  const number = numberOfClientOrderId(options.runId, intent.client_order_id);
  if (number <= state.clientOrders) return "CLIENT_ORDER_ID";
  state.clientOrders = number;
  const market = state.markets.get(intent.symbol);
  if (market === undefined) return "UNKNOWN_SYMBOL";
  if (state.orders.size >= options.openOrdersMax) return "TOO_MANY_ORDERS";
  const opposite = market.book === null ? null : parsePrice(oppositeOf(intent.side, market.book));
  return refusalOf(order, { rules: market.rules, opposite, sellable: sellable(state, market, intent) });
}

/** What the strategy holds and has not offered yet. */
function sellable(state: PaperState, market: Market, intent: OrderIntent): Quantity {
  let quantity: bigint = market.positions.get(intent.strategy_id) ?? ZERO_QUANTITY;
  for (const { intent: other, remaining } of state.orders.values()) {
    if (
      other.side === "SELL" && other.symbol === intent.symbol && other.strategy_id === intent.strategy_id
    ) quantity -= remaining;
  }
  return quantity as Quantity;
}

function onBook(
  options: PaperOptions,
  state: PaperState,
  tick: BookTick,
  ts: number,
): readonly Proposal[] {
  const market = state.markets.get(tick.symbol);
  if (market === undefined) return NONE;
  market.book = tick;
  if (market.openOrders === 0) return NONE;
  const bid = displayed(tick.bid, tick.bid_qty, market.rules);
  const ask = displayed(tick.ask, tick.ask_qty, market.rules);
  const out: Proposal[] = [];
  for (const order of state.orders.values()) {
    if (order.intent.symbol !== tick.symbol || !order.accepted || ts < order.eligibleTs) continue;
    const execution = takeFrom(order.side === "BUY" ? ask : bid, order);
    order.resting = true;
    const endsNow = order.tif !== "GTC";
    if (execution !== null) {
      const fee = feeOf(options.fees[execution.liquidity], notionalOf(execution.price, execution.quantity));
      out.push(...fillOf(order, execution, fee, market.rules.quote));
      order.fillUnderWay = true;
      if (endsNow) order.ending = TIME_IN_FORCE;
    } else if (endsNow) {
      out.push(end(state, order, TIME_IN_FORCE));
    }
  }
  return out;
}

/** What one tick shows of one side, in whole steps, so that positions stay sellable. */
function displayed(price: string, quantity: string, rules: SymbolRules): Displayed {
  const shown = parseQuantity(quantity);
  return { price: parsePrice(price), left: (shown - shown % rules.quantityStep) as Quantity };
}

function onFill(state: PaperState, fill: Fill): readonly Proposal[] {
  const order = orderOf(state, fill.client_order_id);
  const { positions } = marketOf(state, fill.symbol);
  const quantity = parseQuantity(fill.qty);
  const held = positions.get(fill.strategy_id) ?? ZERO_QUANTITY;
  positions.set(
    fill.strategy_id,
    (fill.side === "BUY" ? held + quantity : held - quantity) as Quantity,
  );
  order.remaining = (order.remaining - quantity) as Quantity;
  order.fillUnderWay = false;
  if (order.remaining === 0n) remove(state, order);
  else if (order.ending !== null) return [end(state, order, order.ending)];
  return NONE;
}

/** An order that is unknown or finished is left alone: a cancel may always come too late. */
function onCancel(state: PaperState, clientOrderId: string): readonly Proposal[] {
  const order = state.orders.get(clientOrderId);
  if (order === undefined) return NONE;
  if (!order.fillUnderWay) return [end(state, order, CANCEL_REQUESTED)];
  order.ending ??= CANCEL_REQUESTED;
  return NONE;
}

/** Ends everything, in the order of acceptance. What the log has not accepted by now never will be. */
function close(state: PaperState, ending: Ending): readonly Proposal[] {
  state.closed = true;
  return [...state.orders.values()].map((order) => {
    if (order.accepted) return end(state, order, ending);
    remove(state, order);
    return rejectionOf(order.intent, ending.reason);
  });
}

function end(state: PaperState, order: PaperOrder, ending: Ending): Proposal {
  remove(state, order);
  return endingOf(order, ending);
}

function remove(state: PaperState, order: PaperOrder): void {
  state.orders.delete(order.intent.client_order_id);
  marketOf(state, order.intent.symbol).openOrders--;
}

function orderOf(state: PaperState, clientOrderId: string): PaperOrder {
  const order = state.orders.get(clientOrderId);
  if (order === undefined) throw new Error(`Order ${JSON.stringify(clientOrderId)} is not open`);
  return order;
}

function marketOf(state: PaperState, symbol: string): Market {
  const market = state.markets.get(symbol);
  if (market === undefined) throw new Error(`Symbol ${JSON.stringify(symbol)} is not traded here`);
  return market;
}
