import type { BookTick, MarketTick, Signal } from "../../../core/event.ts";
import { rsi } from "../../strategies/rsi.ts";
import { FEATURE_MAX } from "../ai_rows.ts";

/**
 * What one symbol looks like just now, from its ticks since the first one: distances of the mid from where it was,
 * in units of its own volatility, and the state of book, trades and signals. Statistics, so doubles; a tick costs
 * next to nothing, the rest is done once a second and when somebody asks.
 */
export interface SymbolFeatures {
  /** NaN until a book was seen. */
  readonly mid: number;
  takeTick(tick: MarketTick, ts: number): void;
  takeSignal(signal: Signal): void;
  /** In the order of FEATURE_NAMES. */
  values(): readonly number[];
}

const SECOND_MS = 1000;
const RETURNS_S = [1, 5, 15, 60] as const;
const CLOSES = 64;
const MEANS_S = [3, 10, 60] as const;
const VOLATILITY_FAST_S = 20;
const VOLATILITY_SLOW_S = 200;
const RSI_SECONDS = 14;
/** An RSI of 50 is 0, one of 100 is 4. */
const RSI_SCALE = 12.5;
/**
 * How far each is spread out, in the order of FEATURE_NAMES. The smaller, the longer it takes to learn from it: what
 * changes slowly has shown itself in few moments of a night, however many rows they fill.
 */
const SCALES = [0.3, 0.3, 0.15, 0.05, 1, 1, 0.06, 0.1, 0.1, 0.1, 0.1, 0.2, 0.5];
/** What a trade weighs in the flow. */
const FLOW_WEIGHT = 0.1;
/** What is left of a signal after a second. */
const SIGNAL_KEPT = 0.97;

export function symbolFeatures(): SymbolFeatures {
  let book: BookTick | null = null;
  let mid = NaN;
  let nextTs = -Infinity;
  const closes = new Float64Array(CLOSES);
  let closed = 0;
  const means = MEANS_S.map(() => NaN);
  const strength = rsi(RSI_SECONDS);
  let index = 50;
  let varianceFast = 0;
  let varianceSlow = 0;
  let flow = 0;
  let signal = 0;

  /** The mid of `seconds` closes ago, or of the first one. */
  function closeAgo(seconds: number): number {
    const back = Math.min(seconds, closed, CLOSES);
    return back === 0 ? mid : closes[(closed - back) % CLOSES]!;
  }

  function closeSecond(): void {
    if (closed > 0) {
      const change = mid - closeAgo(1);
      varianceFast = closerTo(varianceFast, change * change, weightOf(closed, VOLATILITY_FAST_S));
      varianceSlow = closerTo(varianceSlow, change * change, weightOf(closed, VOLATILITY_SLOW_S));
    }
    for (let i = 0; i < means.length; i++) {
      means[i] = closed === 0 ? mid : closerTo(means[i]!, mid, 1 / MEANS_S[i]!);
    }
    index = strength.next(mid) ?? 50;
    signal *= SIGNAL_KEPT;
    closes[closed % CLOSES] = mid;
    closed++;
  }

  return {
    get mid() {
      return mid;
    },
    takeTick(tick, ts) {
      if (book !== null) { for (; nextTs <= ts; nextTs += SECOND_MS) closeSecond(); }
      if (tick.kind === "book") {
        if (book === null) nextTs = ts + SECOND_MS;
        if (tick.price !== book?.price) mid = Number(tick.price);
        book = tick;
      } else if (tick.kind === "trade" && book !== null) {
        const side = tick.price === book.ask ? 1 : tick.price === book.bid ? -1 : 0;
        flow = closerTo(flow, side, FLOW_WEIGHT);
      }
    },
    takeSignal({ side, confidence }) {
      signal = side === "BUY" ? confidence : -confidence;
    },
    values() {
      const deviation = Math.sqrt(varianceSlow);
      const unit = deviation > 0 ? deviation : Infinity; // a price that never moved is nowhere off its place
      const faster = [mid, ...means];
      const raw = [
        ...RETURNS_S.map((seconds) => (mid - closeAgo(seconds)) / (unit * Math.sqrt(seconds))),
        ...means.map((mean, i) => closed === 0 ? 0 : (faster[i]! - mean) / unit),
        deviation > 0 ? Math.sqrt(varianceFast) / deviation - 1 : 0,
        book === null ? 0 : imbalanceOf(book),
        (index - 50) / RSI_SCALE,
        book === null ? 0 : (Number(book.ask) - Number(book.bid)) / unit,
        flow,
        signal,
      ];
      return raw.map((value, i) => bounded(value * SCALES[i]!));
    },
  };
}

function imbalanceOf({ bid_qty, ask_qty }: BookTick): number {
  const bid = Number(bid_qty);
  const ask = Number(ask_qty);
  return bid + ask > 0 ? (bid - ask) / (bid + ask) : 0;
}

function closerTo(mean: number, value: number, weight: number): number {
  return mean + weight * (value - mean);
}

/** A plain mean while there are fewer values than the mean's length. */
function weightOf(count: number, length: number): number {
  return 1 / Math.min(count, length);
}

/** Six decimals: a row is short, and the same number once it was written and read. */
function bounded(value: number): number {
  const clipped = Math.max(-FEATURE_MAX, Math.min(FEATURE_MAX, value));
  return Math.round(clipped * 1e6) / 1e6 + 0; // + 0: no negative zero, which JSON does not know
}
