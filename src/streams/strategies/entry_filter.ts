import type { BookTick } from "../../core/event.ts";
import type { ParameterSchema } from "./strategy.ts";

/**
 * Refuses entries into a market that is too dear or too thin right now. Exits never come here: whoever is in
 * must be able to get out.
 */
export interface EntryFilterParameters {
  readonly spread_bps_max: number;
  readonly displayed_min_quote: number;
}

export const ENTRY_FILTER_SCHEMA: { readonly [K in keyof EntryFilterParameters]: ParameterSchema } = {
  spread_bps_max: {
    type: "number",
    description: "No entry while the spread is wider, in basis points of the mid",
    default: 5,
    minimum: 0,
    maximum: 1000,
  },
  displayed_min_quote: {
    type: "number",
    description: "No entry while less than this is offered at the best ask, in the quote asset",
    default: 500,
    minimum: 0,
    maximum: 1e9,
  },
};

/** What the filter saw, for the reason of a signal. */
export interface EntryView {
  readonly spreadBps: number;
  readonly displayedQuote: number;
}

/** The view where an entry is fine; null where it is not, or where no book is known. */
export function entryView(book: BookTick | null, limits: EntryFilterParameters): EntryView | null {
  if (book === null) return null;
  const bid = Number(book.bid);
  const ask = Number(book.ask);
  const spreadBps = (ask - bid) / ((ask + bid) / 2) * 10_000;
  const displayedQuote = ask * Number(book.ask_qty);
  const isFine = spreadBps <= limits.spread_bps_max && displayedQuote >= limits.displayed_min_quote;
  return isFine ? { spreadBps, displayedQuote } : null;
}
