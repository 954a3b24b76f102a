import { readFileSync } from "node:fs";
import type { Limit, ProcessFacts } from "../core/process_facts.ts";
import { mountFacts } from "./mount_facts.ts";

/** Asks the kernel of Linux about this process; on other systems, and under Deno's narrow grants, nothing is known. */

type Read = (path: string) => string | null;

export function readProcessFacts(read: Read = readIfPossible): ProcessFacts {
  const status = read("/proc/self/status") ?? "";
  const field = (name: string): string | null =>
    new RegExp(`^${name}:\\s+(.*)$`, "m").exec(status)?.[1]?.trim() ?? null;
  const number = (text: string | null | undefined): number | null => text == null ? null : Number(text);
  const noNewPrivileges = field("NoNewPrivs");
  return {
    uid: number(field("Uid")?.split(/\s+/)[1]), // real, effective, saved, of the file system
    capabilities: allOf(["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].map(field)),
    noNewPrivileges: noNewPrivileges === null ? null : noNewPrivileges === "1",
    seccomp: number(field("Seccomp")),
    ...mountFacts(read("/proc/self/mountinfo")),
    ...limitsOf(read),
  };
}

/** The union of sets of capabilities. */
function allOf(sets: readonly (string | null)[]): string | null {
  let all = 0n;
  for (const set of sets) {
    if (set === null) return null;
    all |= BigInt(`0x${set}`);
  }
  return all.toString(16).padStart(16, "0");
}

const CGROUPS = "/sys/fs/cgroup";

function limitsOf(
  read: Read,
): Pick<ProcessFacts, "memoryMaxBytes" | "swapMaxBytes" | "processesMax"> {
  const own = read("/proc/self/cgroup") ?? "";
  const v2Folder = /^0::(\/.*)$/m.exec(own)?.[1];
  /** A controller that is mounted the old way has no file in the new place. */
  const v1FolderOf = (controller: string): string | undefined =>
    new RegExp(`^\\d+:(?:[^:]*,)?${controller}(?:,[^:]*)?:(/.*)$`, "m").exec(own)?.[1];
  const v2 = (file: string): Limit | null => strictest(read, { mount: CGROUPS, folder: v2Folder, file });
  const v1 = (controller: string, file: string): Limit | null =>
    strictest(read, { mount: `${CGROUPS}/${controller}`, folder: v1FolderOf(controller), file });
  const hasOld = (controller: string): boolean => v1FolderOf(controller) !== undefined;

  const processesMax = hasOld("pids") ? v1("pids", "pids.max") : v2("pids.max");
  if (!hasOld("memory")) {
    return { memoryMaxBytes: v2("memory.max"), swapMaxBytes: v2("memory.swap.max"), processesMax };
  }
  const memoryMaxBytes = v1("memory", "memory.limit_in_bytes");
  const withSwap = v1("memory", "memory.memsw.limit_in_bytes");
  const isCounted = typeof memoryMaxBytes === "number" && typeof withSwap === "number";
  return { memoryMaxBytes, swapMaxBytes: isCounted ? withSwap - memoryMaxBytes : withSwap, processesMax };
}

/** Without a limit the old kernels give the largest multiple of a page. */
const V1_NONE = 2 ** 62;

/** A group is held by the limits of all those around it. */
function strictest(
  read: Read,
  { mount, folder, file }: {
    readonly mount: string;
    readonly folder: string | undefined;
    readonly file: string;
  },
): Limit | null {
  const names = (folder ?? "/").split("/").filter((name) => name !== "");
  const texts = names.map((_, i) => `/${names.slice(0, i + 1).join("/")}`).concat("")
    .map((path) => read(`${mount}${path}/${file}`))
    .filter((text) => text !== null);
  if (texts.length === 0) return null;
  const least = Math.min(...texts.map((text) => text.trim() === "max" ? Infinity : Number(text)));
  return least < V1_NONE ? least : "none";
}

function readIfPossible(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
