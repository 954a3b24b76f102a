/**
 * The program with one thing in it that breaks: `scripts/broken_main.ts WHAT ARGUMENTS…`. It breaks on SIGUSR2, or at
 * once where it is a thing of the start.
 */
import fs, { type readFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import process from "node:process";
import type { Worker } from "node:worker_threads";
import { nore, noreNight } from "../src/commands/nore.ts";
import { openAdviser } from "../src/commands/adviser.ts";
import { Journal } from "../src/sinks/journal.ts";
import { momentum } from "../src/streams/strategies/momentum.ts";
import { AI_DEEDS, turnedProgram } from "./turned_program.ts";

const [what] = process.argv.splice(2, 1);
let isBroken = false;
const kept: Uint8Array[] = [];

/** What the policy's library asks of the engine. */
interface WasmEngine {
  instantiate(...source: readonly unknown[]): Promise<{
    readonly module: unknown;
    readonly instance: {
      readonly exports: Readonly<Record<string, (...words: readonly number[]) => number>>;
    };
  }>;
}

/** Prepares the fault; what it gives is done on the signal. */
const FAULTS: Readonly<Record<string, () => (() => void) | void>> = {
  /** A strategy whose signal does not fit its schema. */
  schema() {
    const { create } = momentum;
    Object.assign(momentum, {
      create: (parameters: Parameters<typeof create>[0]) => {
        const sound = create(parameters);
        return {
          onTick(...tick: Parameters<typeof sound.onTick>) {
            const opinion = sound.onTick(...tick);
            return opinion === null || !isBroken ? opinion : { ...opinion, score: 2 };
          },
        };
      },
    });
  },
  /** A policy that does not come back with an answer. */
  policy() {
    const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: WasmEngine };
    const { instantiate } = wasm;
    wasm.instantiate = async (...source) => {
      const made = await instantiate(...source);
      const evaluate = made.instance?.exports["opa_eval"];
      if (evaluate === undefined) return made; // of somebody else
      const opa_eval = (...words: readonly number[]) => {
        if (isBroken) throw new Error("unreachable");
        return evaluate(...words);
      };
      return { ...made, instance: { exports: { ...made.instance?.exports, opa_eval } } };
    };
  },
  /** A market role that fails at every frame that it cannot read. */
  role() {
    const { deadletter } = Journal.prototype;
    Journal.prototype.deadletter = function (...letter) {
      if (isBroken) throw new Error("The deadletters are gone");
      deadletter.apply(this, letter);
    };
  },
  /** The thread that watches the loop ends. */
  watch() {
    const threads: Worker[] = [];
    process.on("worker", (thread) => threads.push(thread));
    return () => threads.forEach((thread) => void thread.terminate());
  },
  memory: () => () => kept.push(new Uint8Array(600_000_000).fill(1)),
  lag: () => () => blockFor(800),
  hang: () => () => blockFor(Infinity),
  /** A start without a command line to be known by. */
  cmdline() {
    const read = fs.readFileSync;
    fs.readFileSync = ((...request: Parameters<typeof readFileSync>) => {
      if (request[0] === "/proc/self/cmdline") throw new Error("EACCES: permission denied");
      return read(...request);
    }) as typeof readFileSync;
    syncBuiltinESMExports();
  },
};

function blockFor(ms: number): void {
  for (const endMs = performance.now() + ms; performance.now() < endMs;);
}

/** An AI process that has been turned, isolated in the place of our own. */
function turnAi(name: string): void {
  const programPath = turnedProgram(name);
  Object.assign(nore, {
    run: (...night: Parameters<typeof nore.run>) =>
      noreNight(...night, (config, setting) => openAdviser(config, { ...setting, programPath })),
  });
}

const isOfAi = what !== undefined && Object.hasOwn(AI_DEEDS, what);
const fault = isOfAi ? () => turnAi(what) : FAULTS[what ?? ""];
if (fault === undefined) {
  const known = [...Object.keys(FAULTS), ...Object.keys(AI_DEEDS)];
  throw new Error(`Unknown fault ${what}, expected ${known.join(", ")}`);
}
const onSignal = fault();
process.on("SIGUSR2", () => {
  isBroken = true;
  onSignal?.();
});
await import("../src/main.ts");
