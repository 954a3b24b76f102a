import { writeFileSync } from "node:fs";
import type { WorkerStarter } from "../../src/core/ports.ts";
import { findBoundary } from "../../src/edge/ai_boundary.ts";
import { type IsolatedCommand, isolatedCommand, type Isolation } from "../../src/edge/isolated_command.ts";
import { ownRuntime } from "../../src/edge/own_runtime.ts";

/** Programs of a line or two, shut in as well as this machine can. */

let found: Promise<Isolation> | null = null;

/** Where nothing denies the network there is still a process to be started and ended. */
export function bestIsolation(): Promise<Isolation> {
  return found ??= findBoundary().then(({ boundary }) => boundary?.isolation ?? "bare");
}

export async function commandOf(folder: string, program: string): Promise<IsolatedCommand> {
  const programPath = `${folder}/program.mjs`;
  writeFileSync(programPath, program);
  return isolatedCommand(await bestIsolation(), { runtime: ownRuntime(), programPath, memoryMbMax: 512 });
}

export interface Watched {
  /** When it has said so much, or is gone. */
  readonly said: (text: string) => Promise<void>;
  /** What it had said by then, and the reason. */
  readonly ended: Promise<{ readonly text: string; readonly reasons: readonly string[] }>;
  readonly send: (line: string) => void;
  readonly kill: () => void;
}

const ENDED_MS_MAX = 30_000;

/** One that does not end is killed, and its end looks it. */
export function watch(starter: WorkerStarter): Watched {
  let text = "";
  const reasons: string[] = [];
  let look: () => void = () => {};
  const worker = starter.start({
    received(chunk) {
      text += new TextDecoder().decode(chunk);
      look();
    },
    ended(reason) {
      reasons.push(reason);
      look();
    },
  });
  const until = (isThere: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const before = look;
      look = () => {
        before();
        if (isThere()) resolve();
      };
      look();
    });
  const guard = setTimeout(() => worker.kill(), ENDED_MS_MAX);
  return {
    said: (wanted) => until(() => text.includes(wanted) || reasons.length > 0),
    ended: until(() => reasons.length > 0).then(() => {
      clearTimeout(guard);
      return { text, reasons };
    }),
    send: (line) => worker.send(line),
    kill: () => worker.kill(),
  };
}
