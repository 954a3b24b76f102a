import type { BookTick, Recommendation } from "../core/event.ts";
import { parsePrice, type Price } from "../core/fixed_point.ts";
import { naturalLog } from "../core/natural_log.ts";

/**
 * How good the advice was, folded from events alone: when the horizon of a recommendation has passed, its probability
 * is held against what the price has done, and beside it the base rate: how often advice before it had seen the price
 * rise, by the outcomes that were known when it was made. An equal price is neither, and is not scored.
 */
export interface AdviceTally {
  /** Symbol → what waits for its horizon, in the order in which it was said. */
  readonly pending: Map<string, Pending[]>;
  /** When the next one is due; Infinity where none waits. */
  dueTs: number;
  readonly all: Scores;
  readonly byModel: Map<string, Scores>;
  unchanged: number;
  /** Said where no price was known, or pushed out by newer advice before its time. */
  unscored: number;
  ups: number;
}

interface Pending {
  readonly venue: string;
  readonly dueTs: number;
  readonly mid: Price;
  readonly advice: number;
  readonly baseRate: number;
  readonly modelId: string;
}

/** Sums over what was scored. */
interface Scores {
  scored: number;
  brier: number;
  brierBase: number;
  logLoss: number;
  logLossBase: number;
}

export const PENDING_MAX = 1024;
export const SYMBOLS_MAX = 64;
export const MODELS_MAX = 32;
/** What further models are counted as. */
export const OTHER_MODELS = "others";
/**
 * Begins at one half, as if so many had gone up and so many not: outcomes overlap, and a forecast that leaps to two
 * thirds after the first of them would be too easy to beat.
 */
const PRIOR_OUTCOMES = 50;
const PROBABILITY_MIN = 1e-6;

export function openAdviceTally(): AdviceTally {
  return {
    pending: new Map(),
    dueTs: Infinity,
    all: noScores(),
    byModel: new Map(),
    unchanged: 0,
    unscored: 0,
    ups: 0,
  };
}

function noScores(): Scores {
  return { scored: 0, brier: 0, brierBase: 0, logLoss: 0, logLossBase: 0 };
}

/** `mids`: the last mid of each symbol, its key `<venue> <symbol>`. */
export function tallyAdvice(
  tally: AdviceTally,
  said: Recommendation,
  { ts, mids }: { readonly ts: number; readonly mids: ReadonlyMap<string, string> },
): void {
  const place = [...mids].find(([key]) => key.endsWith(` ${said.symbol}`));
  let queue = tally.pending.get(said.symbol);
  if (place === undefined || (queue === undefined && tally.pending.size === SYMBOLS_MAX)) {
    tally.unscored++;
    return;
  }
  if (queue === undefined) tally.pending.set(said.symbol, queue = []);
  if (queue.length === PENDING_MAX) {
    queue.shift();
    tally.unscored++;
  }
  const dueTs = ts + said.horizon_ms;
  queue.push({
    venue: place[0].slice(0, -said.symbol.length - 1),
    dueTs,
    mid: parsePrice(place[1]),
    advice: said.p_up,
    baseRate: (tally.ups + PRIOR_OUTCOMES) / (tally.all.scored + 2 * PRIOR_OUTCOMES),
    modelId: said.model_id,
  });
  if (dueTs < tally.dueTs) tally.dueTs = dueTs;
}

/** Every book tick comes here, so that nothing is done where nothing is due. */
export function scoreAdvice(tally: AdviceTally, tick: BookTick, ts: number): void {
  if (ts < tally.dueTs) return;
  const queue = tally.pending.get(tick.symbol);
  if (queue === undefined) return;
  const isDue = (one: Pending) => one.dueTs <= ts && one.venue === tick.venue;
  const due = queue.filter(isDue);
  if (due.length === 0) return;
  const mid = parsePrice(tick.price);
  for (const one of due) score(tally, one, mid);
  tally.pending.set(tick.symbol, queue.filter((one) => !isDue(one)));
  tally.dueTs = Infinity;
  for (const waiting of tally.pending.values()) {
    for (const one of waiting) if (one.dueTs < tally.dueTs) tally.dueTs = one.dueTs;
  }
}

function score(tally: AdviceTally, one: Pending, mid: Price): void {
  if (mid === one.mid) {
    tally.unchanged++;
    return;
  }
  const up = mid > one.mid ? 1 : 0;
  tally.ups += up;
  addScore(tally.all, one, up);
  addScore(scoresOf(tally.byModel, one.modelId), one, up);
}

function addScore(scores: Scores, { advice, baseRate }: Pending, up: 0 | 1): void {
  scores.scored++;
  scores.brier += (advice - up) * (advice - up);
  scores.brierBase += (baseRate - up) * (baseRate - up);
  scores.logLoss += logLossOf(advice, up);
  scores.logLossBase += logLossOf(baseRate, up);
}

function scoresOf(byModel: Map<string, Scores>, modelId: string): Scores {
  const key = byModel.has(modelId) || byModel.size < MODELS_MAX ? modelId : OTHER_MODELS;
  let scores = byModel.get(key);
  if (scores === undefined) byModel.set(key, scores = noScores());
  return scores;
}

function logLossOf(probability: number, up: 0 | 1): number {
  const clipped = Math.max(PROBABILITY_MIN, Math.min(1 - PROBABILITY_MIN, probability));
  return -naturalLog(up === 1 ? clipped : 1 - clipped);
}

/** Null where advice was never given; a mean over nothing is null. */
export function adviceFigures(tally: AdviceTally): Readonly<Record<string, unknown>> | null {
  let pending = 0;
  for (const queue of tally.pending.values()) pending += queue.length;
  const { all, byModel, unchanged, unscored } = tally;
  if (pending + all.scored + unchanged + unscored === 0) return null;
  return {
    ...meansOf(all),
    pending,
    unchanged,
    unscored,
    by_model: Object.fromEntries([...byModel].map(([modelId, scores]) => [modelId, meansOf(scores)])),
  };
}

function meansOf({ scored, brier, brierBase, logLoss, logLossBase }: Scores) {
  const mean = (sum: number) => scored === 0 ? null : sum / scored;
  return {
    scored,
    brier: mean(brier),
    brier_base: mean(brierBase),
    log_loss: mean(logLoss),
    log_loss_base: mean(logLossBase),
    beats_base: scored === 0 ? null : brier < brierBase,
  };
}
