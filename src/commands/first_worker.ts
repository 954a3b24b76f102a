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
    const refuse = (problem: string, isViolation: boolean) => {
      clearTimeout(timer);
      session.kill();
      resolve({ problem, isViolation });
    };
    const session = start({
      proven(leaks) {
        if (leaks.length > 0) return refuse(`its isolation leaks: ${leaks.join("; ")}`, true);
        clearTimeout(timer);
        resolve({
          kill: () => session.kill(),
          handOver(to) {
            listener = to;
            queueMicrotask(() => endedBy === null ? to.proven([]) : to.ended(endedBy));
            return session;
          },
        });
      },
      said: (line) => listener?.said(line),
      violated(violation) {
        if (listener === null) refuse(violation.detail, true);
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
