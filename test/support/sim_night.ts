import { NEVER, type Observable } from "rxjs";
import { type Config, effectiveConfigText } from "../../src/core/config.ts";
import type { AnyDraft } from "../../src/core/event.ts";
import type { Files, Signer } from "../../src/core/ports.ts";
import type { RunIdentity } from "../../src/core/run_identity.ts";
import { runIdOf } from "../../src/core/time_text.ts";
import type { StartProblem } from "../../src/core/start_problem.ts";
import { virtualClock } from "../../src/edge/clocks.ts";
import { openSigner } from "../../src/edge/ed25519_signer.ts";
import { packageRoot, readContractFiles } from "../../src/edge/package_files.ts";
import { type ClosedRun, closeRun } from "../../src/night/close_run.ts";
import { type OpenRun, openRun, openSinks } from "../../src/night/open_run.ts";
import { type AdviserRole, type MarketFeed, runNight } from "../../src/night/run_night.ts";
import { openGate } from "../../src/policy/opa_gate.ts";
import { manifestFactsOf } from "../../src/policy/policy_layer.ts";
import type { PolicyFiles } from "../../src/policy/policy_files.ts";
import type { RunAi } from "../../src/sinks/run_folder.ts";
import type { Agenda } from "../../src/streams/sources/agenda.ts";
import type { Pace } from "../../src/streams/sources/drive.ts";
import { embeddedAgenda } from "../../src/streams/sources/embedded/embedded_agenda.ts";
import { embeddedMarket } from "../../src/streams/sources/embedded/embedded_market.ts";
import { EMBEDDED_SYMBOLS } from "../../src/streams/sources/embedded/symbols.ts";
import { memoryFiles } from "./memory_files.ts";
import { repoPolicy, repoPolicyBytes } from "./repo_policy.ts";

/** A whole night from event 0 to its report, in virtual time and (unless given) on files in memory. */
export interface SimNightOptions {
  readonly config: Config;
  readonly files?: Files;
  readonly seed?: number;
  readonly startTs?: number;
  readonly varFolder?: string;
  readonly isDurable?: boolean;
  readonly pace?: Pace;
  readonly agenda?: Agenda;
  /** In the place of a market inside. */
  readonly feed?: MarketFeed;
  readonly vitals$?: Observable<AnyDraft>;
  readonly operator$?: Observable<AnyDraft>;
  readonly startProblem?: StartProblem | null;
  readonly signer?: Signer;
  readonly cmdlineHash?: string;
  /** The AI that it begins with; none unless given. */
  readonly ai?: RunAi;
  /** The host's side of it, made when the run lies open. */
  readonly adviser?: (run: OpenRun, pace: Pace) => AdviserRole;
  /** What the run's folder keeps as its policy. */
  readonly policy?: PolicyFiles;
  /** A run with the same configuration: its contracts, gate and roles are used again, as making them takes the longest. */
  readonly like?: OpenRun;
  /** Lines of a mirror on standard output. */
  readonly print?: (line: string) => void;
  /** Called when the run lies open, before its first event; the night goes on with what it gives. */
  readonly onOpened?: (run: OpenRun) => OpenRun;
  /** Called when the night waits for its first input: a virtual scheduler can be run from here. */
  readonly onStarted?: () => void;
}

export interface SimNight extends ClosedRun {
  readonly runFolder: string;
  readonly varFolder: string;
  readonly files: Files;
}

export const SIM_START_TS: number = Date.UTC(2026, 10, 21, 22);
export const SIM_CMDLINE_HASH: string = "ab".repeat(32);

export const simSigner: Signer = openSigner(memoryFiles(), "/keys/anchor.pem");
/** One map for all nights: it is compiled once. */
export const simContractFiles: ReadonlyMap<string, Uint8Array> = readContractFiles(`${packageRoot}/config`);

export async function simNight(options: SimNightOptions): Promise<SimNight> {
  const { config } = options;
  const files = options.files ?? memoryFiles();
  const startTs = options.startTs ?? SIM_START_TS;
  const varFolder = options.varFolder ?? "/var";
  const runId = runIdOf(startTs);
  const runFolder = `${varFolder}/runs/${runId}`;
  const seed = options.seed ?? 7;
  const clock = virtualClock(startTs);
  const pace = options.pace ?? { clock, setTs: (ts) => clock.set(ts), speed: 1 };
  const identity: RunIdentity = {
    runId,
    startedTs: startTs,
    seed,
    source: config.source,
    venue: config.source,
    prices: "invented",
    commandLine: { hash: options.cmdlineHash ?? SIM_CMDLINE_HASH, form: "canonical", words: ["nore"] },
    codeVersion: { commit: null, dirty: null, source_sha256: "cd".repeat(32) },
    runtime: { name: "test" },
  };
  const { like } = options;
  const policy = options.policy ?? repoPolicy;
  const gate = like?.gate ?? await openGate({ ...policy, manifest: manifestFactsOf(config) });
  const openOptions = {
    identity,
    config,
    configText: effectiveConfigText(config),
    contractFiles: simContractFiles,
    policy,
    gate,
    policyData: repoPolicyBytes.data,
    ai: options.ai ?? null,
    symbols: new Map([...EMBEDDED_SYMBOLS].map(([symbol, { rules }]) => [symbol, rules])),
    files,
    clock: pace.clock,
    signer: options.signer ?? simSigner,
    varFolder,
    runFolder,
    isDurable: options.isDurable ?? true,
    print: options.print ?? (() => {}),
  };
  const opened = like === undefined ? openRun(openOptions) : {
    ...like,
    ...openSinks(openOptions, like),
    tally: like.tallying.initial(),
  };
  const run = options.onOpened?.(opened) ?? opened;
  const ending = runNight({
    ...run,
    identity,
    config,
    pace,
    marketAgenda: options.feed === undefined ? options.agenda ?? simMarket(config, { seed, startTs }) : null,
    feed: options.feed ?? null,
    ai: options.adviser?.(run, pace) ?? null,
    vitals$: options.vitals$ ?? NEVER,
    operator$: options.operator$ ?? NEVER,
    startProblem: options.startProblem ?? null,
  });
  options.onStarted?.();
  const outcome = await ending;
  const closed = closeRun(outcome, {
    ...run,
    files,
    varFolder,
    runFolder,
    mirror: config.audit.anchor_mirror,
    runId,
    isLatching: (options.startProblem ?? null) === null,
  });
  return { ...closed, runFolder, varFolder, files };
}

/** The made-up market of a configuration. */
export function simMarket(
  config: Config,
  options: { readonly seed: number; readonly startTs: number },
): Agenda {
  const market = embeddedMarket({
    ...options,
    symbols: config.symbols,
    ticksPerS: config.market.embedded.ticks_per_s,
  });
  return embeddedAgenda(market, { onUnusable: () => {} });
}
