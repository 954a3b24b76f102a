import type { Clock } from "../../../core/ports.ts";
import type { OneTimer } from "./one_timer.ts";
import type { RestDoor, RestFailure } from "./rest_door.ts";
import { shown } from "./tick_of_message.ts";

/** Asks the venue for its time, again and again: how long that takes and how far the clocks are apart. */
export type ProbeResult = ProbeAnswer | RestFailure;

export interface ProbeAnswer {
  readonly latencyMs: number;
  /** The venue's clock minus ours; null where the answer took too long to tell. */
  readonly clockOffsetMs: number | null;
}

export interface Probe {
  start(): void;
  stop(): void;
}

export interface ProbeOptions {
  readonly door: RestDoor;
  readonly everyMs: number;
  /** An offset is known to half the time of its exchange; one known no better than this is none. */
  readonly doubtMsMax: number;
  /** Log time. */
  readonly clock: Clock;
  readonly elapsed: Clock;
  readonly timer: OneTimer;
  readonly onResult: (result: ProbeResult) => void;
  readonly onError: (error: unknown) => void;
}

const ANSWER_BYTES_MAX = 65_536;

export function probe(options: ProbeOptions): Probe {
  const { door, everyMs, doubtMsMax, clock, elapsed, timer, onResult, onError } = options;
  let isRunning = true;

  const start = () => {
    const askedMs = elapsed.now();
    const askedTs = clock.now();
    door.ask("/api/v3/time", ANSWER_BYTES_MAX).then((answer) => {
      if (!isRunning) return;
      timer.set(everyMs - (elapsed.now() - askedMs), start);
      if (!answer.ok) return onResult(answer);
      const venueTs = (answer.value as { readonly serverTime?: unknown } | null)?.serverTime;
      if (!Number.isSafeInteger(venueTs)) {
        const problem = `NOT_TIME: serverTime is ${shown(venueTs)}, expected unix milliseconds`;
        return onResult({ ok: false, kind: "bad", problem });
      }
      const nowTs = clock.now();
      const middleTs = Math.floor((askedTs + nowTs) / 2);
      onResult({
        latencyMs: Math.round(answer.elapsedMs * 1000) / 1000,
        clockOffsetMs: (nowTs - askedTs) / 2 <= doubtMsMax ? venueTs as number - middleTs : null,
      });
    }).catch(onError);
  };

  return {
    start,
    stop() {
      isRunning = false;
      timer.clear();
    },
  };
}
