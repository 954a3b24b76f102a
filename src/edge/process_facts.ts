import { readFileSync } from "node:fs";

/** What the system says of this process and its limits. null: it does not say, or we may not ask. */
export interface ProcessFacts {
  readonly uid: number | null;
  /** Effective capabilities, as the kernel's hexadecimal number. */
  readonly capabilities: string | null;
  readonly noNewPrivileges: boolean | null;
  /** 0 none, 1 strict, 2 filter. */
  readonly seccomp: number | null;
  readonly memoryMaxBytes: Limit | null;
  readonly processesMax: Limit | null;
}

export type Limit = number | "none";

type Read = (path: string) => string | null;

export function readProcessFacts(read: Read = readIfPossible): ProcessFacts {
  const status = read("/proc/self/status") ?? "";
  const field = (name: string): string | null =>
    new RegExp(`^${name}:\\s+(.*)$`, "m").exec(status)?.[1]?.trim() ?? null;
  const number = (text: string | null | undefined): number | null => text == null ? null : Number(text);
  const noNewPrivileges = field("NoNewPrivs");
  return {
    uid: number(field("Uid")?.split(/\s+/)[1]), // real, effective, saved, of the file system
    capabilities: field("CapEff"),
    noNewPrivileges: noNewPrivileges === null ? null : noNewPrivileges === "1",
    seccomp: number(field("Seccomp")),
    ...limitsOf(read),
  };
}

const CGROUPS = "/sys/fs/cgroup";

function limitsOf(read: Read): Pick<ProcessFacts, "memoryMaxBytes" | "processesMax"> {
  const own = read("/proc/self/cgroup") ?? "";
  const limit = (controller: string, v1File: string): Limit | null => {
    const v2 = /^0::(\/.*)$/m.exec(own)?.[1];
    const v1 = new RegExp(`^\\d+:(?:[^:]*,)?${controller}(?:,[^:]*)?:(/.*)$`, "m").exec(own)?.[1];
    // A controller that is mounted the old way has no file in the new place.
    return v1 === undefined
      ? strictest(read, { mount: CGROUPS, folder: v2, file: `${controller}.max` })
      : strictest(read, { mount: `${CGROUPS}/${controller}`, folder: v1, file: v1File });
  };
  return {
    memoryMaxBytes: limit("memory", "memory.limit_in_bytes"),
    processesMax: limit("pids", "pids.max"),
  };
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
