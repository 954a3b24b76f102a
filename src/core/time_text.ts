/** Times as people write them: durations (`7h`, `90s`) and the run_id that a start time gives. Always UTC. */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `7h`, `1h30m`, `250ms`; throws on anything else. */
export function parseDuration(text: string): number {
  if (!/^(\d{1,9}(ms|s|m|h|d))+$/.test(text)) {
    throw new Error(`Not a duration: ${JSON.stringify(text)}, expected such as 90s, 15m, 7h or 1h30m`);
  }
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|s|m|h|d)/g)) {
    total += Number(count) * UNIT_MS[unit!]!;
  }
  return total;
}

/** `1h 02m 03s`, the largest two or three parts. */
export function formatDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = twoDigits(seconds % 60);
  if (hours > 0) return `${hours}h ${twoDigits(minutes)}m ${rest}s`;
  return minutes > 0 ? `${minutes}m ${rest}s` : `${seconds}s`;
}

function twoDigits(count: number): string {
  return String(count).padStart(2, "0");
}

const RUN_ID = /^(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})$/;

/** YYYYMMDD_HHMMSS of a time. */
export function runIdOf(ts: number): string {
  const iso = new Date(ts).toISOString();
  return iso.slice(0, 19).replace(/[-:]/g, "").replace("T", "_");
}

export function isRunId(text: string): boolean {
  const match = RUN_ID.exec(text);
  if (match === null) return false;
  const [, year, month, day, hour, minute, second] = match;
  const ts = Date.UTC(+year!, +month! - 1, +day!, +hour!, +minute!, +second!);
  return runIdOf(ts) === text;
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Unix milliseconds of an ISO time with zone, such as 2026-11-21T22:00:00Z. */
export function parseIso(text: string): number {
  const [, year, month, day] = ISO.exec(text) ?? [];
  // Date.parse takes 30 February for 2 March, so the day is held against its month first.
  const isDay = day !== undefined && +day <= new Date(Date.UTC(+year!, +month!, 0)).getUTCDate();
  const ts = isDay ? Date.parse(text) : NaN;
  if (!Number.isFinite(ts) || ts < 0) {
    throw new Error(`Not a time: ${JSON.stringify(text)}, expected such as 2026-11-21T22:00:00Z`);
  }
  return ts;
}
