import process from "node:process";
import { Worker } from "node:worker_threads";
import type { PolicyGate } from "../core/ports.ts";

/**
 * Watches the event loop from outside: a loop that hangs can neither trade nor stop itself. The loop beats, a thread
 * counts; when too many of its waits pass without a beat, it sets the latch and kills the process.
 */
export interface LoopWatch {
  /** The same gate. A loop that hangs inside of it is known for a policy that does not answer. */
  watchGate(gate: PolicyGate): PolicyGate;
  /** Resolves when the thread is gone. */
  close(): Promise<void>;
}

export interface LoopWatchOptions {
  readonly varFolder: string;
  readonly runId: string;
  readonly stalledMs: number;
  /** The thread is gone though nobody closed it: from now on nothing watches the loop. */
  readonly onLost: (error: Error) => void;
  /** The thread has begun to count. */
  readonly onWatching?: () => void;
  readonly startThread?: (work: LoopWatchWork) => WatchThread;
}

/** What the thread is given. */
export interface LoopWatchWork {
  readonly varFolder: string;
  readonly runId: string;
  readonly stalledMs: number;
  /** Three 32-bit cells: beats so far, whether the watch is closed, and whether policy is being asked. */
  readonly cells: SharedArrayBuffer;
}

/** What is used of a Worker. */
export interface WatchThread {
  on(name: "error", listener: (error: Error) => void): unknown;
  on(name: "exit" | "message", listener: () => void): unknown;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

const BEATS = 0;
const CLOSED = 1;
const IN_POLICY = 2;
const BEAT_EVERY_MS = 100;

export function watchLoop(options: LoopWatchOptions): LoopWatch {
  const { varFolder, runId, stalledMs, onLost, onWatching = () => {}, startThread = ownThread } = options;
  const cells = new Int32Array(new SharedArrayBuffer(12));
  const thread = startThread({ varFolder, runId, stalledMs, cells: cells.buffer });
  const beat = setInterval(() => void Atomics.add(cells, BEATS, 1), BEAT_EVERY_MS);
  beat.unref();
  let isWatching = true;
  const lose = (error: Error) => {
    if (isWatching) onLost(error);
    isWatching = false;
  };
  thread.on("message", onWatching);
  thread.on("error", lose);
  thread.on("exit", () => lose(new Error("its thread ended by itself")));
  thread.unref();
  return {
    watchGate: (gate) => ({
      get policySha256() {
        return gate.policySha256;
      },
      get tally() {
        return gate.tally;
      },
      follow: (step) => gate.follow?.(step),
      decide(entrypoint, asked) {
        cells[IN_POLICY] = 1;
        try {
          return gate.decide(entrypoint, asked);
        } finally {
          cells[IN_POLICY] = 0;
        }
      },
    }),
    async close() {
      isWatching = false;
      clearInterval(beat);
      Atomics.store(cells, CLOSED, 1);
      Atomics.notify(cells, CLOSED);
      thread.ref(); // else a program with nothing else to do would end before this has
      await thread.terminate();
    },
  };
}

/** What keeps this machine from watching a loop, or null: a thread that kills nothing is started and closed again. */
export async function loopWatchProblem(
  start: (options: LoopWatchOptions) => LoopWatch = watchLoop,
  timeoutMs = 5000,
  pid: number = process.pid,
): Promise<string | null> {
  if (pid === 1) {
    return "this is process 1 of its container, which nobody inside can kill: start it by another";
  }
  let watch = null as LoopWatch | null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await new Promise<void>((onWatching, onLost) => {
      timer = setTimeout(() => onLost(new Error(`its thread says nothing for ${timeoutMs} ms`)), timeoutMs);
      watch = start({ varFolder: "", runId: "", stalledMs: Infinity, onLost, onWatching });
    });
    return null;
  } catch (error) {
    return (error as Error).message;
  } finally {
    clearTimeout(timer);
    await watch?.close();
  }
}

/** Plain JavaScript: not every runtime loads TypeScript in a thread. Without the flags of this process, such as loaders. */
function ownThread(workerData: LoopWatchWork): WatchThread {
  return new Worker(new URL("./loop_watchdog_worker.mjs", import.meta.url), { workerData, execArgv: [] });
}
