import type { Files } from "../core/ports.ts";
import { redact } from "../core/secrets.ts";
import { writeArtefact } from "./atomic_file.ts";

/** The latch of `var`: while it is there no night starts. Any content counts, an empty file too. */
export interface StopNotice {
  readonly run_id: string;
  readonly ts: number;
  readonly component: string;
  readonly reason_code: string;
  readonly detail: string;
}

const QUOTE_CHARACTERS_MAX = 4096;
const READ_BYTES_MAX = 65_536;

/** The latch's text, redacted and cut; null where there is none. */
export function readLatch(files: Files, varFolder: string): string | null {
  const path = `${varFolder}/STOP.flag`;
  if (!files.exists(path)) return null;
  // Redacted before it is cut, else half a secret at the cut would look like none.
  return redact(new TextDecoder().decode(files.read(path).subarray(0, READ_BYTES_MAX))).slice(
    0,
    QUOTE_CHARACTERS_MAX,
  );
}

/** Sets the latch unless somebody has set it before: their words are not overwritten. */
export function setLatch(files: Files, varFolder: string, notice: StopNotice): void {
  if (files.exists(`${varFolder}/STOP.flag`)) return;
  writeArtefact(files, `${varFolder}/STOP.flag`, { schema: "nore/stop_flag", v: 1, ...notice });
}

/** The run's own artefact, which quotes the latch. */
export function writeStopCopy(
  files: Files,
  runFolder: string,
  notice: StopNotice,
  latch: string | null,
): void {
  writeArtefact(files, `${runFolder}/STOP.flag`, { schema: "nore/stop_flag", v: 1, ...notice, latch });
}
