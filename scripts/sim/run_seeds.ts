import { type ChildProcess, spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { SimOutcome } from "./simulate.ts";

/**
 * Runs many seeds in as many processes as there are cores. A night that does not end is a failure like any other: its
 * process is killed, and another one goes on behind it.
 */
export type SeedResult = { readonly seed: number } & (SimOutcome | SeedProblem);

export interface SeedProblem {
  readonly problem: string;
  /** It has taken its process with it. */
  readonly isFatal: boolean;
}

const NIGHT_S_MAX = 60;

export async function runSeeds(
  program: string,
  { from, seeds }: { readonly from: number; readonly seeds: number },
  onResult: (result: SeedResult, done: number) => void,
): Promise<readonly SeedResult[]> {
  const results: SeedResult[] = [];
  const step = Math.min(availableParallelism(), seeds);
  const take = (result: SeedResult) => {
    results.push(result);
    onResult(result, results.length);
  };
  const behind = from + seeds;
  const runPart = async (first: number) => {
    let seed = first;
    while (seed < behind) {
      const words = [`--from=${seed}`, `--seeds=${behind - seed}`, `--step=${step}`];
      const problem = await readResults(program, words, (result) => {
        take(result);
        seed = result.seed + step;
      });
      if (seed >= behind) break;
      take({ seed, problem, isFatal: true });
      seed += step;
    }
  };
  await Promise.all(Array.from({ length: step }, (_, i) => runPart(from + i)));
  return results.sort((a, b) => a.seed - b.seed);
}

/** Gives why no more results came. */
async function readResults(
  program: string,
  words: readonly string[],
  take: (result: SeedResult) => void,
): Promise<string> {
  const path = fileURLToPath(program);
  const child = spawn(process.execPath, [...process.execArgv, path, ...words], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`its process did not start: ${error.message}`));
    child.once("exit", (code, signal) => resolve(`its process ended with ${signal ?? code} and no word`));
  });
  const watchdog = watchOver(child);
  for await (const line of createInterface({ input: child.stdout! })) {
    watchdog.seen();
    take(JSON.parse(line) as SeedResult);
  }
  const how = await ended;
  return watchdog.end() ? `no end in ${NIGHT_S_MAX} s` : how;
}

function watchOver(child: ChildProcess): { seen(): void; end(): boolean } {
  let hasBitten = false;
  const bite = () => {
    hasBitten = true;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(bite, NIGHT_S_MAX * 1000);
  return {
    seen() {
      clearTimeout(timer);
      timer = setTimeout(bite, NIGHT_S_MAX * 1000);
    },
    end() {
      clearTimeout(timer);
      return hasBitten;
    },
  };
}
