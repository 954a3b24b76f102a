import { bytesText } from "../core/disk_estimate.ts";
import type { Limit, ProcessFacts, TmpfsMount } from "../core/process_facts.ts";

/**
 * Judges what holds this process, fact by fact. What is not known is not proven. It trusts the kernel's word only: that
 * something calls itself a container proves nothing.
 */
export interface ContainerFact {
  readonly id: string;
  readonly state: "proven" | "missing" | "unknown";
  readonly what: string;
  /** What an engine gives it with. */
  readonly flag: string;
}

/** Each of them must be proven for `container.require_hardened`. */
export function containerFacts(facts: ProcessFacts): readonly ContainerFact[] {
  return [
    fact("user", "--user=65534, or another that is not root", facts.uid, (uid) => ({
      isProven: uid !== 0,
      what: uid === 0 ? "root" : `user ${uid}`,
    })),
    fact("capabilities", "--cap-drop=ALL", facts.capabilities, (capabilities) => ({
      isProven: /^0+$/.test(capabilities),
      what: /^0+$/.test(capabilities)
        ? "none, and none to be gained"
        : `capabilities ${capabilities} are there or could be gained`,
    })),
    fact("new_privileges", "--security-opt=no-new-privileges", facts.noNewPrivileges, (isHeld) => ({
      isProven: isHeld,
      what: isHeld ? "this process cannot gain any" : "this process may gain more, by a setuid file",
    })),
    fact(
      "seccomp",
      "the engine's default profile, never --security-opt=seccomp=unconfined",
      facts.seccomp,
      (mode) => ({
        isProven: mode === 2,
        what: mode === 2 ? "system calls are filtered" : "system calls are not filtered",
      }),
    ),
    fact("read_only_root", "--read-only", facts.isRootReadOnly, (isReadOnly) => ({
      isProven: isReadOnly,
      what: `the root file system ${isReadOnly ? "cannot" : "can"} be written`,
    })),
    fact("tmpfs", `--tmpfs=/tmp:${TMPFS_OPTIONS.join()}`, facts.writableTmpfs, judgeTmpfs),
    fact("memory_limit", "--memory", facts.memoryMaxBytes, (limit) => judgeLimit(limit, bytesText)),
    fact("swap_limit", "--memory-swap, the same as --memory", facts.swapMaxBytes, (limit) => ({
      isProven: limit === 0,
      what: limit === 0 ? "nothing is swapped" : judgeLimit(limit, bytesText).what,
    })),
    fact(
      "process_limit",
      "--pids-limit",
      facts.processesMax,
      (limit) => judgeLimit(limit, (count) => `${count} processes`),
    ),
  ];
}

/** Names each fact that is not proven; null where all are. */
export function containerProblem(facts: readonly ContainerFact[]): string | null {
  const open = facts.filter(({ state }) => state !== "proven");
  if (open.length === 0) return null;
  const list = open.map(({ id, what, flag }) => `${id} (${what}, expected ${flag})`).join("; ");
  return `container.require_hardened is set and not proven: ${list}`;
}

interface Judgement {
  readonly isProven: boolean;
  readonly what: string;
}

function fact<T>(id: string, flag: string, value: T | null, judge: (value: T) => Judgement): ContainerFact {
  if (value === null) {
    return { id, state: "unknown", what: "unknown: the system does not tell this process", flag };
  }
  const { isProven, what } = judge(value);
  return { id, state: isProven ? "proven" : "missing", what, flag };
}

const TMPFS_OPTIONS = ["noexec", "nosuid", "nodev"] as const;

function judgeTmpfs(mounts: readonly TmpfsMount[]): Judgement {
  const loose = mounts.flatMap(({ path, options }) => {
    const missing = TMPFS_OPTIONS.filter((option) => !options.includes(option));
    return missing.length === 0 ? [] : [`${path} without ${missing.join()}`];
  });
  const paths = mounts.map(({ path }) => path).join(", ");
  return {
    isProven: loose.length === 0,
    what: loose.length > 0
      ? loose.join(", ")
      : paths === ""
      ? "none that can be written"
      : `only data in ${paths}`,
  };
}

function judgeLimit(limit: Limit, text: (limit: number) => string): Judgement {
  return limit === "none"
    ? { isProven: false, what: "no limit" }
    : { isProven: true, what: `at most ${text(limit)}` };
}
