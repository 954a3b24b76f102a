import type { BinanceConfig } from "../../../core/config.ts";
import type { Random } from "../../../core/random.ts";
import { secondsAskedFor } from "./answer_problem.ts";
import { backoff } from "./backoff.ts";
import { slidingLimit } from "./sliding_limit.ts";

/**
 * When the venue may be dialed again. It outlives a restart of the feed: the venue counts attempts by address, whoever
 * makes them.
 */
export interface DialSchedule {
  readonly nextMs: number;
  dialed(nowMs: number): void;
  /** It did not do: the next attempt waits. */
  backOff(nowMs: number): void;
  /** The upgrade was refused; the reason may say by which status, and for how long. */
  refused(nowMs: number, reason: string): void;
  /** A connection has lasted: the next wait is a short one. */
  reset(): void;
}

export function dialSchedule(
  config: Pick<BinanceConfig, "attempts" | "backoff">,
  random: Random,
): DialSchedule {
  const attempts = slidingLimit(config.attempts.limit, config.attempts.window_ms);
  const waits = backoff(config.backoff, random);
  let notBeforeMs = -Infinity;
  return {
    get nextMs() {
      return Math.max(notBeforeMs, attempts.freeAtMs);
    },
    dialed(nowMs) {
      if (!attempts.take(nowMs)) throw new Error("Dialed with no attempt left, expected to wait for one");
    },
    backOff(nowMs) {
      notBeforeMs = Math.max(notBeforeMs, nowMs + waits.nextMs());
    },
    refused(nowMs, reason) {
      const waitMs = refusalMs(reason, config.backoff.most_ms);
      if (waitMs !== null) notBeforeMs = Math.max(notBeforeMs, nowMs + waitMs);
    },
    reset: () => waits.reset(),
  };
}

/** Firewall, ban, too many requests: going on at once makes each of them worse. */
function refusalMs(reason: string, mostMs: number): number | null {
  if (!/\bHTTP (?:403|418|429)\b/.test(reason)) return null;
  const seconds = /retry[- ]after\D{0,3}([0-9]+)\b/i.exec(reason)?.[1] ?? "";
  return secondsAskedFor(seconds, mostMs / 1000) * 1000;
}
