import { spawn } from "node:child_process";
import process from "node:process";
import { type CommandLine, readCommandLine } from "./command_line.ts";

/** Starts this very program again, in a process of its own that has the same terminal. */
export interface StartedProgram {
  readonly ended: Promise<ProgramEnd>;
  kill(signal: NodeJS.Signals): void;
}

export interface ProgramEnd {
  readonly code: number | null;
  /** What has killed it; null where it ended by itself. */
  readonly signal: string | null;
}

/** What stands before the first of our own words; null where this runtime does not say. */
export function ownProgram(
  { words, form }: CommandLine = readCommandLine(),
  own: { readonly words: readonly string[]; readonly isDeno: boolean; readonly execArgv: readonly string[] } =
    {
      words: process.argv.slice(2),
      isDeno: "Deno" in globalThis,
      execArgv: process.execArgv,
    },
): readonly string[] | null {
  const before = words.slice(0, words.length - own.words.length);
  if (form === "proc") return before;
  const [executable, ...rest] = before;
  return own.isDeno ? null : [executable!, ...own.execArgv, ...rest];
}

/** In a process group of its own: a key pressed in the terminal must not reach it twice. */
export function startProgram(program: readonly string[], words: readonly string[]): StartedProgram {
  const [executable, ...before] = program;
  const child = spawn(executable!, [...before, ...words], { stdio: "inherit", detached: true });
  return {
    ended: new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code, signal) => resolve({ code, signal }));
    }),
    kill: (signal) => void child.kill(signal),
  };
}
