/** Why the journal cannot go on, as a stop code. */
export class JournalFailure extends Error {
  readonly code: "DISK_FULL" | "SINK_IO";
  /** More room would help: nothing that was written is in doubt. */
  readonly mayRetry: boolean;
  constructor(code: "DISK_FULL" | "SINK_IO", detail: string, options: { readonly mayRetry: boolean }) {
    super(detail);
    this.name = "JournalFailure";
    this.code = code;
    this.mayRetry = options.mayRetry;
  }
}

/** A full disk has an answer (the ballast); any other failed call may mean lost pages and has none. */
export function stopReasonOf(error: unknown): JournalFailure {
  if (error instanceof JournalFailure) return error;
  const code = (error as { code?: unknown } | null)?.code;
  const detail = error instanceof Error ? error.message : String(error);
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  return new JournalFailure(isFull ? "DISK_FULL" : "SINK_IO", detail, { mayRetry: isFull });
}

/**
 * Runs a call that makes what was written last. Where it fails, on a full disk too, the kernel may have dropped the
 * pages, and the same call would then succeed and prove nothing: no retry.
 */
export function syncOnce(work: () => void): void {
  try {
    work();
  } catch (error) {
    const { code, message } = stopReasonOf(error);
    throw new JournalFailure(code, message, { mayRetry: false });
  }
}
