/** What a verification has found: every problem with its file, line and reason, bounded. */
export interface Problem {
  readonly file: string;
  /** Counted from 1; null where the file as a whole is meant. */
  readonly line: number | null;
  readonly reason: string;
}

const PROBLEMS_MAX = 1000;

export class Findings {
  readonly problems: Problem[] = [];
  /** Of all problems, kept or not. */
  count = 0;
  readonly notes: string[] = [];

  problem(file: string, line: number | null, reason: string): void {
    this.count++;
    if (this.problems.length < PROBLEMS_MAX) this.problems.push({ file, line, reason });
  }

  note(text: string): void {
    this.notes.push(text);
  }
}

export function formatProblem({ file, line, reason }: Problem): string {
  return `${file}${line === null ? "" : `:${line}`}: ${reason}`;
}
