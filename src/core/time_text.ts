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
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours, minutes, rest] = parts.map((part) => String(part).padStart(2, "0"));
  if (parts[0]! > 0) return `${parts[0]}h ${minutes}m ${rest}s`;
  return parts[1]! > 0 ? `${parts[1]}m ${rest}s` : `${hours === "00" ? seconds : rest}s`;
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

/** Unix milliseconds of an ISO time with zone, such as 2026-11-21T22:00:00Z. */
export function parseIso(text: string): number {
  const ts = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text)
    ? Date.parse(text)
    : NaN;
  if (!Number.isFinite(ts) || ts < 0) {
    throw new Error(`Not a time: ${JSON.stringify(text)}, expected such as 2026-11-21T22:00:00Z`);
  }
  return ts;
}
