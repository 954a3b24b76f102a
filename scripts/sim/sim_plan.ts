import { type Random, randomStream } from "../../src/core/random.ts";

/** What one simulated night is made of, all of it drawn from a seed: the same seed is the same night. */
export interface SimPlan {
  readonly seed: number;
  /** As `--set` takes them. */
  readonly sets: readonly string[];
  readonly strategies: readonly object[];
  /** The market speaks the venue's protocol, or is asked directly. */
  readonly overVenue: boolean;
  /** False: synced at the end alone, as in virtual time. */
  readonly isDurable: boolean;
  readonly venueFaults: readonly SimVenueFault[];
  readonly commands: readonly SimCommand[];
  readonly diskFaults: readonly SimDiskFault[];
  /** Each ends a process; the next one goes on with the run, and may meet the next crash. */
  readonly crashes: readonly SimCrash[];
}

export interface SimVenueFault {
  readonly kind: string;
  readonly after_ms: number;
  readonly every_ms: number;
  readonly for_ms?: number;
  readonly count?: number;
}

export interface SimCommand {
  readonly at_ms: number;
  /** `end`: as a first SIGTERM says it. */
  readonly command: "stop" | "end";
}

/** At so many calls of the file port from a time of the night on. */
interface AtCall {
  readonly at_ms: number;
  readonly calls: number;
}

export interface SimDiskFault extends AtCall {
  /** A code of the system; `full`: nothing more fits; `short`: one write takes a part, which is no fault. */
  readonly what: string;
  /** From there on every call; otherwise that one alone. */
  readonly lasts: boolean;
}

export interface SimCrash extends AtCall {
  /**
   * killed: all that was written is there. torn: but for the end of the last write. power: what was synced. disorder:
   * and any part of what was not.
   */
  readonly kind: "killed" | "torn" | "power" | "disorder";
  /** How long nobody was there; after 0 it must become the very night that it would have been. */
  readonly down_ms: number;
}

export const NIGHT_MS = 600_000;
const CRASHES_MAX = 3;
const DISK_FAULTS = ["EIO", "ENOSPC", "EDQUOT", "EMFILE", "EROFS", "full", "short"];
const CRASH_KINDS = ["killed", "torn", "power", "disorder"] as const;
/** Of a run that is synced at the end alone a power loss leaves what it likes: nothing is promised of it. */
const KILLS = ["killed", "torn"] as const;
const VENUE_FAULTS = "disconnect stall gap duplicate error_5xx too_many slow bad_frame".split(" ");
const ACTIONS = ["DENY", "FREEZE", "STOP"];
/** Of a limit that no entry could keep, the configuration asks that it makes entries smaller. */
const REDUCED = new Set(["500", "0.05"]);

interface Dice extends Random {
  oneOf<T>(list: readonly T[]): T;
  chance(percent: number): boolean;
  /** Up to so many, none more often than all. */
  some<T>(most: number, make: () => T): readonly T[];
}

export function simPlan(seed: number): SimPlan {
  const dice = diceOf(seed);
  const { oneOf, chance, below, some } = dice;
  const overVenue = chance(4);
  const isDurable = overVenue || chance(75);
  const oneCrash = () => crash(dice, isDurable ? CRASH_KINDS : KILLS);
  const crashes = chance(40) ? [oneCrash(), ...some(CRASHES_MAX - 1, oneCrash)] : [];
  const isAtOnce = chance(60);
  return {
    seed,
    sets: [
      `symbols=${JSON.stringify(chance(50) ? ["BTCUSDT", "ETHUSDT"] : ["BTCUSDT"])}`,
      `market.embedded.ticks_per_s=${oneOf([1, 1, 1, 2])}`,
      `execution.latency_ms=${oneOf([0, 50, 500])}`,
      `execution.fees=${oneOf(['{"maker":"0.001","taker":"0.001"}', '{"maker":"0","taker":"0.0005"}'])}`,
      `risk.order_fraction=${oneOf(["0.1", "0.3"])}`,
      `risk.order_ttl_ms=${oneOf([1000, 5000, 60_000])}`,
      `logging.rotate_bytes=${oneOf([16_384, 262_144, 50_000_000])}`,
      `logging.commit_lines=${oneOf([1, 50, 500])}`,
      `logging.metrics_every_ms=${oneOf([1000, 10_000])}`,
      ...limits(dice),
    ],
    strategies: ["alpha", "beta"].slice(0, 1 + below(2)).map((id) => strategy(dice, id)),
    overVenue,
    isDurable,
    venueFaults: overVenue ? some(3, () => venueFault(dice)) : [],
    commands: chance(15) ? [{ at_ms: below(NIGHT_MS), command: oneOf(["stop", "stop", "end"]) }] : [],
    diskFaults: chance(20) ? [diskFault(dice)] : [],
    crashes: crashes.map((each) => isAtOnce ? { ...each, down_ms: 0 } : each)
      .sort((a, b) => a.at_ms - b.at_ms),
  };
}

