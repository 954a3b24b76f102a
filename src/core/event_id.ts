import { sha256Bytes } from "./sha256.ts";

/**
 * Ids carry the order: bytes 0–5 are the event's number, masked by a key of the run; the rest is constant.
 * A valid UUID v4 without a hash per event, in which a missing, doubled or swapped line shows.
 */
export interface EventIds {
  /** The id of event number `n`, 0 ≤ n < 2^48. */
  idOf(n: number): string;
  /** The number in an id, or −1 for an id that is not of this run. */
  numberOf(id: string): number;
}

const HIGH = 2 ** 32;

export function eventIds(runId: string): EventIds {
  const key = sha256Bytes(`nore-id-v1\n${runId}`);
  const keyHigh = key[0]! * 256 + key[1]!;
  const keyLow = ((key[2]! << 24) | (key[3]! << 16) | (key[4]! << 8) | key[5]!) >>> 0;
  const tail = [...key.subarray(6, 16)];
  tail[0] = (tail[0]! & 0x0f) | 0x40; // version 4
  tail[2] = (tail[2]! & 0x3f) | 0x80; // RFC 9562 variant
  const hex = tail.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const suffix = `-${hex.slice(0, 4)}-${hex.slice(4, 8)}-${hex.slice(8)}`;

  return {
    idOf(n) {
      const high = (Math.floor(n / HIGH) ^ keyHigh).toString(16).padStart(4, "0");
      const low = ((n % HIGH ^ keyLow) >>> 0).toString(16).padStart(8, "0");
      return high + low.slice(0, 4) + "-" + low.slice(4) + suffix;
    },
    numberOf(id) {
      if (!/^[0-9a-f]{8}-[0-9a-f]{4}-/.test(id) || id.slice(13) !== suffix) return -1;
      const high = parseInt(id.slice(0, 4), 16) ^ keyHigh;
      const low = (parseInt(id.slice(4, 8) + id.slice(9, 13), 16) ^ keyLow) >>> 0;
      return high * HIGH + low;
    },
  };
}
