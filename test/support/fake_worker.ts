import type { HostLine, ProbeAttempt, WorkerLine } from "../../src/core/ai_mail.ts";
import { PROBE_ATTEMPTS } from "../../src/core/ai_mail.ts";
import type { WorkerListener, WorkerStarter } from "../../src/core/ports.ts";

/** An AI process inside this one: what it is told is answered behind the call, in order, until it is killed. */
export interface FakeWorker {
  /** Lines without their newlines. */
  answer(line: HostLine): readonly (WorkerLine | Uint8Array)[];
}

export const DENIED: readonly ProbeAttempt[] = PROBE_ATTEMPTS.map((name) => ({
  name,
  succeeded: false,
  detail: "denied",
}));

export const PROBED: WorkerLine = { type: "probe_result", payload: { attempts: DENIED } };

/** Answers the proof, and each batch with what is made of it and a heartbeat. */
export function steadyWorker(
  make: (batch: Extract<HostLine, { type: "batch" }>) => readonly (WorkerLine | Uint8Array)[] = () => [],
): FakeWorker {
  return {
    answer(line) {
      if (line.type === "begin") return [PROBED];
      if (line.type === "model") return [];
      return [...make(line), { type: "heartbeat", payload: { seq: line.seq, rows: 0, drift: false } }];
    },
  };
}

/** Each start takes the next one; the last one again and again. */
export function fakeStarter(
  workers: readonly (() => FakeWorker)[],
  later: (work: () => void) => void = queueMicrotask,
): WorkerStarter & { readonly started: WorkerListener[] } {
  const started: WorkerListener[] = [];
  return {
    started,
    start(listener) {
      const worker = workers[Math.min(started.length, workers.length - 1)]!();
      started.push(listener);
      let isGone = false;
      return {
        send(text) {
          later(() => {
            if (isGone) return;
            for (const line of worker.answer(JSON.parse(text))) {
              const bytes = line instanceof Uint8Array
                ? line
                : new TextEncoder().encode(JSON.stringify(line));
              listener.received(new Uint8Array([...bytes, 0x0a]));
            }
          });
        },
        kill() {
          if (isGone) return;
          isGone = true;
          later(() => listener.ended("killed"));
        },
      };
    },
  };
}
