import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { type Config, effectiveConfigText } from "../core/config.ts";
import type { Contracts } from "../core/contracts.ts";
import { EXIT } from "../core/exit_codes.ts";
import type { RunIdentity } from "../core/run_identity.ts";
import { redact } from "../core/secrets.ts";
import { proveHashes } from "../core/sha256.ts";
import { codeVersion } from "../edge/code_version.ts";
import { readCommandLine } from "../edge/command_line.ts";
import { openSigner } from "../edge/ed25519_signer.ts";
import { readEnvironment } from "../edge/environment.ts";
import { operatorCommands } from "../edge/operator_commands.ts";
import { packageRoot, readContractFiles } from "../edge/package_files.ts";
import { realFiles } from "../edge/real_files.ts";
import { runtimeFacts } from "../edge/runtime_facts.ts";
import { LockHeldError, takeVarLock } from "../edge/var_lock.ts";
import { type ClosedRun, closeRun } from "../night/close_run.ts";
import { openContracts, openRun } from "../night/open_run.ts";
import { runNight, type StartProblem } from "../night/run_night.ts";
import { readPolicyFiles } from "../policy/policy_files.ts";
import { checkSecrets } from "../policy/secrets_guard.ts";
import { writeArtefact } from "../sinks/atomic_file.ts";
import { OperationLog } from "../sinks/operation_log.ts";
import { readLatch } from "../sinks/stop_flag.ts";
import { embeddedAgenda } from "../streams/sources/embedded/embedded_agenda.ts";
import { embeddedMarket } from "../streams/sources/embedded/embedded_market.ts";
import { type Command, type CommandInput, type Terminal, UsageError } from "./command.ts";
import { loadSettings, SETTING_OPTIONS, symbolRulesOf } from "./load_settings.ts";
import { type NightPlan, PLAN_OPTIONS, planNight, seedOf } from "./night_plan.ts";
import { bannerOf, statusLine, summaryOf } from "./night_text.ts";

/** Runs a night: proves what must be proven, opens the run, shows it, closes it, says how it ended. */
export const nore: Command = {
  name: "",
  summary: "Runs a night of paper trading and leaves a journal that anyone can verify.",
  operands: "--mode nore",
  options: {
    mode: { value: "nore", help: "the mode; nore is paper trading" },
    ...SETTING_OPTIONS,
    ...PLAN_OPTIONS,
    json: { value: null, help: "print the report as JSON at the end" },
  },
  examples: [
    "--mode nore --duration 60s --seed 7",
    "--mode nore --speed max --duration 7h --seed 7 --start 2026-11-21T22:00:00Z",
    "--mode nore --symbols BTCUSDT,SOLUSDT --set risk.drawdown.limit=0.02",
  ],
  async run(input, terminal) {
    if (input.option("mode") !== "nore") {
      throw new UsageError(`Expected --mode nore, got ${JSON.stringify(input.option("mode") ?? null)}`);
    }
    if (input.operands.length > 0) {
      throw new UsageError(`Unknown command ${JSON.stringify(input.operands[0])}`);
    }
    const config = loadSettings(input);
    const symbols = symbolRulesOf(config);
    const seed = seedOf(input, () => randomBytes(4).readUInt32BE());
    planNight(input, Date.now());
    const varFolder = resolve(config.queues.base_dir);
    try {
      const lock = await takeVarLock(varFolder);
      try {
        return await nightInVar({ input, terminal, config, symbols, seed, varFolder });
      } finally {
        lock.release();
      }
    } catch (error) {
      if (!(error instanceof LockHeldError)) throw error;
      terminal.say(`${error.message}: one night at a time; see it with: ${terminal.invocation} status`);
      return EXIT.lockHeld;
    }
  },
};

interface NightSetting {
  readonly input: CommandInput;
  readonly terminal: Terminal;
  readonly config: Config;
  readonly symbols: ReturnType<typeof symbolRulesOf>;
  readonly seed: number;
  readonly varFolder: string;
}

