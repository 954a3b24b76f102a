import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import { SAY_ORDER, turnedWorker } from "../src/commands/gates/turned_worker.ts";
import { WORKER_PATH } from "../src/edge/ai_boundary.ts";

/** After its start: by then the night has traded. */
const DUE_MS = 9000;
/** Longer than a step, shorter than the wait for a restart: the process that comes after it is a good one. */
const WINDOW_MS = 900;

/** AI processes that have been turned: what each does in the midst of its work, once the night has been trading. */
export const AI_DEEDS: Readonly<Record<string, string>> = {
  ai_order: once(SAY_ORDER),
  ai_long_line: once(`say("x".repeat(10_000_000));`),
  ai_half_utf8: once(`say(Uint8Array.of(0x7b, 0x22, 0xc3, 0x28, 0x0a));`),
  /** From its first word on. */
  ai_leak: `line = line.replace(/("name":"read_outside","succeeded":)false/, "$1true");`,
  ai_loop: once("for (;;);"),
  ai_memory: once("for (const kept = [];;) kept.push(new Uint8Array(100_000_000).fill(1));"),
  ai_exit: once("globalThis.process.exit(1);"),
};

function once(deed: string): string {
  return `{ const lateMs = Date.now() - DUE_TS; if (lateMs >= 0 && lateMs < ${WINDOW_MS}) ${deed} }`;
}

/** Gives its path, and says when it is due. Gone with this process. */
export function turnedProgram(name: string): string {
  const folder = mkdtempSync(`${tmpdir()}/nore-turned-`);
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const dueTs = Date.now() + DUE_MS;
  const deed = AI_DEEDS[name]!.replace("DUE_TS", String(dueTs));
  const path = `${folder}/worker.mjs`;
  writeFileSync(path, turnedWorker(readFileSync(WORKER_PATH, "utf8"), deed));
  process.stderr.write(`${name} is due at ${dueTs}\n`);
  return path;
}

/** When it was due, by what the night has said. */
export function dueTsIn(output: string): number | null {
  const found = /^ai_\w+ is due at (\d+)$/m.exec(output)?.[1];
  return found === undefined ? null : Number(found);
}
