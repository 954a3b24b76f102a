import { paint } from "../paint.ts";

/** One fact that `doctor` looked at: how it stands, and what to do where it does not stand well. */
export interface Finding {
  readonly id: string;
  /** FAIL: a night would be refused or could not be trusted. WARN: it would run, but know this. */
  readonly state: "PASS" | "WARN" | "FAIL";
  readonly what: string;
  /** null where there is nothing to do. */
  readonly do: string | null;
}

export function pass(id: string, what: string): Finding {
  return { id, state: "PASS", what, do: null };
}

export function warn(id: string, what: string, todo: string): Finding {
  return { id, state: "WARN", what, do: todo };
}

export function fail(id: string, what: string, todo: string): Finding {
  return { id, state: "FAIL", what, do: todo };
}

const COLOR = { PASS: "green", WARN: "yellow", FAIL: "red" } as const;

export function findingLine(
  finding: Finding,
  options: { readonly width: number; readonly hasColor: boolean },
): string {
  const { id, state, what } = finding;
  const todo = finding.do === null ? "" : ` → ${finding.do}`;
  return `${paint(state, COLOR[state], options.hasColor)} ${id.padEnd(options.width)}  ${what}${todo}`;
}
