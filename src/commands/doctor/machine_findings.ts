import type { Limit, ProcessFacts } from "../../edge/process_facts.ts";
import { bytesText } from "../../core/disk_estimate.ts";
import { type Finding, pass, warn } from "./finding.ts";

/** What protects the machine from this process, and the night from a process that hangs. Pure: facts in, findings out. */

const UNKNOWN = "unknown: the system does not tell this process";
const UNKNOWN_TODO = "on linux ask again with node, or look from outside";

export function containerFindings(facts: ProcessFacts): readonly Finding[] {
  const { uid, capabilities, noNewPrivileges, seccomp } = facts;
  return [
    finding("user", uid, {
      isGood: uid !== 0,
      what: uid === 0 ? "root" : `user ${uid}`,
      todo: "run it as a user of its own; in a container: --user 65534",
    }),
    finding("capabilities", capabilities, {
      isGood: /^0+$/.test(capabilities ?? ""),
      what: `effective capabilities ${capabilities}`,
      todo: "in a container: --cap-drop=ALL",
    }),
    finding("new_privileges", noNewPrivileges, {
      isGood: noNewPrivileges === true,
      what: noNewPrivileges === true
        ? "this process cannot gain any"
        : "this process may gain more, by a setuid file",
      todo: "in a container: --security-opt=no-new-privileges",
    }),
    finding("seccomp", seccomp, {
      isGood: seccomp === 2,
      what: seccomp === 2 ? "system calls are filtered" : "every system call is allowed",
      todo: "in a container: keep the runtime's default profile, never --security-opt=seccomp=unconfined",
    }),
    limitFinding(
      "memory_limit",
      facts.memoryMaxBytes,
      bytesText,
      "in a container: --memory and --memory-swap",
    ),
    limitFinding(
      "process_limit",
      facts.processesMax,
      (count) => `${count} processes`,
      "in a container: --pids-limit",
    ),
  ];
}

function limitFinding(
  id: string,
  limit: Limit | null,
  text: (limit: number) => string,
  todo: string,
): Finding {
  return finding(id, limit, {
    isGood: limit !== "none",
    what: typeof limit === "number" ? `at most ${text(limit)}` : "no limit",
    todo,
  });
}

function finding(
  id: string,
  fact: unknown,
  { isGood, what, todo }: { readonly isGood: boolean; readonly what: string; readonly todo: string },
): Finding {
  if (fact === null) return warn(id, UNKNOWN, UNKNOWN_TODO);
  return isGood ? pass(id, what) : warn(id, what, todo);
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
