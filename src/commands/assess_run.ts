import { basename } from "node:path";
import type { Config } from "../core/config.ts";
import type { Files } from "../core/ports.ts";
import { verifierOf } from "../edge/ed25519_signer.ts";
import { openContracts } from "../night/open_run.ts";
import { isPrefix, mirrorFolder } from "../sinks/anchor_mirror.ts";
import type { Problem } from "../verify/findings.ts";
import type { Signatures } from "../verify/verify_anchors.ts";
import { type Verification, verifyRun } from "../verify/verify_run.ts";

/** What a run needs to be complete: a crash leaves it short of something, and what anybody else has done to it is damage. */
export type Need = "nothing" | "views" | "end" | "damaged";

export interface RunPlace {
  readonly varFolder: string;
  readonly runFolder: string;
}

/** Lines that no anchor counts: what a crash tears off them is no proof of anything. */
const FOR_THE_EYE = ["metrics.jsonl", "log.jsonl"];
/** Written behind the final anchor, from what the log says, the report last: a crash may have kept any of them. */
const VIEWS = ["report.json", "metrics.json", "portfolio.json", "STOP.flag", ...FOR_THE_EYE];

export function assessRun(
  files: Files,
  place: RunPlace,
  onProgress: (events: number) => void,
  signatures: Signatures = "all",
): { readonly need: Need; readonly verification: Verification } {
  const { runFolder } = place;
  const hasReport = files.exists(`${runFolder}/report.json`);
  const verification = verifyRun({
    files,
    runFolder,
    mirror: mirrorOf(files, place, hasReport),
    publicKey: null,
    openContracts,
    verifierOf,
    signatures,
    onProgress,
  });
  const { ok, complete, findings } = verification;
  const isView = ({ file }: Problem) => VIEWS.includes(file);
  const isTorn = ({ file, reason }: Problem) => FOR_THE_EYE.includes(file) && reason.includes("cut off");
  const needOf = (): Need => {
    if (!complete) return ok ? "end" : "damaged";
    if (!findings.problems.every(hasReport ? isTorn : isView)) return "damaged";
    return ok && hasReport && files.exists(`${runFolder}/report.html`) ? "nothing" : "views";
  };
  return { need: needOf(), verification };
}

/** Before the report a crash may have kept anchors from the mirror: then it is judged as it will be completed. */
function mirrorOf(files: Files, { varFolder, runFolder }: RunPlace, hasReport: boolean): Uint8Array | null {
  let config: Config;
  try {
    config = JSON.parse(new TextDecoder().decode(files.read(`${runFolder}/config.json`))) as Config;
  } catch {
    return null; // a configuration that cannot be read is a finding of its own
  }
  const folder = mirrorFolder(config.audit.anchor_mirror, varFolder);
  const path = `${folder}/${basename(runFolder)}.anchors.jsonl`;
  if (folder === null || !files.exists(path)) return null;
  const mirror = files.read(path);
  const own = `${runFolder}/audit/anchors.jsonl`;
  if (hasReport || !files.exists(own)) return mirror;
  const anchors = files.read(own);
  const whole = anchors.subarray(0, anchors.lastIndexOf(10) + 1);
  return isPrefix(mirror, whole) ? whole : mirror;
}
