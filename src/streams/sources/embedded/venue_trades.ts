import { parsePrice, parseQuantity } from "../../../core/fixed_point.ts";
import type { TradeMessage } from "../binance/venue_message.ts";
import { venueDecimal } from "./venue_decimal.ts";

/**
 * The last trades of one symbol, for whoever missed some. A fixed piece of memory: what is older is forgotten.
 */
export interface VenueTrades {
  push(trade: TradeMessage): void;
  /** From `fromId` (null: so that the newest are there) on, at most `limit`, in the form of the venue's REST answers. */
  list(fromId: number | null, limit: number): readonly VenueTrade[];
}

export interface VenueTrade {
  readonly id: number;
  readonly price: string;
  readonly qty: string;
  readonly quoteQty: string;
  readonly time: number;
  readonly isBuyerMaker: boolean;
  readonly isBestMatch: true;
}

const UNIT = 100_000_000n;

export function venueTrades(capacity: number): VenueTrades {
  const ids = new Float64Array(capacity);
  const prices = new BigInt64Array(capacity);
  const quantities = new BigInt64Array(capacity);
  const times = new Float64Array(capacity);
  const buyerMakers = new Uint8Array(capacity);
  let pushed = 0;

  /** Counted from the first trade ever. */
  const at = (index: number): VenueTrade => {
    const slot = index % capacity;
    const [price, quantity] = [prices[slot]!, quantities[slot]!];
    return {
      id: ids[slot]!,
      price: venueDecimal(price),
      qty: venueDecimal(quantity),
      quoteQty: venueDecimal(price * quantity / UNIT),
      time: times[slot]!,
      isBuyerMaker: buyerMakers[slot] === 1,
      isBestMatch: true,
    };
  };

  return {
    push(trade) {
      const slot = pushed++ % capacity;
      ids[slot] = trade.t;
      prices[slot] = parsePrice(trade.p);
      quantities[slot] = parseQuantity(trade.q);
      times[slot] = trade.T;
      buyerMakers[slot] = trade.m ? 1 : 0;
    },
    list(fromId, limit) {
      const oldest = Math.max(0, pushed - capacity);
      let first = fromId === null ? Math.max(oldest, pushed - limit) : oldest;
      while (fromId !== null && first < pushed && ids[first % capacity]! < fromId) first++;
      const count = Math.min(limit, pushed - first);
      return Array.from({ length: count }, (_, i) => at(first + i));
    },
  };
}
