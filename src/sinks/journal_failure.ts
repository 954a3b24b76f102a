/** Why the journal cannot go on, as a stop code. */
export class JournalFailure extends Error {
  readonly code: "DISK_FULL" | "SINK_IO";
  constructor(code: "DISK_FULL" | "SINK_IO", detail: string) {
    super(detail);
    this.name = "JournalFailure";
    this.code = code;
  }
}

/** A full disk has an answer (the ballast); any other failed call may mean lost pages and has none. */
export function stopReasonOf(error: unknown): JournalFailure {
  if (error instanceof JournalFailure) return error;
  const code = (error as { code?: unknown } | null)?.code;
  const detail = error instanceof Error ? error.message : String(error);
  return new JournalFailure(code === "ENOSPC" || code === "EDQUOT" ? "DISK_FULL" : "SINK_IO", detail);
}
