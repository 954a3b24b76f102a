import { basename } from "node:path";
import { diskText } from "../core/disk_estimate.ts";
import { EXIT } from "../core/exit_codes.ts";
import { proveHashes } from "../core/sha256.ts";
import { readCommandLine } from "../edge/command_line.ts";
import { realFiles } from "../edge/real_files.ts";
import { LockHeldError, takeVarLock } from "../edge/var_lock.ts";
import { readStopCopy } from "../night/recovery_inputs.ts";
import { readResumable, type RefusedRun, type ResumableRun, resumeRun } from "../night/resume_run.ts";
import type { RunBasis } from "../night/run_basis.ts";
import { type Adviser, openAdviser } from "./adviser.ts";
import { adviserAgain } from "./adviser_again.ts";
import { askVenue, unaskedVenue } from "./ask_venue.ts";
import type { RunPlace } from "./assess_run.ts";
import { type CommandInput, type OptionSpec, type Terminal, UsageError } from "./command.ts";
import { assess, basisOf, placeOf, refuseDamaged, reopenOptions, signerOf } from "./cut_short_run.ts";
import { guardActs, placesOf } from "./guarded_acts.ts";
import { planResumed, refuseOtherTime } from "./night_plan.ts";
import { bannerOf, resumedLine } from "./night_text.ts";
import { nightToEnd, openOrSay } from "./night_to_end.ts";
import { volumeOf } from "./one_night.ts";
import { findDiskProblem, findStartProblem } from "./start_proofs.ts";
import { tellLatch } from "./tell_latch.ts";

/** `--resume`: goes on with a run whose process was killed. Whatever speaks against it is said before anything is written. */
export const RESUME_OPTION: Readonly<Record<string, OptionSpec>> = {
  resume: {
    value: "RUN",
    help: "go on with a run whose process was killed: its run_id or `latest`; all settings are its own",
  },
};

/** What a run was begun with. */
const THE_RUNS_OWN = ["config", "set", "source", "symbols", "duration", "seed", "start", "run-id"];

export async function resumeNight(
  input: CommandInput,
  terminal: Terminal,
  open: typeof openAdviser = openAdviser,
): Promise<number> {
  const given = THE_RUNS_OWN.find((name) => input.has(name));
  if (given !== undefined) {
    throw new UsageError(`--${given} is the run's own, it cannot be given with --resume`);
  }
  const place = placeOf(input.option("resume")!, input.option("var"));
  try {
    const lock = await takeVarLock(place.varFolder);
    try {
      if (tellLatch(terminal, place.varFolder)) return EXIT.stopped;
      return await resumeIn(input, terminal, { place, open });
    } finally {
      lock.release();
    }
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw error;
    terminal.say(`${error.message}: it needs no other; see it with: ${terminal.invocation} status`);
    return EXIT.lockHeld;
  }
}

async function resumeIn(
  input: CommandInput,
  terminal: Terminal,
  { place, open }: { readonly place: RunPlace; readonly open: typeof openAdviser },
): Promise<number> {
  const { need, verification } = assess(terminal, place);
  if (need === "damaged") return refuseDamaged(terminal, verification);
  const basis = basisOf(place);
  if (need !== "end") {
    const stop = readStopCopy({ ...place, files: realFiles, manifest: basis.manifest });
    const why = stop === null ? "its log has come to its end" : `${stop.reason_code}: ${stop.detail}`;
    return tellRefused(terminal, place, { kind: stop === null ? "over" : "stopped", why });
  }
  refuseOtherTime(input, basis.config);
  const signer = signerOf(basis, place);
  if (typeof signer === "string") {
    terminal.say(`${signer}; nothing was written`);
    return EXIT.integrity;
  }
  const options = await reopenOptions(terminal, place, { basis, signer });
  const onProgress = (events: number) => terminal.status(`${events} events folded again`);
  const found = await readResumable({ ...options, basis, onProgress });
  terminal.status("");
  if (found.kind !== "resumable") return tellRefused(terminal, place, found);
  return await goOn(input, terminal, { place, basis, options, found, open });
}

