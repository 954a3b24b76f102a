import type { Violation } from "../streams/ai/admit_line.ts";
import type { AiSession, ProvenListener } from "../streams/ai/ai_session.ts";

/** The AI process before its night: started and proven, then handed over to whoever works with it. */
export interface FirstWorker {
  kill(): void;
  /** What has happened to it meanwhile is told once the caller is through. */
  handOver(listener: ProvenListener): AiSession;
}

export interface NoWorker {
  readonly problem: string;
  /** It did what its boundary must deny, or said what it may not. */
  readonly isViolation: boolean;
}

export function firstWorker(
  start: (listener: ProvenListener) => AiSession,
  timeoutMs: number,
): Promise<FirstWorker | NoWorker> {
  return new Promise((resolve) => {
    let listener: ProvenListener | null = null;
    let endedBy: string | null = null;
    let broken: Violation | null = null;
    const refuse = (problem: string, isViolation: boolean) => {
      clearTimeout(timer);
      session.kill();
      resolve({ problem, isViolation });
    };
    /** Where it is proven already, whoever takes it over will hear of it. */
    const breach = (violation: Violation) => {
      broken ??= violation;
      refuse(violation.detail, true);
    };
    const session = start({
      proven(leaks) {
        if (leaks.length > 0) return refuse(`its isolation leaks: ${leaks.join("; ")}`, true);
        clearTimeout(timer);
        resolve({
          kill: () => session.kill(),
          handOver(to) {
            listener = to;
            queueMicrotask(() => {
              if (broken !== null) to.violated(broken);
              else if (endedBy === null) to.proven([]);
              if (endedBy !== null) to.ended(endedBy);
            });
            return session;
          },
        });
      },
      said(line) {
        const detail = `${line.type} that nobody has asked for`;
        if (listener === null) breach({ detail, raw: new Uint8Array(), denial: null });
        else listener.said(line);
      },
      violated(violation) {
        if (listener === null) breach(violation);
        else listener.violated(violation);
      },
      ended(reason) {
        endedBy = reason;
        if (listener === null) refuse(`its process has ended: ${reason}`, false);
        else listener.ended(reason);
      },
    });
    const timer = setTimeout(() => refuse(`it has not begun within ${timeoutMs} ms`, false), timeoutMs);
  });
}
