import type { BookTick, MarketTick, TradeTick } from "../../../core/event.ts";
import { midText, shortestDecimal } from "./decimal_text.ts";

/**
 * What the venue said as a tick of the log, or the reason why it cannot be one. Trusts nothing: the message may be
 * any JSON. On the hot path: literals, no exceptions, no floats.
 */
export interface TickOptions {
  readonly venue: string;
  readonly priceSource: string;
}

export function tickOfMessage(message: unknown, options: TickOptions): MarketTick | string {
  if (typeof message !== "object" || message === null) {
    return `Message is ${shown(message)}, expected a JSON object`;
  }
  const fields = message as Fields;
  if (fields.e === "trade") return tradeTick(fields, options);
  // a spot bookTicker is the only message without an event name, so it is known by what it holds
  if (fields.e === undefined && fields.u !== undefined) return bookTick(fields, options);
  return `Event is ${shown(fields.e)}, expected a trade or a bookTicker`;
}

type Fields = {
  readonly [K in "e" | "E" | "s" | "t" | "p" | "q" | "T" | "u" | "b" | "B" | "a" | "A"]?: unknown;
};

function tradeTick(fields: Fields, options: TickOptions): TradeTick | string {
  const { s, p, q, t, E, T } = fields;
  if (!isSymbol(s)) return wrongSymbol(s);
  const price = shortestDecimal(p);
  if (price === null || price === "0") return wrongDecimal("Price", p);
  const qty = shortestDecimal(q);
  if (qty === null || qty === "0") return wrongDecimal("Quantity", q);
  if (!isWholeNumber(t)) return `Trade id is ${shown(t)}, expected a whole number`;
  if (!isTime(E)) return wrongTime("Event time", E);
  if (!isTime(T)) return wrongTime("Trade time", T);
  return {
    venue: options.venue,
    symbol: s,
    price,
    price_source: options.priceSource,
    kind: "trade",
    event_ts: E,
    qty,
    trade_id: t,
    trade_ts: T,
  };
}

function bookTick(fields: Fields, options: TickOptions): BookTick | string {
  const { s, b, B, a, A, u } = fields;
  if (!isSymbol(s)) return wrongSymbol(s);
  const bid = shortestDecimal(b);
  if (bid === null || bid === "0") return wrongDecimal("Bid", b);
  const ask = shortestDecimal(a);
  if (ask === null || ask === "0") return wrongDecimal("Ask", a);
  const bidQty = shortestDecimal(B);
  if (bidQty === null || bidQty === "0") return wrongDecimal("Bid quantity", B);
  const askQty = shortestDecimal(A);
  if (askQty === null || askQty === "0") return wrongDecimal("Ask quantity", A);
  if (!isWholeNumber(u)) return `Update id is ${shown(u)}, expected a whole number`;
  const price = midText(bid, ask);
  if (price === null) return `Bid is "${bid}", expected at most the ask "${ask}"`;
  return {
    venue: options.venue,
    symbol: s,
    price,
    price_source: options.priceSource,
    kind: "book",
    event_ts: null, // the venue sends none
    bid,
    ask,
    bid_qty: bidQty,
    ask_qty: askQty,
    update_id: u,
  };
}

const SYMBOL_LENGTH_MAX = 20;
/** The year 5138 in milliseconds; today in microseconds is beyond it, so a wrong time unit shows. */
const TS_MAX = 100_000_000_000_000;

/** Capitals and digits. */
function isSymbol(value: unknown): value is string {
  if (typeof value !== "string" || value.length === 0 || value.length > SYMBOL_LENGTH_MAX) return false;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code < 48 || code > 90 || (code > 57 && code < 65)) return false;
  }
  return true;
}

function isWholeNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTime(value: unknown): value is number {
  return isWholeNumber(value) && value < TS_MAX;
}

function wrongSymbol(value: unknown): string {
  return `Symbol is ${shown(value)}, expected 1 to ${SYMBOL_LENGTH_MAX} capitals and digits`;
}

function wrongDecimal(name: string, value: unknown): string {
  return `${name} is ${shown(value)}, expected a decimal above 0 with at most 8 decimals, as text`;
}

function wrongTime(name: string, value: unknown): string {
  return `${name} is ${shown(value)}, expected unix milliseconds`;
}

const SHOWN_LENGTH_MAX = 40;

/** A value for a reason: quoted, never long, never the inside of an object. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, SHOWN_LENGTH_MAX));
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object";
  return String(value);
}
