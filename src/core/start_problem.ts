import type { PolicyDenial } from "./event.ts";

/** Why a run may not start: all that its log will hold. */
export interface StartProblem {
  readonly component: string;
  readonly reason_code: string;
  readonly detail: string;
  /** What policy denied before the run had a log, the start itself perhaps; left out where nothing. */
  readonly denials?: readonly PolicyDenial[];
}
