import type { AnyDraft, Draft } from "../../core/event.ts";

/** Something that knows when its next input is due, and gives what is due then. */
export interface Agenda {
  /** Unix milliseconds; Infinity when there is nothing more. */
  readonly nextTs: number;
  /** The inputs due at nextTs; moves nextTs on. `nowTs` becomes their time. */
  take(nowTs: number): readonly AnyDraft[];
  /** False where what is due is not there yet; then it calls back, once, when it is. Left out where it always is. */
  isReady?(resume: () => void): boolean;
}

/** Several agendas as one. Where two are due at the same time the earlier in the list goes first: timers before ticks. */
export function mergeAgendas(agendas: readonly Agenda[]): Agenda {
  const earliest = () => {
    let best = agendas[0]!;
    for (const agenda of agendas) if (agenda.nextTs < best.nextTs) best = agenda;
    return best;
  };
  return {
    get nextTs() {
      return earliest().nextTs;
    },
    take: (nowTs) => earliest().take(nowTs),
    isReady: (resume) => earliest().isReady?.(resume) ?? true,
  };
}

/** A timer that comes back every `everyMs`, first after one period; once only where everyMs is null. */
export function timerAgenda(
  options: { readonly name: string; readonly firstTs: number; readonly everyMs: number | null },
): Agenda {
  let nextTs = options.firstTs;
  return {
    get nextTs() {
      return nextTs;
    },
    take(nowTs) {
      const payload = { name: options.name, due_ts: nextTs };
      nextTs = options.everyMs === null ? Infinity : nextTs + options.everyMs;
      const draft: Draft<"timer"> = {
        type: "timer",
        source: "watchdog_role",
        ts: nowTs,
        cause: null,
        payload,
      };
      return [draft];
    },
  };
}
