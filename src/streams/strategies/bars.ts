import type { MarketTick } from "../../core/event.ts";

/**
 * Bars of equal length from the ticks of one symbol, by their time in the log. Prices are mids of the book, so
 * that trades which jump between bid and ask do not look like moves; volume is what was traded.
 * A bar closes with the first tick at or after its end. A stretch without ticks gives no bar: that a price stood
 * still while nothing was heard is a guess. A stretch in which only trades were heard does, at the standing mid:
 * the venue tells the book when it changes.
 */
export interface Bar {
  /** A multiple of the length. */
  readonly startTs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export interface Bars {
  /** Takes a tick in; gives the bar that it closes, if any. */
  add(tick: MarketTick, ts: number): Bar | null;
}

export function bars(barMs: number): Bars {
  let startTs = 0;
  let endTs = -Infinity; // no bar is open
  let priceText = "";
  let mid = NaN; // no book was seen
  let open = NaN;
  let high = NaN;
  let low = NaN;
  let volume = 0;

  function close(): Bar | null {
    return Number.isNaN(mid) ? null : { startTs, open, high, low, close: mid, volume };
  }

  function begin(ts: number): void {
    startTs = ts - ts % barMs;
    endTs = startTs + barMs;
    open = high = low = mid;
    volume = 0;
  }

  function move(text: string): void {
    priceText = text;
    mid = Number(text);
    if (Number.isNaN(open)) open = high = low = mid;
    if (mid > high) high = mid;
    if (mid < low) low = mid;
  }

  return {
    add(tick, ts) {
      let closed: Bar | null = null;
      if (ts >= endTs) {
        if (endTs !== -Infinity) closed = close();
        begin(ts);
      }
      if (tick.kind === "trade") volume += Number(tick.qty);
      else if (tick.price !== priceText) move(tick.price);
      return closed;
    },
  };
}
