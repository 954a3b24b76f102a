import type { Terminal } from "../../src/commands/command.ts";

/** A terminal that keeps what it is told, line by line. */
export interface FakeTerminal extends Terminal {
  readonly printed: readonly string[];
  readonly said: readonly string[];
  readonly statuses: readonly string[];
}

export function fakeTerminal(facts: Partial<Pick<Terminal, "isTerminal" | "hasColor">> = {}): FakeTerminal {
  const printed: string[] = [];
  const said: string[] = [];
  const statuses: string[] = [];
  return {
    printed,
    said,
    statuses,
    print: (line) => void printed.push(line),
    say: (line) => void said.push(line),
    status: (line) => void statuses.push(line),
    isTerminal: false,
    hasColor: false,
    invocation: "nore",
    ...facts,
  };
}
