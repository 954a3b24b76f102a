import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { IsolatedCommand } from "./isolated_command.ts";

/**
 * Starts an isolated command with three pipes, nothing else of this process, and in a process group of its own: a key
 * pressed in the terminal is for the host alone. Throws where Deno was not granted to start it.
 */
export type IsolatedChild = ChildProcessByStdio<Writable, Readable, Readable>;

export function spawnIsolated(
  { words: [program, ...rest], environment }: IsolatedCommand,
): IsolatedChild {
  return spawn(program!, rest, {
    cwd: "/",
    // Said to be absent, or a runtime that measures coverage would hand it on (and Deno would ask to look for it).
    env: { ...environment, NODE_V8_COVERAGE: undefined },
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
}
