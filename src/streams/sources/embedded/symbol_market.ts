import { type Random, randomStream } from "../../../core/random.ts";
import type { BookTickerMessage, TradeMessage, VenueMessage } from "../binance/venue_message.ts";
import { priceProcess, STEP_MS } from "./price_process.ts";
import type { EmbeddedSymbol } from "./symbols.ts";

/**
 * One made-up symbol as its venue would tell it: best bid and ask when they change, and trades at one of them.
 * A trade never happens at a price, or in a size, that the book did not hold.
 */
export interface SymbolMarket {
  /** When the next message happens, unix milliseconds. */
  readonly nextTs: number;
  /** The message of nextTs; moves nextTs on. */
  take(): VenueMessage;
}

/** Best bid or best ask, in price ticks and quantity steps. */
interface BookSide {
  ticks: number;
  steps: number;
  /** What the last book message said; trades have taken from `steps` since. */
  shownSteps: number;
}

const BOOK_SHARE = 0.6;
/** Buyers are so much of the flow where the fair price is above the book, sellers where it is below. */
const FOLLOWING_SHARE = 0.65;
/** Displayed at the best price, least and mean, as multiples of the symbol's least order. */
const DISPLAYED_LEAST = 100;
const DISPLAYED_MEAN = 4000;
const TRADED_MEAN = 60;

export function symbolMarket(
  symbol: EmbeddedSymbol,
  options: { readonly seed: number; readonly startTs: number; readonly ticksPerS: number },
): SymbolMarket {
  const { rules, startTicks } = symbol;
  const { seed, startTs, ticksPerS } = options;
  const prices = priceProcess(startTicks, randomStream(seed, `${rules.symbol} prices`));
  const random = randomStream(seed, `${rules.symbol} messages`);
  const meanGapMs = 1000 / ticksPerS;
  const tickUnits = Number(rules.priceTick);
  const stepUnits = Number(rules.quantityStep);
  const leastOrderAtOneTick = Number(rules.notionalMin) / (tickUnits * stepUnits);

  const bid: BookSide = { ticks: 0, steps: 0, shownSteps: 0 };
  const ask: BookSide = { ticks: 0, steps: 0, shownSteps: 0 };
  let dueMs = random.next() * meanGapMs;
  let pricedMs = 0;
  let updateId = 50_000_000_000 + random.below(1_000_000_000);
  let tradeId = 3_000_000_000 + random.below(1_000_000_000);

  function bookTicker(): BookTickerMessage {
    const isMoved = prices.bidTicks !== bid.ticks || prices.askTicks !== ask.ticks;
    const isBidResized = !isMoved && random.next() < 0.5;
    const leastOrder = leastOrderAtOneTick / prices.bidTicks; // in quantity steps
    show(bid, prices.bidTicks, isBidResized, leastOrder, random);
    show(ask, prices.askTicks, !isMoved && !isBidResized, leastOrder, random);
    updateId += 1 + random.below(8);
    return {
      u: updateId,
      s: rules.symbol,
      b: eightDecimals(bid.ticks * tickUnits),
      B: eightDecimals(bid.steps * stepUnits),
      a: eightDecimals(ask.ticks * tickUnits),
      A: eightDecimals(ask.steps * stepUnits),
    };
  }

  function trade(ts: number): TradeMessage {
    const isFairAbove = 2 * prices.fairTicks > bid.ticks + ask.ticks;
    const isBuy = isFairAbove === (random.next() < FOLLOWING_SHARE);
    const side = isBuy ? ask : bid;
    const wanted = skewed(random, TRADED_MEAN * leastOrderAtOneTick / side.ticks);
    const steps = Math.min(wanted, side.steps >> 1); // half at most: the price stays where it is
    side.steps -= steps;
    tradeId += 1;
    return {
      e: "trade",
      E: ts,
      s: rules.symbol,
      t: tradeId,
      p: eightDecimals(side.ticks * tickUnits),
      q: eightDecimals(steps * stepUnits),
      T: ts - 1, // matched first, told a moment later
      m: !isBuy,
      M: true,
    };
  }

  return {
    get nextTs() {
      return startTs + Math.floor(dueMs);
    },
    take() {
      const ts = startTs + Math.floor(dueMs);
      for (; pricedMs + STEP_MS <= dueMs; pricedMs += STEP_MS) prices.advance();
      dueMs += (random.next() + random.next()) * meanGapMs;
      const isBook = random.next() < BOOK_SHARE || isThin(bid) || isThin(ask);
      return isBook ? bookTicker() : trade(ts);
    },
  };
}

/** Too little left (at first: no book at all) to take a half of. */
function isThin(side: BookSide): boolean {
  return side.steps < 2;
}

function show(side: BookSide, ticks: number, isResized: boolean, leastOrder: number, random: Random): void {
  if (ticks !== side.ticks || isResized || isThin(side)) {
    const least = DISPLAYED_LEAST * leastOrder;
    const steps = Math.ceil(least) + skewed(random, DISPLAYED_MEAN * leastOrder - least);
    side.steps = steps === side.shownSteps ? steps + 1 : steps; // a book message tells a change
  }
  side.ticks = ticks;
  side.shownSteps = side.steps;
}

/** A size from 1 up: many small, few large; `mean` on average. */
function skewed(random: Random, mean: number): number {
  const part = random.next();
  return 1 + Math.floor(4 * mean * part * part * part);
}

/** Whole units of 1e-8 in the form that the venue prints: always eight decimals. */
function eightDecimals(units: number): string {
  const fraction = units % 1e8;
  return (units - fraction) / 1e8 + "." + String(1e8 + fraction).slice(1);
}
