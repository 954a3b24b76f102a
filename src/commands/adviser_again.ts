import type { AiRow } from "../core/ai_mail.ts";
import type { Files, PolicyGate } from "../core/ports.ts";
import type { RunBasis } from "../night/run_basis.ts";
import type { RunPast } from "../night/run_past.ts";
import { aiFilePath } from "../sinks/run_folder.ts";
import { type Adviser, GIVEN_UP, NO_ADVISER, openAdviser } from "./adviser.ts";
import type { RunPlace } from "./assess_run.ts";

/**
 * The adviser of a run that goes on: the run's own program learns on from what its packs have told. Where none ran the
 * run has no room for one, and one that was given up stays so.
 */
export async function adviserAgain(
  { varFolder, runFolder }: RunPlace,
  { basis: { config, manifest }, gate, files, past }: {
    readonly basis: RunBasis;
    readonly gate: PolicyGate;
    readonly files: Files;
    readonly past: Pick<RunPast, "packs" | "isAiOff">;
  },
  open: typeof openAdviser = openAdviser,
): Promise<Adviser> {
  const { ai = null } = manifest;
  if (ai === null) return NO_ADVISER;
  if (past.isAiOff) return GIVEN_UP;
  const rows = past.packs.flatMap(({ content_sha256 }) => {
    const text = new TextDecoder().decode(files.read(`${runFolder}/${aiFilePath("pack", content_sha256)}`));
    return JSON.parse(text) as readonly AiRow[];
  });
  const programPath = `${runFolder}/${aiFilePath("worker", ai.worker_sha256)}`;
  return await open(config, { gate, files, varFolder, rows, programPath });
}
