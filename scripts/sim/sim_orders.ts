import type { Event, Fill, OrderIntent } from "../../src/core/event.ts";
import { BrokenInvariant, UNIT, unitsOf } from "./sim_ledger.ts";

/** The way of every order, from its intent to its last result, and what is due at each step. */
export interface SimOrder {
  readonly intent: OrderIntent;
  readonly quantity: bigint;
  /** The limit, or what a market order was sized at. */
  readonly price: bigint;
  isAccepted: boolean;
  hasEnded: boolean;
  filled: bigint;
}

const ENDS: ReadonlySet<string> = new Set(["CANCELED", "EXPIRED", "REJECTED", "FILLED"]);

export class SimOrders {
  readonly #all = new Map<string, SimOrder>();
  /** Not ended, in the order of their intents. */
  readonly open: Set<SimOrder> = new Set();
  readonly #feeRates: Readonly<Record<"maker" | "taker", bigint>>;

  constructor(fees: { readonly maker: string; readonly taker: string }) {
    this.#feeRates = { maker: unitsOf(fees.maker, 8), taker: unitsOf(fees.taker, 8) };
  }

  begin(intent: OrderIntent): SimOrder {
    const id = intent.client_order_id;
    if (this.#all.has(id)) throw new BrokenInvariant(`client_order_id ${id} again`);
    const { limit_price, facts } = intent;
    const order = {
      intent,
      quantity: unitsOf(intent.qty, 8),
      price: limit_price === undefined ? BigInt(facts["price"] as number) : unitsOf(limit_price, 8),
      isAccepted: false,
      hasEnded: false,
      filled: 0n,
    };
    this.#all.set(id, order);
    this.open.add(order);
    return order;
  }

  answer({ client_order_id, result, filled_qty }: Event<"order_result">["payload"]): void {
    const order = this.#orderOf(client_order_id);
    if (order.hasEnded) throw new BrokenInvariant(`${result} of an order that has ended`);
    const isFirst = result === "ACCEPTED" || result === "REJECTED";
    if (isFirst === order.isAccepted && result !== "CANCELED") {
      throw new BrokenInvariant(`${result} of an order that was ${isFirst ? "" : "never "}accepted`);
    }
    if (result === "ACCEPTED") order.isAccepted = true;
    if (unitsOf(filled_qty, 8) !== order.filled) {
      throw new BrokenInvariant(`filled_qty is ${filled_qty}, the fills say otherwise`);
    }
    if (!ENDS.has(result)) return;
    order.hasEnded = true;
    this.open.delete(order);
  }

  fill(fill: Fill): void {
    const order = this.#orderOf(fill.client_order_id);
    if (!order.isAccepted || order.hasEnded) throw new BrokenInvariant("a fill of an order that is not open");
    for (const name of ["venue", "strategy_id", "symbol", "side"] as const) {
      if (fill[name] !== order.intent[name]) throw new BrokenInvariant(`${name} is not that of its intent`);
    }
    const [quantity, price] = [unitsOf(fill.qty, 8), unitsOf(fill.price, 8)];
    order.filled += quantity;
    if (order.filled > order.quantity) throw new BrokenInvariant("more is filled than was ordered");
    const { limit_price, side } = order.intent;
    if (limit_price !== undefined && (side === "BUY" ? price > order.price : price < order.price)) {
      throw new BrokenInvariant(`filled at ${fill.price}, the limit is ${limit_price}`);
    }
    const exact = this.#feeRates[fill.liquidity] * price * quantity;
    const step = UNIT * UNIT;
    if (unitsOf(fill.fee, 8) !== (exact + step - 1n) / step) {
      throw new BrokenInvariant(`fee ${fill.fee} is not its rate of the notional, rounded up`);
    }
  }

  #orderOf(id: string): SimOrder {
    const order = this.#all.get(id);
    if (order === undefined) throw new BrokenInvariant(`no intent ${id}`);
    return order;
  }
}

/** What an order may still cost, in 1e-16. */
export function restOf({ quantity, filled, price }: SimOrder): bigint {
  return (quantity - filled) * price;
}
