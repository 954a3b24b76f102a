import { basename } from "node:path";
import { EXIT } from "../core/exit_codes.ts";
import { LockHeldError, takeVarLock } from "../edge/var_lock.ts";
import { recoverRun, recoverViews } from "../night/recover_run.ts";
import type { Verification } from "../verify/verify_run.ts";
import type { RunPlace } from "./assess_run.ts";
import { type Command, onlyOperand, type Terminal } from "./command.ts";
import {
  assess,
  basisOf,
  placeOf,
  refuseDamaged,
  reopenOptions,
  showProblems,
  signerOf,
} from "./cut_short_run.ts";

/** Ends a run whose process ended without an end, so that it verifies as complete; touches no other. */
export const recover: Command = {
  name: "recover",
  summary:
    "Ends a run whose process was killed: puts aside what was torn, says why it stopped, anchors, reports.",
  operands: "RUN",
  options: {
    var: { value: "DIR", help: "where RUN is looked up when it is an id or `latest` (default: var)" },
  },
  examples: ["recover latest", "recover 20261121_220000 --var /srv/nore/var"],
  async run(input, terminal) {
    const place = placeOf(onlyOperand(recover, input), input.option("var"));
    try {
      const lock = await takeVarLock(place.varFolder);
      try {
        return await recoverIn(terminal, place);
      } finally {
        lock.release();
      }
    } catch (error) {
      if (!(error instanceof LockHeldError)) throw error;
      terminal.say(`${error.message}: a run is ended by its own night while that lives`);
      return EXIT.lockHeld;
    }
  },
};

async function recoverIn(terminal: Terminal, place: RunPlace): Promise<number> {
  const { runFolder } = place;
  const { need, verification } = assess(terminal, place);
  if (need === "damaged") return refuseDamaged(terminal, verification);
  if (need === "nothing") {
    terminal.print(`${basename(runFolder)} is complete: there is nothing to recover`);
    return EXIT.ok;
  }
  const basis = basisOf(place);
  const signer = signerOf(basis, place);
  if (typeof signer === "string") {
    terminal.say(`${signer}; nothing was written`);
    return EXIT.integrity;
  }
  const options = await reopenOptions(terminal, place, { basis, signer });
  if (need === "views") await recoverViews(options);
  else {
    const { stop, problems } = await recoverRun(options);
    for (const problem of problems) terminal.say(`Could not be written: ${problem}`);
    const how = stop === null ? "in order" : `${stop.reason_code} (${stop.component}): ${stop.detail}`;
    terminal.print(`${basename(runFolder)} has ended: ${how}`);
  }
  const after = assess(terminal, place);
  if (after.need !== "nothing") return tellUnfinished(terminal, runFolder, after.verification);
  const { events, anchors, head } = after.verification;
  terminal.print(`Verified: ${events} events, ${anchors} anchors, head ${head}`);
  return EXIT.ok;
}

/** The disk failed this time, too. The next attempt goes on from here. */
function tellUnfinished(terminal: Terminal, runFolder: string, verification: Verification): number {
  showProblems(terminal, verification);
  terminal.say(`${basename(runFolder)} is still not complete: recover it again when the cause is gone`);
  return EXIT.failure;
}
