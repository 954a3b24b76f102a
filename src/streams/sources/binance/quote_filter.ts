import type { MarketConfig } from "../../../core/config.ts";
import type { BookTick } from "../../../core/event.ts";

/** Which quotes go into the log (market.book). What is left out is counted, never lost in silence. */
export interface QuoteFilter {
  readonly leftOut: number;
  /** Quotes that wait for their time, at most one a symbol. */
  readonly held: number;
  /** When the first of them may go; Infinity where there is none. */
  readonly dueTs: number;
  /** Whether it goes on now. If not, it is left out or held. */
  take(quote: BookTick, ts: number): boolean;
  /** What was held and is due. */
  release(ts: number): readonly BookTick[];
}

export function quoteFilter(book: MarketConfig["book"]): QuoteFilter {
  if (book === "every") return unheld(() => true);
  return book === "changed" ? unheld(priceChanges()) : oneInEach(book);
}

function unheld(goesOn: (quote: BookTick) => boolean): QuoteFilter {
  let leftOut = 0;
  return {
    get leftOut() {
      return leftOut;
    },
    held: 0,
    dueTs: Infinity,
    take(quote) {
      const isTaken = goesOn(quote);
      if (!isTaken) leftOut++;
      return isTaken;
    },
    release: () => [],
  };
}

function priceChanges(): (quote: BookTick) => boolean {
  const last = new Map<string, BookTick>();
  return (quote) => {
    const before = last.get(quote.symbol);
    if (before !== undefined && before.bid === quote.bid && before.ask === quote.ask) return false;
    last.set(quote.symbol, quote);
    return true;
  };
}

interface Turnstile {
  openTs: number;
  held: BookTick | null;
}

/** At most one in `everyMs` of each symbol: the newest one is held until then. */
function oneInEach(everyMs: number): QuoteFilter {
  const turnstiles = new Map<string, Turnstile>();
  let leftOut = 0;
  let held = 0;
  let dueTs = Infinity;
  const setDue = () => {
    dueTs = Infinity;
    for (const turnstile of turnstiles.values()) {
      if (turnstile.held !== null) dueTs = Math.min(dueTs, turnstile.openTs);
    }
  };
  const drop = (turnstile: Turnstile) => {
    if (turnstile.held === null) return;
    turnstile.held = null;
    held--;
    leftOut++;
  };
  return {
    get leftOut() {
      return leftOut;
    },
    get held() {
      return held;
    },
    get dueTs() {
      return dueTs;
    },
    take(quote, ts) {
      const turnstile = turnstiles.get(quote.symbol);
      if (turnstile === undefined) {
        turnstiles.set(quote.symbol, { openTs: ts + everyMs, held: null });
        return true;
      }
      drop(turnstile);
      const isOpen = ts >= turnstile.openTs;
      if (isOpen) turnstile.openTs = ts + everyMs;
      else {
        turnstile.held = quote;
        held++;
      }
      setDue();
      return isOpen;
    },
    release(ts) {
      if (ts < dueTs) return [];
      const quotes: BookTick[] = [];
      for (const turnstile of turnstiles.values()) {
        if (turnstile.held === null || ts < turnstile.openTs) continue;
        quotes.push(turnstile.held);
        turnstile.held = null;
        turnstile.openTs = ts + everyMs;
        held--;
      }
      setDue();
      return quotes;
    },
  };
}
