import type { Random } from "../../src/core/random.ts";

/** A file whose end nobody had synced, as a power loss may leave it. */

const SECTOR_BYTES = [512, 4096];

/**
 * Of what was appended since the last sync any of the sectors is there, what is missing before one that is there reads
 * as NULs, and the length may be that of any moment since: it is kept apart from the bytes.
 */
export function disordered(synced: Uint8Array, now: Uint8Array, random: Random): Uint8Array {
  if (now.length <= synced.length) return now;
  const length = synced.length + random.below(now.length - synced.length + 1);
  const bytes = now.slice(0, random.below(2) === 0 ? now.length : length);
  const sector = SECTOR_BYTES[random.below(2)]!;
  const lostOfTen = random.below(11);
  for (let at = synced.length; at < bytes.length;) {
    const end = Math.min((Math.floor(at / sector) + 1) * sector, bytes.length);
    if (random.below(10) < lostOfTen) bytes.fill(0, at, end);
    at = end;
  }
  return bytes;
}
