import type { AiModel, AiRow, HostLine, WorkerLine } from "../../core/ai_mail.ts";
import type { IsolatedWorker, WorkerStarter } from "../../core/ports.ts";
import { admitLine, type LineCheck, type Violation } from "./admit_line.ts";
import { splitLines } from "./split_lines.ts";

/** One life of the AI process: lines go in, admitted lines come out, and the first violation is its end. */
export interface AiSession {
  send(line: HostLine): void;
  /** `ended` follows. */
  kill(): void;
}

/** Called between turns, never inside a call of the session. */
export interface SessionListener {
  said(line: WorkerLine): void;
  /** Once: it was killed for it, and nothing that it wrote behind it is read. */
  violated(violation: Violation): void;
  /** Once, and nothing after it. */
  ended(reason: string): void;
}

/** Starts the process and proves its boundary. What it is given is told when it is asked for. */
export type StartWorker = (
  learned: { readonly model: AiModel | null; readonly rows: readonly AiRow[] },
  listener: ProvenListener,
) => AiSession;

export interface ProvenListener extends SessionListener {
  /** Its isolation was tried; any leak is a violation. */
  proven(leaks: readonly string[]): void;
}

export function openSession(
  starter: WorkerStarter,
  options: { readonly checks: readonly LineCheck[]; readonly lineBytesMax: number },
  listener: SessionListener,
): AiSession {
  const { checks, lineBytesMax } = options;
  let isMute = false;
  const violate = (violation: Violation) => {
    isMute = true;
    worker.kill();
    listener.violated(violation);
  };
  const lines = splitLines({
    bytesMax: lineBytesMax,
    onLine(raw) {
      if (isMute) return;
      const admission = admitLine(raw, checks);
      if (admission.ok) listener.said(admission.line);
      else violate(admission.violation);
    },
    onTooLong(raw) {
      if (isMute) return;
      violate({ detail: `a line of more than ${lineBytesMax} bytes`, raw, denial: null });
    },
  });
  const worker: IsolatedWorker = starter.start({
    received: (chunk) => lines.push(chunk),
    ended: (reason) => listener.ended(reason),
  });
  return {
    send: (line) => worker.send(JSON.stringify(line)),
    kill() {
      isMute = true;
      worker.kill();
    },
  };
}
