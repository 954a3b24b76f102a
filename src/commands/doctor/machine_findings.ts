import type { ProcessFacts } from "../../core/process_facts.ts";
import { containerFacts } from "../../policy/container_guard.ts";
import { fail, type Finding, pass, warn } from "./finding.ts";

/** What protects the machine from this process, and the night from a process that hangs. Pure: facts in, findings out. */

const UNKNOWN_TODO = "on linux ask again with node, or look from outside";

/** What is missing is to be mended only where the configuration asks for it. */
export function containerFindings(facts: ProcessFacts, isRequired: boolean): readonly Finding[] {
  const missing = isRequired ? fail : warn;
  return containerFacts(facts).map(({ id, state, what, flag }) => {
    if (state === "proven") return pass(id, what);
    return missing(id, what, state === "unknown" ? UNKNOWN_TODO : `in a container: ${flag}`);
  });
}

export function watchFinding(problem: string | null, stalledMs: number): Finding {
  if (problem === null) {
    return pass("loop_watchdog", `an event loop that hangs for ${stalledMs} ms is ended from outside`);
  }
  return warn(
    "loop_watchdog",
    problem,
    "an event loop that hangs would not be ended: look after the night by hand",
  );
}

/** The lock that keeps two nights out of one var. */
export function kernelLockFinding(
  { name, platform }: { readonly name: string; readonly platform: string },
): Finding {
  if (name === "deno") {
    return pass("kernel_lock", "a file lock, which the kernel lets go of when its holder dies");
  }
  const kinds: Readonly<Record<string, string>> = { linux: "an abstract socket", win32: "a named pipe" };
  const kind = kinds[platform];
  if (kind !== undefined) {
    return pass("kernel_lock", `${kind}, which the kernel lets go of when its holder dies`);
  }
  return warn(
    "kernel_lock",
    `none on ${platform}: a heartbeat alone tells whether another night runs`,
    "never start two nights within ten seconds of each other in one var",
  );
}
