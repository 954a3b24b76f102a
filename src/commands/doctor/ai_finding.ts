import { commandFor, findBoundary, type FoundBoundary } from "../../edge/ai_boundary.ts";
import { aiProcess } from "../../edge/ai_process.ts";
import { makeFolders, missingFolders, removeIfEmpty } from "../../edge/make_folders.ts";
import { type BoundaryProbe, probeBoundary } from "../../edge/probe_boundary.ts";
import { isDenied, leaksOf } from "../../streams/ai/probe_promises.ts";
import { fail, type Finding, pass, warn } from "./finding.ts";

/** What would shut the AI process in on this machine, and whether it keeps what it promises: found out by trying. */
export interface AiFacts {
  readonly found: FoundBoundary;
  /** null where there is no boundary to be tried. */
  readonly probe: BoundaryProbe | null;
}

/** What is tried lies in `folder` for as long as that takes; a folder that was not there is taken away again. */
export async function readAiFacts(memoryMbMax: number, folder: string): Promise<AiFacts> {
  const found = await findBoundary();
  if (found.boundary === null) return { found, probe: null };
  const process = aiProcess(commandFor(found.boundary, memoryMbMax));
  const missing = missingFolders(folder);
  try {
    makeFolders(folder);
    return { found, probe: await probeBoundary(process, { parent: folder }) };
  } catch {
    return { found, probe: await probeBoundary(process) }; // where the system has such things
  } finally {
    missing.forEach(removeIfEmpty);
  }
}

const ID = "ai_boundary";

/** `isRequired`: a night without a boundary is refused. */
export function aiFinding({ found, probe }: AiFacts, isRequired: boolean): Finding {
  const { boundary, missed, todo } = found;
  if (boundary === null || probe === null) {
    const what = `none, so the AI stays off (${missed.join("; ")})`;
    return (isRequired ? fail : warn)(ID, what, todo ?? "see docs/ai.md");
  }
  const name = `${boundary.name} (${boundary.detail})`;
  const leaks = leaksOf(boundary.name, probe.attempts, probe.arrived);
  if (probe.problem !== null || leaks.length > 0) {
    const what = probe.problem === null ? leaks.join("; ") : `cannot be proven: ${probe.problem}`;
    return fail(
      ID,
      `${name}: ${what}`,
      todo ?? "a night with AI is refused; set ai.boundary: off until this is mended",
    );
  }
  const results = probe.attempts.map(({ name: attempt, succeeded }) =>
    `${attempt} ${succeeded ? "worked" : "denied"}${
      isDenied(boundary.name, attempt) ? "" : " (not promised)"
    }`
  );
  const what = `${name}: ${[...results, ...probe.notes].join(", ")}`;
  return todo === null ? pass(ID, what) : warn(ID, what, `for a better one: ${todo}`);
}
