import type { Asked, Decision } from "../core/ports.ts";
import { type Projection, valueAt } from "./projection.ts";

/**
 * Remembers the decisions of one entrypoint by the very values that were read for them. It is bounded: when full it
 * forgets everything, which costs some evaluations and never changes an answer.
 */
export interface DecisionMemo {
  decide(asked: Asked): Decision;
  /** Values held now, over all levels. */
  size(): number;
}

export interface MemoOptions {
  readonly projection: Projection;
  readonly evaluate: (input: Readonly<Record<string, unknown>>) => Decision;
  readonly valuesMax: number;
}

/**
 * A tree of maps, one level for each field, with decisions as its leaves. A key made of all values would have to be
 * built and hashed for every draft, which takes three times as long, and would need a proof that no two are alike.
 */
type Level = Map<unknown, Level | Decision>;

export function decisionMemo({ projection, evaluate, valuesMax }: MemoOptions): DecisionMemo {
  const { paths } = projection;
  const root: Level = new Map();
  let size = 0;

  function recall(asked: Asked): Decision | undefined {
    let found: Level | Decision | undefined = root;
    for (let i = 0; i < paths.length && found !== undefined; i++) {
      found = (found as Level).get(valueAt(asked, paths[i]!));
    }
    return found as Decision | undefined;
  }

  function remember(asked: Asked, decision: Decision): void {
    const values = paths.map((path) => valueAt(asked, path));
    // Objects are equal by identity only, and can change: what holds one is asked again each time.
    if (values.some((value) => typeof value === "object" && value !== null)) return;
    if (size + values.length > valuesMax) {
      root.clear();
      size = 0;
    }
    const last = values.pop();
    let level = root;
    for (const value of values) {
      let next = level.get(value) as Level | undefined;
      if (next === undefined) {
        level.set(value, next = new Map());
        size++;
      }
      level = next;
    }
    level.set(last, decision);
    size++;
  }

  return {
    decide(asked) {
      const remembered = recall(asked);
      if (remembered !== undefined) return remembered;
      const decision = evaluate(projection.inputOf(asked)); // a throw leaves nothing behind
      remember(asked, decision);
      return decision;
    },
    size: () => size,
  };
}
