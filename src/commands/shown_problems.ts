import { redact } from "../core/secrets.ts";
import { type Findings, formatProblem } from "../verify/findings.ts";

const SHOWN_MAX = 20;

/** What verify has found, a line each: the first few tell enough. */
export function shownProblems({ problems }: Pick<Findings, "problems">): readonly string[] {
  return problems.slice(0, SHOWN_MAX).map((problem) => redact(formatProblem(problem)));
}
