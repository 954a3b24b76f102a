import { basename, dirname } from "node:path";
import { EXIT } from "../core/exit_codes.ts";
import { redact } from "../core/secrets.ts";
import { codeVersion } from "../edge/code_version.ts";
import { packageRoot } from "../edge/package_files.ts";
import { realFiles } from "../edge/real_files.ts";
import { type Replay, replayRun } from "../night/replay_run.ts";
import { openRunGate, openRunRoles, type RunBasis } from "../night/run_basis.ts";
import type { Verification } from "../verify/verify_run.ts";
import type { RunPlace } from "./assess_run.ts";
import { type Command, onlyOperand, type Terminal } from "./command.ts";
import { assess, basisOf } from "./cut_short_run.ts";
import { explainDifference } from "./explain_difference.ts";
import { paint } from "./paint.ts";
import { shownProblems } from "./shown_problems.ts";
import { runFolderOf } from "./verify.ts";
import { experiment, isExperiment, WHAT_IF_OPTIONS } from "./what_if.ts";

/** Has the core decide everything of a run again, from its inputs alone. Takes no lock, writes nothing. */
export const replay: Command = {
  name: "replay",
  summary: "Replays a run from its inputs alone: every decision must come out again, byte for byte.",
  operands: "RUN",
  options: {
    var: { value: "DIR", help: "where RUN is looked up when it is an id or `latest` (default: var)" },
    json: { value: null, help: "print the result as JSON" },
    ...WHAT_IF_OPTIONS,
  },
  examples: [
    "replay latest",
    "replay var/runs/20261121_220000 --json",
    "replay latest --until 2h --set risk.order_fraction=0.05",
  ],
  async run(input, terminal) {
    const runFolder = runFolderOf(onlyOperand(replay, input), input.option("var") ?? "var");
    const place = { runFolder, varFolder: dirname(dirname(runFolder)) };
    const { verification } = assess(terminal, place, "last");
    if (verification.ok && isExperiment(input)) {
      return await experiment(input, terminal, { runFolder, basis: basisOf(place) });
    }
    const result = verification.ok
      ? await replayVerified(terminal, place, verification)
      : refused(verification, damageOf(verification));
    if (input.has("json")) terminal.print(JSON.stringify(result));
    else tell(terminal, basename(runFolder), result);
    return result.ok ? EXIT.ok : EXIT.integrity;
  },
};

interface Result extends Replay {
  readonly ok: boolean;
  readonly complete: boolean;
  readonly run_id: string | null;
  /** Why there is no replay at all. */
  readonly refusal: readonly string[] | null;
  readonly notes: readonly string[];
}

async function replayVerified(
  terminal: Terminal,
  place: RunPlace,
  verification: Verification,
): Promise<Result> {
  const { complete, run_id } = verification;
  const { runFolder } = place;
  const basis = basisOf(place);
  const { startFacts } = basis;
  // Not damage, but nothing is proven either: what cannot be replayed must not pass for what was.
  if (typeof startFacts === "string") return refused(verification, [`It cannot be replayed: ${startFacts}`]);
  const found = await replayRun({
    files: realFiles,
    runFolder,
    basis,
    gate: await openRunGate(realFiles, runFolder, basis),
    roles: openRunRoles(basis, startFacts),
    isComplete: complete,
    onProgress: (events) => terminal.status(`${events} of ${verification.events} events replayed`),
  });
  terminal.status("");
  const ok = found.difference === null;
  return { ok, complete, run_id, refusal: null, ...found, notes: notesOf(found, basis) };
}

function refused({ complete, run_id }: Verification, refusal: readonly string[]): Result {
  const nothing = { difference: null, events: 0, inputs: 0, cutEvents: 0, failure: null };
  return { ok: false, complete, run_id, refusal, ...nothing, notes: [] };
}

function damageOf({ findings }: Verification): readonly string[] {
  return [
    ...shownProblems(findings),
    `It is damaged, so it is not replayed: verify finds ${findings.count} problems`,
  ];
}

function notesOf({ difference, cutEvents, failure }: Replay, { manifest }: RunBasis): readonly string[] {
  const notes: string[] = [];
  if (cutEvents > 0) notes.push(`the last turn is cut: ${cutEvents} events of it are there, and as replayed`);
  if (failure !== null) notes.push(`where the log ends the core fails: ${redact(failure)}`);
  if (difference === null) return notes;
  const recordedBy = manifest.code_version.source_sha256;
  const replayedBy = codeVersion(packageRoot).source_sha256;
  if (recordedBy !== replayedBy) {
    notes.push(`it was recorded by another program: source ${recordedBy}, this one is ${replayedBy}`);
  }
  return notes;
}

function tell(terminal: Terminal, run: string, result: Result): void {
  const { difference, refusal, events, inputs } = result;
  for (const line of [...refusal ?? [], ...difference === null ? [] : explainDifference(difference)]) {
    terminal.print(line);
  }
  for (const note of result.notes) terminal.print(`note: ${note}`);
  const size = `${events} events from ${inputs} inputs`;
  const verdict = (text: string, color: "green" | "yellow" | "red") => paint(text, color, terminal.hasColor);
  if (refusal !== null) terminal.print(`${verdict("NOT REPLAYED", "red")} ${run}`);
  else if (!result.ok) terminal.print(`${verdict("DIFFERS", "red")} ${run}: the same are ${size}`);
  else if (!result.complete) {
    const word = verdict("REPLAYED AS FAR AS IT GOES", "yellow");
    terminal.print(`${word} ${run}: the run was cut short; ${size}, 0 differences`);
  } else {
    terminal.print(`${verdict("REPLAYED", "green")} ${run}: ${size}, portfolio and report, 0 differences`);
  }
}