/** Only `recover` helps these, where anything does. */
function tellRefused(terminal: Terminal, { runFolder }: RunPlace, { kind, why }: RefusedRun): number {
  const run = basename(runFolder);
  const recover = `${terminal.invocation} recover ${run}`;
  switch (kind) {
    case "over":
      terminal.print(`${run} has ended, there is nothing to resume: ${why}`);
      return EXIT.ok;
    case "stopped":
      terminal.say(`${run} was stopped, there is nothing to resume: ${why}`);
      terminal.say(`If it is not complete: ${recover}`);
      return EXIT.stopped;
    case "unproven":
      terminal.say(`${run} cannot be resumed: ${why}; nothing was written`);
      terminal.say(`It can be ended: ${recover}`);
      return EXIT.integrity;
  }
}

async function goOn(
  input: CommandInput,
  terminal: Terminal,
  { place, basis, options, found, open }: {
    readonly place: RunPlace;
    readonly basis: RunBasis;
    readonly options: Awaited<ReturnType<typeof reopenOptions>>;
    readonly found: ResumableRun;
    readonly open: typeof openAdviser;
  },
): Promise<number> {
  const { config, manifest, startFacts } = basis;
  const { varFolder, runFolder } = place;
  const { run_id: runId, started_ts: startedTs, venue, prices, source, seed, cmdline } = manifest;
  const { position } = found.rebuilt;
  const plan = planResumed(input, { runId, startedTs, cmdline }, position.ts);
  const leftMs = Math.max(1, startedTs + config.duration_ms - plan.pace.clock.now());
  const { gate } = options;
  const acts = guardActs(gate, placesOf(config, varFolder));
  const commandLine = readCommandLine();
  proveHashes();
  const startProblem = findStartProblem(config, { commandLine, gate });
  const facts = startProblem === null
    ? await askVenue(config, acts.network.get)
    : unaskedVenue(config, startProblem);
  const volume = volumeOf(config, facts, config.duration_ms === 0 ? 0 : leftMs);
  const freeBytes = realFiles.freeBytes(varFolder);
  const past = found.rebuilt.past;
  const adviser = await adviserAgain(place, { basis, gate, files: acts.files, past }, open);
  try {
    return await goOnWith(adviser);
  } finally {
    adviser.close(); // a process that lives would keep this one alive, too
  }

  async function goOnWith(adviser: Adviser): Promise<number> {
    const problem = facts.problem ?? adviser.problem ??
      findDiskProblem(volume, { freeBytes, keepFreeBytes: config.logging.disk_free_bytes_min });
    if (problem !== null) {
      terminal.say(`${runId} cannot be resumed now, ${problem.reason_code}: ${problem.detail}`);
      return EXIT.stopped;
    }
    if (typeof startFacts === "string") throw new Error(startFacts); // the replay has had them
    const { isDurable, pace: { clock } } = plan;
    const resumed = await openOrSay(
      terminal,
      runId,
      () =>
        resumeRun({ ...options, files: acts.files, clock }, found, {
          isDurable,
          startFacts,
          cmdlineHash: commandLine.hash,
        }),
    );
    if (resumed === null) return EXIT.failure;
    const identity = { runId, startedTs, venue, prices, source, seed };
    for (const line of bannerOf(identity, { config, runFolder, isDurable })) terminal.say(line);
    terminal.say(resumedLine(found.rebuilt, clock.now()));
    terminal.say(`  disk     ${diskText(volume, freeBytes)}`);
    terminal.say(`  adviser  ${adviser.text}`);
    const setting = { config, seed, plan, varFolder, acts, adviser, isJson: input.has("json") };
    return await nightToEnd(terminal, setting, { ...resumed, identity, startProblem: null, runFolder });
  }
}
