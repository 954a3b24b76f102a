import type { AiFacts } from "../../src/commands/doctor/ai_finding.ts";
import { type AiBoundary, PROBE_ATTEMPTS } from "../../src/core/ai_mail.ts";

/** What is found and tried on a machine that has this boundary. */
export function boundaryFacts(
  name: AiBoundary,
  worked: readonly string[] = [],
  todo: string | null = null,
): AiFacts {
  return {
    found: {
      boundary: {
        name,
        isolation: "bare",
        runtime: { name: "node", version: "26.10.0", path: "/opt/node" },
        programPath: "/worker.mjs",
        detail: "as it is made",
      },
      missed: [],
      todo,
    },
    probe: {
      attempts: PROBE_ATTEMPTS.map((attempt) => ({
        name: attempt,
        succeeded: worked.includes(attempt),
        detail: "a detail",
      })),
      arrived: [],
      notes: [],
      problem: null,
    },
  };
}
