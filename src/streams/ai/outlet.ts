import { type Observable, Subject } from "rxjs";
import type { AiInput } from "./ai_drafts.ts";

/** Where what comes of the AI process leaves for the night: at once in real time, at the next step in virtual time. */
export interface Outlet {
  readonly said$: Observable<AiInput>;
  readonly isEmpty: boolean;
  say(draft: AiInput): void;
  /** What waits, as said at this time. */
  takeAll(ts: number): readonly AiInput[];
}

export function outlet(isVirtual: boolean): Outlet {
  const said$ = new Subject<AiInput>();
  let waiting: AiInput[] = [];
  return {
    said$,
    get isEmpty() {
      return waiting.length === 0;
    },
    say(draft) {
      if (isVirtual) waiting.push(draft);
      else said$.next(draft);
    },
    takeAll(ts) {
      const taken = waiting.map((draft) => ({ ...draft, ts }));
      waiting = [];
      return taken;
    },
  };
}
