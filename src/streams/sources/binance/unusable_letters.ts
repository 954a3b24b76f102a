import type { Clock } from "../../../core/ports.ts";
import { slidingLimit } from "./sliding_limit.ts";

/** What came from the venue and could not become an event; a venue that sends nothing else must not fill the disk. */
export interface UnusableLetter {
  readonly ts: number;
  readonly reason_code: string;
  readonly detail: string;
  readonly raw: Uint8Array;
}

export type TellUnusable = (reasonCode: string, detail: string, raw: string | Uint8Array) => void;

/** Hands over at most so many letters a minute, and drops the others in silence: they are counted elsewhere. */
export function unusableLetters(
  options: {
    readonly perMinuteMax: number;
    readonly clock: Clock;
    readonly elapsed: Clock;
    readonly onUnusable: (letter: UnusableLetter) => void;
  },
): TellUnusable {
  const limit = slidingLimit(options.perMinuteMax, 60_000);
  const encoder = new TextEncoder();
  return (reasonCode, detail, raw) => {
    if (!limit.take(options.elapsed.now())) return;
    options.onUnusable({
      ts: options.clock.now(),
      reason_code: reasonCode,
      detail,
      raw: typeof raw === "string" ? encoder.encode(raw) : raw,
    });
  };
}
