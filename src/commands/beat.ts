import { realFiles } from "../edge/real_files.ts";
import { openArtefact } from "../core/journal_line.ts";

/** The last sign of life of a night in `var`, as it leaves it in current.json. */
export interface Beat {
  readonly current: Readonly<Record<string, unknown>>;
  readonly ageMs: number;
  /** A night that runs beats ten times as often. */
  readonly isFresh: boolean;
}

const BEAT_LATE_MS = 10_000;

/** null where no night has run. */
export function readBeat(varFolder: string, nowTs: number = Date.now()): Beat | null {
  const path = `${varFolder}/current.json`;
  if (!realFiles.exists(path)) return null;
  const current = openArtefact(new TextDecoder().decode(realFiles.read(path)));
  const ageMs = nowTs - Number(current["beat_ts"]);
  return { current, ageMs, isFresh: ageMs < BEAT_LATE_MS };
}