function diceOf(seed: number): Dice {
  const random = randomStream(seed, "sim");
  return {
    ...random,
    oneOf: (list) => list[random.below(list.length)]!,
    chance: (percent) => random.below(100) < percent,
    some: (most, make) => Array.from({ length: random.below(most + 1) }, make),
  };
}

function strategy({ below, chance, oneOf }: Dice, id: string): object {
  return {
    id,
    name: "momentum",
    capital: "10000",
    parameters: {
      bar_ms: 250 * (1 + below(8)),
      fast_period: 1 + below(3),
      slow_period: 4 + below(8),
      entry_bps: 0.05 * (1 + below(10)),
      cooldown_ms: 1000 * below(10),
    },
    order: chance(40) ? { type: "MARKET" } : { type: "LIMIT", tif: oneOf(["GTC", "GTC", "IOC", "FOK"]) },
  };
}

/** Most limits of a night are out of reach, or the first one would hide the rest. */
function limits({ chance, oneOf }: Dice): readonly string[] {
  const share = (...values: readonly string[]) => () => ({ limit: oneOf(values) });
  const tight: Readonly<Record<string, () => object>> = {
    night_loss: share("0.0005", "0.002"),
    daily_loss: share("0.0005", "0.002"),
    drawdown: share("0.0005", "0.002"),
    exposure: share("0.05", "0.4"),
    symbol_exposure: share("0.05", "0.4"),
    order_size: share("500", "3500"),
    price_collar: share("0.000001", "0.0001"),
    open_orders: () => ({ limit: oneOf([1, 2]) }),
    stale_price: () => ({ limit_ms: oneOf([200, 1000]) }),
    cooldown: () => ({ after_loss_ms: oneOf([5000, 60_000]) }),
    trade_rate: () => ({ limit: oneOf([3, 10]), window_ms: 60_000 }),
    stoploss_guard: () => ({ losses: oneOf([1, 3]), window_ms: 300_000, freeze_ms: 60_000 }),
  };
  const wide: Readonly<Record<string, object>> = {
    trade_rate: { limit: 100_000 },
    cooldown: { after_loss_ms: 0 },
    stoploss_guard: { losses: 1000 },
    exposure: { limit: "1" },
  };
  return Object.entries(tight).flatMap(([name, limit]) => {
    const drawn = { ...limit(), action: oneOf(ACTIONS) };
    const action = "limit" in drawn && REDUCED.has(String(drawn.limit)) ? "REDUCE" : drawn.action;
    if (chance(14)) return [`risk.${name}=${JSON.stringify({ ...drawn, action })}`];
    return name in wide ? [`risk.${name}=${JSON.stringify(wide[name])}`] : [];
  });
}

function venueFault({ below, oneOf }: Dice): SimVenueFault {
  const kind = oneOf(VENUE_FAULTS);
  const when = { kind, after_ms: 5000 + below(300_000), every_ms: oneOf([0, 60_000, 120_000]) };
  if (kind === "disconnect") return when;
  if (["gap", "duplicate", "bad_frame"].includes(kind)) return { ...when, count: 1 + below(5) };
  return { ...when, for_ms: 1000 + below(20_000) };
}

/** Also where the run is made and where it is closed: few calls, but each another one. */
function atCall({ below, chance }: Dice): AtCall {
  if (chance(8)) return { at_ms: 0, calls: below(400) };
  if (chance(8)) return { at_ms: NIGHT_MS, calls: below(150) };
  return { at_ms: 1 + below(NIGHT_MS), calls: below(40) };
}

function diskFault(dice: Dice): SimDiskFault {
  const { at_ms, calls } = atCall(dice);
  return { at_ms: Math.max(at_ms, 1), calls, what: dice.oneOf(DISK_FAULTS), lasts: dice.chance(50) };
}

function crash(dice: Dice, kinds: readonly SimCrash["kind"][]): SimCrash {
  return { ...atCall(dice), kind: dice.oneOf(kinds), down_ms: 1000 * dice.below(120) };
}

/** All that a night is set to, as flags. */
export function setsOf({ sets, strategies, venueFaults }: SimPlan): readonly string[] {
  return [
    `duration_ms=${NIGHT_MS}`,
    `strategy.list=${JSON.stringify(strategies)}`,
    `market.embedded.faults=${JSON.stringify(venueFaults)}`,
    "binance.probe_every_ms=5000",
    "binance.backoff.most_ms=2000",
    "watchdog.scrub_bytes_per_s=4096", // over the venue all is read again and again
    "logging.commit_ms=250",
    ...sets,
  ];
}
