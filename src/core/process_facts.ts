/** What the system says of this process and of what holds it. null: it does not say, or we may not ask. */
export interface ProcessFacts {
  readonly uid: number | null;
  /**
   * All that it has or could still gain, as the kernel's hexadecimal number. Of a user who is not root the effective set
   * is empty in any container: only the others tell whether the capabilities were dropped.
   */
  readonly capabilities: string | null;
  readonly noNewPrivileges: boolean | null;
  /** 0 none, 1 strict, 2 filter. */
  readonly seccomp: number | null;
  readonly isRootReadOnly: boolean | null;
  readonly writableTmpfs: readonly TmpfsMount[] | null;
  readonly memoryMaxBytes: Limit | null;
  /** What may be swapped beyond it. */
  readonly swapMaxBytes: Limit | null;
  readonly processesMax: Limit | null;
}

export interface TmpfsMount {
  readonly path: string;
  readonly options: readonly string[];
}

export type Limit = number | "none";
