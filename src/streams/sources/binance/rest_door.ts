import { AnswerError } from "../../../core/answer_error.ts";
import type { Clock, HttpAnswer, HttpGet } from "../../../core/ports.ts";
import { answerProblem, retryAfterMs } from "./answer_problem.ts";

/**
 * The one way to the venue's REST. Once the venue has asked to be left alone nothing goes through until that time is
 * over: whoever goes on asking is banned.
 */
export interface RestDoor {
  ask(path: string, bytesMax: number): Promise<RestAnswer>;
  /** Until the venue may be asked again; 0 = now. */
  readonly heldForMs: number;
}

export type RestAnswer =
  | { readonly ok: true; readonly value: unknown; readonly body: string; readonly elapsedMs: number }
  | RestFailure;

export interface RestFailure {
  readonly ok: false;
  /** Begins with a name in capitals. */
  readonly problem: string;
  /** bad: the venue answered, but not as it should. late: no answer in time. */
  readonly kind: "held" | "bad" | "late" | "unreachable";
}

export interface RestDoorOptions {
  readonly restUrl: string;
  readonly timeoutMs: number;
  readonly get: HttpGet;
  readonly elapsed: Clock;
}

export function restDoor({ restUrl, timeoutMs, get, elapsed }: RestDoorOptions): RestDoor {
  let heldUntilMs = -Infinity;
  let heldBecause = "";
  const heldForMs = () => Math.max(0, heldUntilMs - elapsed.now());
  const inSeconds = (ms: number) => `${Math.ceil(ms / 1000)} s`;

  const judged = (answer: HttpAnswer): RestAnswer => {
    const problem = answerProblem(answer);
    if (problem === null) {
      return { ok: true, value: JSON.parse(answer.body), body: answer.body, elapsedMs: answer.elapsedMs };
    }
    const holdMs = retryAfterMs(answer);
    if (holdMs === null) return { ok: false, kind: "bad", problem };
    heldUntilMs = Math.max(heldUntilMs, elapsed.now() + holdMs);
    heldBecause = problem;
    return { ok: false, kind: "bad", problem: `${problem}; no request for ${inSeconds(holdMs)}` };
  };

  return {
    get heldForMs() {
      return heldForMs();
    },
    async ask(path, bytesMax) {
      if (heldForMs() > 0) {
        const problem = `${heldBecause}; no request for ${inSeconds(heldForMs())}`;
        return { ok: false, kind: "held", problem };
      }
      const askedMs = elapsed.now();
      let answer: HttpAnswer;
      try {
        answer = await get(restUrl + path, { timeoutMs, bytesMax });
      } catch (error) {
        if (error instanceof AnswerError) return { ok: false, kind: "bad", problem: error.message };
        const why = error instanceof Error ? error.message : String(error);
        // a port tells of both in the same way; a timer may be a little early
        return elapsed.now() - askedMs >= timeoutMs - TIMER_EARLY_MS
          ? { ok: false, kind: "late", problem: `TIMEOUT: no answer in ${timeoutMs} ms` }
          : { ok: false, kind: "unreachable", problem: `NO_CONNECTION: ${why}` };
      }
      return judged(answer);
    },
  };
}

const TIMER_EARLY_MS = 2;
