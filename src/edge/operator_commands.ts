import process from "node:process";
import { asyncScheduler, filter, interval, map, merge, type Observable, ReplaySubject, take } from "rxjs";
import type { SchedulerLike, Subscription } from "rxjs";
import type { Draft } from "../core/event.ts";
import type { Clock } from "../core/ports.ts";

/**
 * What a person says to a running night: a signal ends it in order, a STOP.flag stops it. Both become inputs.
 * Signals are listened to until `close`, longer than the night takes inputs: a second one must still end a hung drain.
 */
export interface OperatorOptions {
  readonly clock: Clock;
  /** The latch's text, null where there is none. */
  readonly readLatch: () => string | null;
  readonly pollMs: number;
  /** A second signal, or a first one that has not ended the night in time. */
  readonly onForcedEnd?: (exitCode: number) => void;
  /** Where signals come from. */
  readonly signals?: SignalSource;
  readonly scheduler?: SchedulerLike;
}

export interface SignalSource {
  on(name: SignalName, listener: () => void): unknown;
  off(name: SignalName, listener: () => void): unknown;
}

export interface Operator {
  readonly command$: Observable<Draft<"operator_command">>;
  close(): void;
}

type SignalName = "SIGINT" | "SIGTERM";

/** 128 and the signal's number, as shells say it. */
const FORCED_EXIT: Readonly<Record<SignalName, number>> = { SIGINT: 130, SIGTERM: 143 };
const DRAIN_MS = 10_000;
const REASON_LENGTH_MAX = 500;

export function listenToOperator(options: OperatorOptions): Operator {
  const { clock, signals = process, scheduler = asyncScheduler } = options;
  const { onForcedEnd = (exitCode: number) => process.exit(exitCode) } = options;
  const commandOf = (command: string, reason: string): Draft<"operator_command"> => ({
    type: "operator_command",
    source: "operator",
    ts: clock.now(),
    cause: null,
    payload: { command, reason },
  });

  const end$ = new ReplaySubject<Draft<"operator_command">>(1); // a signal may come before the night listens
  let drain: Subscription | null = null;
  const onSignal = (name: SignalName) => () => {
    const force = () => onForcedEnd(FORCED_EXIT[name]);
    if (drain !== null) return force();
    drain = scheduler.schedule(force, DRAIN_MS);
    end$.next(commandOf("end", name));
  };
  const listeners = (["SIGINT", "SIGTERM"] as const).map((name) => [name, onSignal(name)] as const);
  for (const [name, listener] of listeners) signals.on(name, listener);

  const stop$ = interval(options.pollMs, scheduler).pipe(
    map(() => latchOf(options)),
    filter((text) => text !== null),
    take(1),
    map((text) => commandOf("stop", text.trim().slice(0, REASON_LENGTH_MAX) || "an empty STOP.flag")),
  );
  return {
    command$: merge(end$, stop$),
    close() {
      drain?.unsubscribe();
      for (const [name, listener] of listeners) signals.off(name, listener);
    },
  };
}

/** A latch that is there but cannot be read stops the night as well. */
function latchOf({ readLatch }: OperatorOptions): string | null {
  try {
    return readLatch();
  } catch (error) {
    return `STOP.flag cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
