/** What stands in the log of advice beside the recommendations themselves: what came of it, and what it was learned from. */

/** What a proven model expects, and how much of an entry that leaves: advice makes none, and none larger. */
export interface EntryAdvice {
  readonly p_up: number;
  readonly model_id: string;
  /** Whole percents, from 0 to 100. */
  readonly size_pct: number;
}

/** What has become of a training snapshot. */
export interface AiSnapshotNews {
  readonly what: "trained" | "activated" | "refused" | "rolled_back";
  /** Its number in `var/ai/snapshots`; null where it got none. */
  readonly n: number | null;
  /** null: no snapshot is active any more. */
  readonly model_sha256: string | null;
  readonly dataset_sha256: string | null;
}
