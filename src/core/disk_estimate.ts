import type { Config } from "./config.ts";

/** How much disk a night will take, so that it is not started where it cannot end. An estimate: pure, and never low on purpose. */
export interface NightVolume {
  /** Messages that the venue sends a second, of all symbols together. */
  readonly eventsPerS: number;
  readonly symbols: number;
  readonly book: Config["market"]["book"];
  /** 0 = until stopped. */
  readonly durationMs: number;
}

/** What one busy symbol of the venue says, for where nobody has asked it: 145 on average in recordings of BTCUSDT. */
export const BUSY_SYMBOL_EVENTS_PER_S = 145;

/** A journaled tick: 519 to 521 bytes for a trade and 545 for a quote, on recordings of BTCUSDT and the embedded market alike. */
const TICK_BYTES = 545;
/**
 * What a second takes whatever is traded: an anchor and its mirror (600 each), the acks of five queues, health and
 * timers. Measured without the ticks: 2,050 in virtual time, 2,400 in real time.
 */
const SECOND_BYTES = 2500;
/** Contracts, policy and reports of a run (0.4 MB) and the ballast. */
const RUN_BYTES = 2_000_000;

/** Quotes among a venue's messages: 0.6 at the embedded market, 0.74 and 0.82 in recordings. Fewer quotes, less is left out. */
const QUOTE_SHARE = 0.6;
/**
 * Quotes that change the best bid or ask price: 0.09 and 0.10 of all in recordings of one busy symbol. How many there
 * are is up to the market (tick size, volatility), so this is a cautious guess, not a bound.
 */
const CHANGED_SHARE = 0.3;

/** Bytes of the whole night; null where it lasts until it is stopped. */
export function diskNeedBytes(volume: NightVolume): number | null {
  const { durationMs } = volume;
  if (durationMs === 0) return null;
  return Math.ceil(RUN_BYTES + bytesPerSecond(volume) * durationMs / 1000);
}

function bytesPerSecond({ eventsPerS, symbols, book }: NightVolume): number {
  const quotesPerS = eventsPerS * QUOTE_SHARE;
  return SECOND_BYTES + TICK_BYTES * (eventsPerS - quotesPerS + keptPerSecond(quotesPerS, symbols, book));
}

function keptPerSecond(quotesPerS: number, symbols: number, book: NightVolume["book"]): number {
  if (book === "every") return quotesPerS;
  if (book === "changed") return quotesPerS * CHANGED_SHARE;
  return Math.min(quotesPerS, symbols * 1000 / book); // no more than one in so many ms and symbol: a bound
}

/** One line for a person. Free space is null where nobody could say. */
export function diskText(volume: NightVolume, freeBytes: number | null): string {
  const needBytes = diskNeedBytes(volume);
  const need = needBytes === null
    ? `about ${bytesText(bytesPerSecond(volume) * 3600)} an hour until it is stopped`
    : `about ${bytesText(needBytes)} for the night`;
  return `${need}, ${freeBytes === null ? FREE_UNKNOWN : `${bytesText(freeBytes)} free`}`;
}

/** Nobody warns before it is full then. */
const FREE_UNKNOWN = "free space unknown: a full disk shows only when a write fails";

/** What helps against a shortage. */
export const MORE_ROOM =
  "make room, shorten the night (--duration) or journal fewer quotes (--set market.book=changed)";

/** Why the night would not fit, or null. What is not known is no reason, but `diskText` says so. */
export function diskShortage(
  volume: NightVolume,
  { freeBytes, keepFreeBytes }: { readonly freeBytes: number | null; readonly keepFreeBytes: number },
): string | null {
  const needBytes = diskNeedBytes(volume) ?? 0;
  if (freeBytes === null || needBytes <= freeBytes - keepFreeBytes) return null;
  const need = volume.durationMs === 0 ? "" : `the night needs about ${bytesText(needBytes)}, `;
  return `${need}${bytesText(freeBytes)} are free and ${bytesText(keepFreeBytes)} must stay so ` +
    `(logging.disk_free_bytes_min)`;
}

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** `1.2 GB`, as disks are sold: powers of 1000. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 9.95 ? value.toFixed(0) : value.toFixed(1)} ${UNITS[unit]}`;
}
