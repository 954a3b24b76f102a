import { defer, map, type MonoTypeOperatorFunction } from "rxjs";
import type { AnyDraft } from "../../core/event.ts";

/** An input's time is never before the previous one's, even where the machine's clock was set back. */
export function keepTimeOrder(): MonoTypeOperatorFunction<AnyDraft> {
  return (draft$) =>
    defer(() => {
      let latestTs = 0;
      return draft$.pipe(map((draft) => {
        if (draft.ts < latestTs) return { ...draft, ts: latestTs };
        latestTs = draft.ts;
        return draft;
      }));
    });
}