async function nightInVar(setting: NightSetting): Promise<number> {
  const { input, terminal, config, symbols, varFolder } = setting;
  const files = realFiles;
  const latch = readLatch(files, varFolder);
  if (latch !== null) {
    terminal.say(`Refused: ${varFolder}/STOP.flag is set. It says: ${latch.trim() || "(nothing)"}`);
    terminal.say(`When its reason is understood: ${terminal.invocation} unlatch --reason "…"`);
    return EXIT.stopped;
  }
  proveHashes();
  const plan = await freePlan(input, varFolder);
  const runFolder = `${varFolder}/runs/${plan.runId}`;
  const commandLine = readCommandLine();
  const configText = effectiveConfigText(config);
  const startProblem = findStartProblem(commandLine, config, configText);
  const identity: RunIdentity = {
    runId: plan.runId,
    startedTs: plan.startedTs,
    seed: setting.seed,
    source: config.source,
    venue: config.source,
    prices: "invented",
    commandLine,
    codeVersion: { ...codeVersion(packageRoot) },
    runtime: runtimeFacts(),
  };

  const contractFiles = readContractFiles(`${packageRoot}/config`);
  const policyFolder = resolve(packageRoot, config.policy.directory);
  const policyData = withoutWhiteSpace(files.read(`${policyFolder}/data.json`));
  const policy = readPolicyFiles({
    wasm: files.read(`${policyFolder}/build/policy.wasm`),
    manifest: files.read(`${policyFolder}/build/manifest.json`),
    data: policyData,
  }, entrypointsOf(openContracts(contractFiles)));
  const run = await openRun({
    identity,
    config,
    configText: redact(configText),
    contractFiles,
    policy,
    policyData,
    symbols,
    files,
    clock: plan.pace.clock,
    signer: openSigner(files, config.audit.key_file ?? `${varFolder}/keys/anchor.pem`),
    varFolder,
    runFolder,
    isDurable: plan.isDurable,
    print: (line) => terminal.print(line.trimEnd()),
  });
  const log = new OperationLog(files, runFolder, config.logging.rotate_bytes);
  log.write(Date.now(), "info", `opened ${runFolder}`);
  bannerOf(identity, { config, runFolder, isDurable: plan.isDurable }).forEach((line) => terminal.say(line));

  const beat = () => {
    const current = { run_id: plan.runId, pid: process.pid, beat_ts: Date.now() };
    writeArtefact(files, `${varFolder}/current.json`, current);
  };
  beat();
  const timers = [setInterval(beat, BEAT_EVERY_MS), showStatus(terminal, setting, plan, run.tally)];
  const market = embeddedMarket({
    seed: setting.seed,
    symbols: config.symbols,
    startTs: plan.startedTs,
    ticksPerS: config.market.embedded.ticks_per_s,
  });
  const outcome = await runNight({
    ...run,
    identity,
    config,
    pace: plan.pace,
    marketAgenda: embeddedAgenda(market, {
      onUnusable: (message, detail, ts) =>
        run.journal.deadletter({
          ts,
          queue: "market_ticks",
          reason_code: "TICK_UNUSABLE",
          detail,
          raw: new TextEncoder().encode(JSON.stringify(message)),
        }),
    }),
    operator$: operatorCommands({
      clock: plan.pace.clock,
      readLatch: () => readLatch(files, varFolder),
      pollMs: config.watchdog.stop_poll_ms,
      onForcedEnd: (exitCode) => process.exit(exitCode),
    }),
    startProblem,
  });
  timers.forEach(clearInterval);
  const closed = closeRun(outcome, {
    ...run,
    files,
    varFolder,
    runFolder,
    mirror: config.audit.anchor_mirror,
    runId: plan.runId,
    isLatching: startProblem === null,
  });
  for (const problem of closed.problems) log.write(Date.now(), "error", problem);
  log.write(Date.now(), "info", `${closed.verdict} ${closed.stop?.reason_code ?? ""}`.trim());
  log.close();
  return tellEnd(setting, runFolder, closed);
}

const BEAT_EVERY_MS = 1000;

/** The data as JSON.stringify gives it: the form in which the run keeps it and its hash is taken. */
function withoutWhiteSpace(json: Uint8Array): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(JSON.parse(new TextDecoder().decode(json))));
}

function entrypointsOf(contracts: Contracts): readonly string[] {
  return contracts.types.map((type) => contracts.entrypointOf(type)).filter((name) => name !== null);
}

/** A run_id that is taken waits for the next second, unless the user has fixed it. */
async function freePlan(input: CommandInput, varFolder: string): Promise<NightPlan> {
  for (;;) {
    const plan = planNight(input, Date.now());
    if (!existsSync(`${varFolder}/runs/${plan.runId}`)) return plan;
    if (input.option("run-id") !== undefined || input.option("start") !== undefined) {
      throw new UsageError(`Run ${plan.runId} is there already, choose another --run-id`);
    }
    await wait(1000 - Date.now() % 1000);
  }
}

function findStartProblem(
  commandLine: ReturnType<typeof readCommandLine>,
  config: Config,
  configText: string,
): StartProblem | null {
  if (commandLine.problem !== null) {
    return { component: "command_line", reason_code: "CMDLINE_HASH", detail: commandLine.problem };
  }
  const { words } = commandLine;
  const { allow_env: allowEnv } = config.guards.secrets;
  const secret = checkSecrets({ configText, words, environment: readEnvironment(), allowEnv });
  return secret === null ? null : { component: "secrets_guard", reason_code: "SECRET_FOUND", detail: secret };
}

/** One live line on a terminal, else a plain line a minute. */
function showStatus(
  terminal: Terminal,
  { config }: NightSetting,
  plan: NightPlan,
  tally: Parameters<typeof statusLine>[0]["tally"],
): ReturnType<typeof setInterval> {
  const everyMs = terminal.isTerminal ? 250 : 60_000;
  let shownTicks = 0;
  let shownMs = performance.now();
  return setInterval(() => {
    const ticks = tally.counts.market_tick;
    const nowMs = performance.now();
    const ticksPerS = (ticks - shownTicks) * 1000 / (nowMs - shownMs);
    [shownTicks, shownMs] = [ticks, nowMs];
    const line = statusLine({
      tally,
      startedTs: plan.startedTs,
      durationMs: config.duration_ms,
      ticksPerS,
      hasBar: terminal.isTerminal,
    });
    if (terminal.isTerminal) terminal.status(line);
    else terminal.say(line);
  }, everyMs);
}

function tellEnd({ input, terminal }: NightSetting, runFolder: string, closed: ClosedRun): number {
  const { verdict, stop, report, problems } = closed;
  terminal.status("");
  if (stop !== null) terminal.say(`${stop.reason_code} (${stop.component}): ${stop.detail}`);
  for (const problem of problems) terminal.say(`Could not be written: ${problem}`);
  if (input.has("json")) terminal.print(JSON.stringify(report));
  else if (Object.keys(report).length > 0) {
    const code = stop?.reason_code ?? null;
    summaryOf(report, { runFolder, invocation: terminal.invocation, code }).forEach((line) =>
      terminal.print(line)
    );
  }
  if (verdict === "FAILED" || (verdict === "PASS" && problems.length > 0)) return EXIT.failure;
  return verdict === "STOPPED" ? EXIT.stopped : EXIT.ok;
}
