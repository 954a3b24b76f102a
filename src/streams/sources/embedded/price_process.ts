import type { Random } from "../../../core/random.ts";

/**
 * The price of one made-up symbol: where the best bid and ask stand, in whole price ticks, step by step.
 * It knows nothing of messages and of how often somebody looks, so that the rate of ticks leaves prices alone.
 */
export interface PriceProcess {
  readonly bidTicks: number;
  readonly askTicks: number;
  /** The price that the quotes are made around, in ticks. */
  readonly fairTicks: number;
  /** One step of STEP_MS. */
  advance(): void;
}

export const STEP_MS = 100;
const STEPS_PER_S = 1000 / STEP_MS;

/** Weather of the market. Deviation in basis points a second; share = how often it is chosen. */
interface Regime {
  readonly share: number;
  readonly deviationBps: number;
  readonly spreadTicksMax: number;
}
const REGIMES = {
  calm: { share: 0.3, deviationBps: 0.5, spreadTicksMax: 3 },
  normal: { share: 0.55, deviationBps: 1, spreadTicksMax: 8 },
  wild: { share: 0.15, deviationBps: 2.5, spreadTicksMax: 20 },
} as const satisfies Record<string, Regime>;
const REGIME_S = 300;

/** Within a regime the price runs in one direction for a while or is drawn back to where it was. */
const PHASE_S = 25;
const TREND_SHARE = 0.5;
/** Deviation of a trend's pull, as a part of the regime's deviation a second. */
const TREND_STRENGTH = 0.35;
/** What a reverting phase takes back of the distance to its anchor, a second. */
const REVERSION_PER_S = 0.1;

/** Orders that push the price and are forgotten again: swings that do not add up over a night. */
const PUSH_MEMORY_S = 4;
/** Its standing deviation, in seconds' worth of the regime's deviation. */
const PUSH_STRENGTH = 1.6;

const JUMP_EVERY_S = 2400;
const JUMP_BPS_MIN = 8;
const JUMP_BPS_MAX = 35;

const SPREAD_CHANGE_S = 2;
/** A spread of many ticks is for symbols whose ticks are small. */
const SPREAD_BPS_MAX = 3;
/** However long it runs, the price stays within this factor of its start. */
const RANGE_FACTOR = 4;
const BPS = 1e-4;

export function priceProcess(startTicks: number, random: Random): PriceProcess {
  const stepScale = Math.sqrt(1 / STEPS_PER_S);
  const pushKept = 1 - 1 / (PUSH_MEMORY_S * STEPS_PER_S);
  const pushScale = PUSH_STRENGTH * Math.sqrt(1 - pushKept * pushKept);
  const happens = (everyS: number) => random.next() * everyS * STEPS_PER_S < 1;

  let regime: Regime = REGIMES.normal;
  let trendBps = 0;
  let anchorTicks: number | null = null;
  let valueTicks = startTicks;
  let pushBps = 0;
  let spreadTicks = 1;

  const process = { bidTicks: startTicks, askTicks: startTicks + 1, fairTicks: startTicks, advance };

  function choosePhase(): void {
    const trending = random.next() < TREND_SHARE;
    trendBps = trending ? random.bell() * TREND_STRENGTH * regime.deviationBps / STEPS_PER_S : 0;
    anchorTicks = trending ? null : valueTicks;
  }

  function moveBps(): number {
    let move = random.bell() * regime.deviationBps * stepScale + trendBps;
    if (anchorTicks !== null) {
      move += (anchorTicks - valueTicks) / valueTicks / BPS * REVERSION_PER_S / STEPS_PER_S;
    }
    if (happens(JUMP_EVERY_S)) {
      const size = JUMP_BPS_MIN + random.next() * (JUMP_BPS_MAX - JUMP_BPS_MIN);
      move += random.next() < 0.5 ? -size : size;
      choosePhase(); // a jump is news: nothing draws the price back to where it was
    }
    return move;
  }

  function chooseSpread(): void {
    const most = Math.min(regime.spreadTicksMax, Math.floor(valueTicks * SPREAD_BPS_MAX * BPS));
    const part = random.next();
    spreadTicks = 1 + Math.floor(part * part * part * Math.max(most, 1));
  }

  /** The old quotes stand until the fair price is half a tick outside: a book of coarse ticks does not flicker. */
  function quote(): void {
    const stands = process.askTicks - process.bidTicks === spreadTicks &&
      process.fairTicks >= process.bidTicks - 0.5 && process.fairTicks <= process.askTicks + 0.5;
    if (stands) return;
    process.bidTicks = Math.max(1, Math.floor(process.fairTicks - spreadTicks / 2 + 0.5));
    process.askTicks = process.bidTicks + spreadTicks;
  }

  function advance(): void {
    if (happens(REGIME_S)) {
      regime = chooseRegime(random);
      choosePhase();
    }
    if (happens(PHASE_S)) choosePhase();
    const moved = valueTicks * (1 + moveBps() * BPS);
    valueTicks = Math.min(Math.max(moved, startTicks / RANGE_FACTOR), startTicks * RANGE_FACTOR);
    pushBps = pushBps * pushKept + random.bell() * pushScale * regime.deviationBps;
    process.fairTicks = valueTicks * (1 + pushBps * BPS);
    if (happens(SPREAD_CHANGE_S)) chooseSpread();
    quote();
  }

  choosePhase();
  chooseSpread();
  return process;
}

function chooseRegime(random: Random): Regime {
  const part = random.next();
  if (part < REGIMES.calm.share) return REGIMES.calm;
  return part < REGIMES.calm.share + REGIMES.normal.share ? REGIMES.normal : REGIMES.wild;
}
