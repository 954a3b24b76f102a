import { existsSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { asyncScheduler, defer, exhaustMap, filter, interval, type Observable } from "rxjs";
import type { Config } from "../core/config.ts";
import { EXIT } from "../core/exit_codes.ts";
import type { AnyDraft, Draft } from "../core/event.ts";
import type { Clock, Files, PolicyGate } from "../core/ports.ts";
import { realFiles } from "../edge/real_files.ts";
import { reloadedDraft } from "../night/policy_reloads.ts";
import { judgeAct } from "../policy/acts.ts";
import { WRITE_VERBS } from "../policy/files_guard.ts";
import { digestsOf, type PolicyFiles } from "../policy/policy_files.ts";
import type { SwitchingGate } from "../policy/switching_gate.ts";
import { writeAtomic } from "../sinks/atomic_file.ts";
import { keepPolicy } from "../sinks/run_folder.ts";
import { readBeat } from "./beat.ts";
import type { CommandInput, Terminal } from "./command.ts";
import { placesOf } from "./guarded_acts.ts";
import { loadRules } from "./load_rules.ts";
import { loadSettings } from "./load_settings.ts";
import { judgeStart } from "./start_proofs.ts";

/**
 * Another policy for a night that runs. Who asks leaves a flag in `var`; the night reads what its configuration names,
 * keeps it in the run, and lets it decide from the event on that says so. What does not fit is not taken.
 */
/** `policy reload`: whether it would be taken is said here already. */
export function askForReload(input: CommandInput, terminal: Terminal): number {
  const config = loadSettings(input);
  const { policy } = loadRules(config);
  const varFolder = resolve(config.queues.base_dir);
  if (readBeat(varFolder)?.isFresh !== true) {
    terminal.say(`No night runs in ${varFolder}: choose its folder with --var`);
    return EXIT.failure;
  }
  writeAtomic(realFiles, flagIn(varFolder), "");
  terminal.print(
    `A night that runs in ${varFolder} reads its policy again, ${shown(policy)} as it lies there now`,
  );
  return EXIT.ok;
}

export interface ReloadSetting {
  readonly config: Config;
  readonly varFolder: string;
  readonly runFolder: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly gate: SwitchingGate;
  /** From when on the night has lived. */
  readonly livedSinceTs: number;
  readonly terminal: Pick<Terminal, "say">;
}

/** Inputs of the log: that another policy decides, or that the one that was asked for cannot. */
export function policyReloads(setting: ReloadSetting): Observable<AnyDraft> {
  const flag = flagIn(setting.varFolder);
  return defer(() => {
    removeFlag(flag); // meant for a night that was
    return interval(setting.config.watchdog.stop_poll_ms, asyncScheduler);
  }).pipe(
    filter(() => existsSync(flag)),
    exhaustMap(() => takeReload(setting)),
    filter((draft) => draft !== null),
  );
}

/** Null where the policy that was asked for decides already. */
export async function takeReload(setting: ReloadSetting): Promise<AnyDraft | null> {
  const { config, varFolder, runFolder, files, clock, gate, terminal } = setting;
  removeFlag(flagIn(varFolder));
  try {
    const { policy, policyData, openGate } = loadRules(config);
    const digests = digestsOf(policy);
    const before = gate.inForce;
    if (isDeepStrictEqual(digests, before)) {
      terminal.say(`Policy ${shown(policy)} decides already`);
      return null;
    }
    keepPolicy(files, runFolder, { wasm: policy.wasm, data: policyData });
    const next = await openGate();
    requireRoom(next, config);
    gate.add(digests, next);
    terminal.say(`Policy ${shown(policy)} decides from here on`);
    return reloadedDraft({ policy: digests, policyReads: policy.reads }, before, clock.now());
  } catch (error) {
    const detail = `the policy was not read again, the one before it decides: ${(error as Error).message}`;
    terminal.say(detail);
    return degraded(detail, clock.now(), setting.livedSinceTs);
  }
}

/** A policy under which this night could not go on would end it in the middle of a write. */
function requireRoom(gate: PolicyGate, config: Config): void {
  const writes = WRITE_VERBS.flatMap((verb) =>
    Object.keys(placesOf(config, "")).map((place) => judgeAct(gate, "write", { verb, place }))
  );
  const denial = [judgeStart(config, gate), ...writes].find((one) => one !== null);
  if (denial === undefined) return;
  throw new Error(`it does not let this night go on: ${denial!.codes.join(", ")}`);
}

/** Whatever stands there under its name. */
function removeFlag(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

const flagIn = (varFolder: string): string => `${varFolder}/RELOAD.flag`;

function shown({ policySha256, policyDataSha256 }: PolicyFiles): string {
  return `${policySha256.slice(0, 16)}… (data ${policyDataSha256.slice(0, 16)}…)`;
}

function degraded(detail: string, ts: number, livedSinceTs: number): Draft<"health"> {
  const uptime_s = Math.max(0, ts - livedSinceTs) / 1000;
  const payload = { role: "watchdog_role", state: "DEGRADED", uptime_s, origin: "input", detail } as const;
  return { type: "health", source: "watchdog_role", ts, cause: null, payload };
}
