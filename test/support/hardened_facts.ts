import type { ProcessFacts } from "../../src/core/process_facts.ts";

/** A process that holds nothing it does not need, in a container with every flag. */
export const HARDENED: ProcessFacts = {
  uid: 65534,
  capabilities: "0000000000000000",
  noNewPrivileges: true,
  seccomp: 2,
  isRootReadOnly: true,
  writableTmpfs: [
    { path: "/dev/shm", options: ["rw", "nosuid", "nodev", "noexec", "relatime"] },
    { path: "/tmp", options: ["rw", "nosuid", "nodev", "noexec", "relatime"] },
  ],
  memoryMaxBytes: 536_870_912,
  swapMaxBytes: 0,
  processesMax: 64,
};
