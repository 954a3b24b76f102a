/** The venue's own words for what happens on a market: field names and number forms of Binance Spot streams. */

/** Stream `<symbol>@trade`. */
export interface TradeMessage {
  readonly e: "trade";
  /** Event time, unix milliseconds. */
  readonly E: number;
  readonly s: string;
  /** Trade id, without gaps per symbol. */
  readonly t: number;
  readonly p: string;
  readonly q: string;
  /** Time of the trade, unix milliseconds. */
  readonly T: number;
  /** The buyer was the maker: somebody sold into the bid. */
  readonly m: boolean;
  /** Without meaning; the venue says to ignore it. */
  readonly M: true;
}

/** Stream `<symbol>@bookTicker`: best bid and ask. Spot sends neither event name nor time. */
export interface BookTickerMessage {
  /** Update id of the book, increasing per symbol. */
  readonly u: number;
  readonly s: string;
  readonly b: string;
  readonly B: string;
  readonly a: string;
  readonly A: string;
}

export type VenueMessage = TradeMessage | BookTickerMessage;
