import type { RunFlags } from "./run_flags.ts";

/** What becomes of a night when one flag is not given, or given otherwise: the facts that must be named, no more. */
export interface DroppedFlag {
  readonly name: string;
  readonly facts: readonly string[];
  readonly flags: RunFlags;
}

export function droppedFlags(all: RunFlags): readonly DroppedFlag[] {
  const drop = (name: string, facts: readonly string[], instead: RunFlags): DroppedFlag => {
    return { name, facts, flags: { ...all, ...instead } };
  };
  const tmpfs = (options: string): RunFlags => ({ tmpfs: [`--tmpfs=/tmp:rw,${options}`] });
  return [
    drop("user: root", ["user"], { user: ["--user=0:0"], volumes: ownedByRoot(all["volumes"]!) }),
    drop("no cap_drop", ["capabilities"], { cap_drop: [] }),
    drop("no no-new-privileges", ["new_privileges"], { security_opt: [] }),
    drop("seccomp=unconfined", ["seccomp"], {
      security_opt: [...all["security_opt"]!, "--security-opt=seccomp=unconfined"],
    }),
    drop("no read_only", ["read_only_root"], { read_only: [] }),
    drop("tmpfs without noexec", ["tmpfs"], tmpfs("exec,nosuid,nodev")),
    drop("tmpfs without nosuid", ["tmpfs"], tmpfs("noexec,suid,nodev")),
    drop("tmpfs without nodev", ["tmpfs"], tmpfs("noexec,nosuid,dev")),
    // An engine takes no limit of swap without one of memory.
    drop("no mem_limit", ["memory_limit", "swap_limit"], { mem_limit: [], memswap_limit: [] }),
    drop("no memswap_limit", ["swap_limit"], { memswap_limit: [] }),
    drop("no pids_limit", ["process_limit"], { pids_limit: [] }),
  ];
}

/** Root without capabilities may write only what is its own. */
function ownedByRoot(volumes: readonly string[]): readonly string[] {
  return volumes.map((word) => word.replace(/=(\w+):(.*)$/, "=root_$1:$2:nocopy"));
}
