import type { AiBoundary, AiTask, ProbeTargets } from "../../core/ai_mail.ts";
import type { WorkerStarter } from "../../core/ports.ts";
import type { LineCheck } from "./admit_line.ts";
import { type AiSession, openSession, type ProvenListener } from "./ai_session.ts";
import { leaksOf } from "./probe_promises.ts";

/**
 * A session that begins with its proof: the process tries for real what its boundary must deny, and is given nothing
 * before the host has compared what came of it with what was promised.
 */
export interface ProvenSessionParts {
  readonly starter: WorkerStarter;
  readonly boundary: AiBoundary;
  /** What there is to be tried, for the time of the proof. */
  readonly openTargets: () => Promise<OpenTargets>;
  readonly task: AiTask;
  readonly checks: readonly LineCheck[];
  readonly lineBytesMax: number;
}

export interface OpenTargets {
  readonly targets: ProbeTargets;
  /** What came through to the host, whatever the process says of it. */
  arrived(): readonly string[];
  close(): Promise<void>;
}

export function provenSession(parts: ProvenSessionParts, listener: ProvenListener): AiSession {
  let session: AiSession | null = null;
  let isKilled = false;
  const begin = (open: OpenTargets): void => {
    let isProven = false;
    const close = () => void open.close().catch(() => {}); // a folder that stays behind is no fault of the night
    if (isKilled) {
      close();
      return listener.ended("killed before it began");
    }
    session = openSession(parts.starter, parts, {
      said(line) {
        if (isProven) return listener.said(line);
        if (line.type !== "probe_result") {
          session!.kill();
          const detail = `${line.type} before its probe_result`;
          return listener.violated({ detail, raw: new Uint8Array(), denial: null });
        }
        isProven = true;
        const leaks = leaksOf(parts.boundary, line.payload.attempts, open.arrived());
        close();
        listener.proven(leaks);
      },
      violated: (violation) => listener.violated(violation),
      ended(reason) {
        if (!isProven) close();
        listener.ended(reason);
      },
    });
    session.send({ type: "begin", task: parts.task, probe: open.targets });
  };
  parts.openTargets().then(begin, (error: Error) => {
    listener.ended(`nothing could be set up that it may try: ${error.message}`);
  });
  return {
    send: (line) => session?.send(line),
    kill() {
      isKilled = true;
      session?.kill();
    },
  };
}
