import type { AiRow } from "../../../core/ai_mail.ts";
import type { MarketTick, Signal } from "../../../core/event.ts";
import { type SymbolFeatures, symbolFeatures } from "./symbol_features.ts";

/**
 * Makes rows of one symbol: takes down its features now and then, and gives them as a row when the horizon has
 * passed and it is known what became of the price. A hole in the ticks makes it begin anew.
 */
export interface RowMaker {
  /** Gives the rows whose outcome this tick tells. */
  takeTick(tick: MarketTick, ts: number): readonly AiRow[];
  takeSignal(signal: Signal): void;
  /** The features just now; null while too little is known or too little was heard. */
  features(ts: number): readonly number[] | null;
  beginAnew(): void;
}

/** Rows that are closer tell nearly the same. */
export const ROW_EVERY_MS = 2000;
/** More than a horizon of an hour holds. */
const PENDING_MAX = 2048;

interface Moment {
  readonly ts: number;
  readonly mid: number;
  readonly features: readonly number[];
}

const NONE: readonly AiRow[] = [];

export function rowMaker(symbolIndex: number, horizonMs: number): RowMaker {
  let state: SymbolFeatures = symbolFeatures();
  let sinceTs = NaN;
  let lastTs = NaN;
  let nextTs = 0;
  let pending: Moment[] = [];

  function beginAnew(): void {
    state = symbolFeatures();
    sinceTs = lastTs = NaN;
    pending = [];
  }

  /** As scoring has it: an unchanged price is neither up nor down, so it teaches nothing. */
  function outcomes(ts: number): readonly AiRow[] {
    if (pending.length === 0 || pending[0]!.ts + horizonMs > ts) return NONE;
    const rows: AiRow[] = [];
    let passed = 0;
    for (; passed < pending.length; passed++) {
      const moment = pending[passed]!;
      if (moment.ts + horizonMs > ts) break;
      if (state.mid === moment.mid) continue;
      rows.push([moment.ts, symbolIndex, state.mid > moment.mid ? 1 : 0, ...moment.features]);
    }
    pending.splice(0, passed);
    return rows;
  }

  function isKnown(ts: number): boolean {
    return ts - sinceTs >= horizonMs;
  }

  return {
    takeTick(tick, ts) {
      if (ts - lastTs > horizonMs) beginAnew();
      lastTs = ts;
      state.takeTick(tick, ts);
      if (tick.kind !== "book") return NONE;
      if (Number.isNaN(sinceTs)) sinceTs = ts;
      const rows = outcomes(ts);
      if (ts >= nextTs && isKnown(ts)) {
        nextTs = ts - ts % ROW_EVERY_MS + ROW_EVERY_MS;
        if (pending.length < PENDING_MAX) pending.push({ ts, mid: state.mid, features: state.values() });
      }
      return rows;
    },
    takeSignal(signal) {
      state.takeSignal(signal);
    },
    features(ts) {
      return isKnown(ts) && ts - lastTs <= horizonMs ? state.values() : null;
    },
    beginAnew,
  };
}
