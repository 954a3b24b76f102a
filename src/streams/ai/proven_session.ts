import type { AiBoundary, AiTask, ProbeAttempt, ProbeTargets } from "../../core/ai_mail.ts";
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
  arrived(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export function provenSession(parts: ProvenSessionParts, listener: ProvenListener): AiSession {
  let session: AiSession | null = null;
  let isKilled = false;
  const begin = (open: OpenTargets): void => {
    let proof: "awaited" | "judged" | "held" = "awaited";
    const close = () => void open.close().catch(() => {}); // a folder that stays behind is no fault of the night
    const judge = (attempts: readonly ProbeAttempt[]) =>
      open.arrived().then((arrived) => leaksOf(parts.boundary, attempts, arrived), (error: Error) => [
        `nobody can say what has arrived: ${error.message}`,
      ]).then((leaks) => {
        close();
        if (proof === "judged") listener.proven(leaks);
        proof = "held";
      });
    if (isKilled) {
      close();
      return listener.ended("killed before it began");
    }
    session = openSession(parts.starter, parts, {
      said(line) {
        if (proof === "held") return listener.said(line);
        if (proof === "awaited" && line.type === "probe_result") {
          proof = "judged";
          return void judge(line.payload.attempts);
        }
        session!.kill();
        const detail = `${line.type} before its isolation was proven`;
        listener.violated({ detail, raw: new Uint8Array(), denial: null });
      },
      violated: (violation) => listener.violated(violation),
      ended(reason) {
        if (proof === "awaited") close();
        proof = "held";
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
