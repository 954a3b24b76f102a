import process from "node:process";
import { filter, fromEvent, interval, map, merge, type Observable, take } from "rxjs";
import type { Draft } from "../core/event.ts";
import type { Clock } from "../core/ports.ts";

/** What a person says to a running night: a signal ends it in order, a STOP.flag stops it. Both become inputs. */
export interface OperatorOptions {
  readonly clock: Clock;
  /** The latch's text, null where there is none. */
  readonly readLatch: () => string | null;
  readonly pollMs: number;
  /** A second signal, or a first one that has not ended the night in time. */
  readonly onForcedEnd: (exitCode: number) => void;
}

const REASON_LENGTH_MAX = 500;
const DRAIN_MS = 10_000;

export function operatorCommands(options: OperatorOptions): Observable<Draft<"operator_command">> {
  const commandOf = (command: string, reason: string): Draft<"operator_command"> => ({
    type: "operator_command",
    source: "operator",
    ts: options.clock.now(),
    cause: null,
    payload: { command, reason },
  });
  const end$ = merge(signal$("SIGINT"), signal$("SIGTERM")).pipe(
    filter((name, index) => {
      const force = () => options.onForcedEnd(name === "SIGINT" ? 130 : 143);
      if (index === 0) setTimeout(force, DRAIN_MS).unref();
      else force();
      return index === 0;
    }),
    map((name) => commandOf("end", name)),
  );
  const stop$ = interval(options.pollMs).pipe(
    map(() => options.readLatch()),
    filter((text) => text !== null),
    take(1),
    map((text) => commandOf("stop", text.trim().slice(0, REASON_LENGTH_MAX) || "an empty STOP.flag")),
  );
  return merge(end$, stop$);
}

function signal$(name: "SIGINT" | "SIGTERM"): Observable<"SIGINT" | "SIGTERM"> {
  return fromEvent(process, name).pipe(map(() => name));
}
