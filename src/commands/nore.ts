import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { EXIT } from "../core/exit_codes.ts";
import { readCommandLine } from "../edge/command_line.ts";
import { LockHeldError, takeVarLock } from "../edge/var_lock.ts";
import { digestsOf } from "../policy/policy_files.ts";
import { switchingGate } from "../policy/switching_gate.ts";
import { NO_ADVISER, openAdviser } from "./adviser.ts";
import { askVenue, unaskedVenue } from "./ask_venue.ts";
import { type Command, type CommandInput, type Terminal, UsageError } from "./command.ts";
import { guardActs, placesOf } from "./guarded_acts.ts";
import { loadRules } from "./load_rules.ts";
import { loadSettings, SETTING_OPTIONS } from "./load_settings.ts";
import { freePlan, PLAN_OPTIONS, planNight, refuseOtherTime, seedOf } from "./night_plan.ts";
import { oneNight } from "./one_night.ts";
import { replay } from "./replay.ts";
import { RESUME_OPTION, resumeNight } from "./resume_night.ts";
import { findStartProblem } from "./start_proofs.ts";
import { tellLatch } from "./tell_latch.ts";

/** The night itself: all that can be wrong with its settings is said before anything is made on disk. */
export const nore: Command = {
  name: "",
  summary: "Runs a night of paper trading and leaves a journal that anyone can verify.",
  operands: "--mode nore",
  options: {
    mode: { value: "nore", help: "the mode; nore is paper trading" },
    ...SETTING_OPTIONS,
    ...PLAN_OPTIONS,
    ...RESUME_OPTION,
    json: { value: null, help: "print the report as JSON at the end" },
  },
  examples: [
    "--mode nore --duration 60s --seed 7",
    "--mode nore --speed max --duration 7h --seed 7 --start 2026-11-21T22:00:00Z",
    "--mode nore --symbols BTCUSDT,SOLUSDT --set risk.drawdown.limit=0.02",
    "--mode nore --resume latest",
    "--mode nore --source replay:latest",
  ],
  run: (input, terminal) => noreNight(input, terminal),
};

/** `open`: who has another adviser than a night has. */
export async function noreNight(
  input: CommandInput,
  terminal: Terminal,
  open: typeof openAdviser = openAdviser,
): Promise<number> {
  if (input.option("mode") !== "nore") {
    throw new UsageError(`Expected --mode nore, got ${JSON.stringify(input.option("mode") ?? null)}`);
  }
  if (input.operands.length > 0) {
    throw new UsageError(`Unknown command ${JSON.stringify(input.operands[0])}`);
  }
  if (input.has("resume")) return await resumeNight(input, terminal, open);
  const recorded = /^replay:(.+)$/.exec(input.option("source") ?? "")?.[1];
  if (recorded !== undefined) return await replayRecorded(recorded, input, terminal);
  const config = loadSettings(input);
  const rules = loadRules(config);
  const seed = seedOf(input, () => randomBytes(4).readUInt32BE());
  planNight(input, Date.now());
  refuseOtherTime(input, config);
  const varFolder = resolve(config.queues.base_dir);
  const gate = switchingGate(digestsOf(rules.policy), await rules.openGate());
  const acts = guardActs(gate, placesOf(config, varFolder));
  const commandLine = readCommandLine();
  const problem = findStartProblem(config, { commandLine, gate });
  const venue = problem === null ? await askVenue(config, acts.network.get) : unaskedVenue(config, problem);
  try {
    const lock = await takeVarLock(varFolder);
    try {
      if (tellLatch(terminal, varFolder)) return EXIT.stopped;
      const plan = await freePlan(input, varFolder);
      const isJson = input.has("json");
      const { files } = acts;
      const adviser = venue.problem === null ? await open(config, { gate, files, varFolder }) : NO_ADVISER;
      const setting = { config, venue, rules, gate, acts, commandLine, seed, plan, varFolder, isJson };
      try {
        return await oneNight(terminal, { ...setting, adviser });
      } finally {
        adviser.close();
      }
    } finally {
      lock.release();
    }
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw error;
    terminal.say(`${error.message}: one night at a time; see it with: ${terminal.invocation} status`);
    return EXIT.lockHeld;
  }
}

/** `--source replay:RUN` is the command `replay RUN`: what a run was begun with is its own. */
function replayRecorded(run: string, input: CommandInput, terminal: Terminal): Promise<number> {
  const given = Object.keys(nore.options).find((name) =>
    input.has(name) && !["mode", "source", "var", "set", "json"].includes(name)
  );
  if (given === undefined) return replay.run({ ...input, operands: [run] }, terminal);
  throw new UsageError(`--${given} is the run's own, it cannot be given with --source replay:${run}`);
}
