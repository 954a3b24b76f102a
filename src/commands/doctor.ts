import { resolve } from "node:path";
import { type Config, ConfigError } from "../core/config.ts";
import { EXIT } from "../core/exit_codes.ts";
import type { HttpGet } from "../core/ports.ts";
import type { ProcessFacts } from "../core/process_facts.ts";
import { redact } from "../core/secrets.ts";
import { readCommandLine } from "../edge/command_line.ts";
import { readEnvironment } from "../edge/environment.ts";
import { loopWatchProblem } from "../edge/loop_watchdog.ts";
import { guardedNetwork, openNetwork } from "../edge/network.ts";
import { readProcessFacts } from "../edge/process_facts.ts";
import { runtimeFacts } from "../edge/runtime_facts.ts";
import { egressGuard } from "../policy/egress_guard.ts";
import { guard } from "../policy/policy_layer.ts";
import type { Command, CommandInput, Terminal } from "./command.ts";
import { type AiFacts, aiFinding, readAiFacts } from "./doctor/ai_finding.ts";
import { type Finding, findingLine } from "./doctor/finding.ts";
import { containerFindings, kernelLockFinding, watchFinding } from "./doctor/machine_findings.ts";
import {
  clockFinding,
  configFinding,
  egressFinding,
  hashFinding,
  platformFinding,
  policyFinding,
  resourcesFinding,
  runtimeFinding,
  secretsFinding,
  smallestStepMs,
} from "./doctor/program_findings.ts";
import { readVarFacts } from "./doctor/var_facts.ts";
import { unseenFinding, varFindings } from "./doctor/var_findings.ts";
import { askAll, type VenueAnswers } from "./doctor/venue_findings.ts";
import { loadRules, type Rules } from "./load_rules.ts";
import { loadSettings, SETTING_OPTIONS } from "./load_settings.ts";
import { findWordsProblem } from "./start_proofs.ts";

/** What `doctor` asks of the world, apart from the files in `var`. */
export interface DoctorParts {
  readonly get: HttpGet;
  readonly now: () => number;
  readonly elapsedMs: () => number;
  readonly loopWatchProblem: () => Promise<string | null>;
  readonly processFacts: () => ProcessFacts;
  readonly aiFacts: (memoryMbMax: number, folder: string) => Promise<AiFacts>;
  readonly runtime: () => Readonly<Record<"name" | "version" | "platform" | "arch", string>>;
}

/** Says whether a night could be run here, fact by fact. It takes no lock and leaves nothing behind. */
export function doctorWith(parts: DoctorParts): Command {
  return {
    name: "doctor",
    summary: "Looks at this machine and says what a night would meet: each line with what to do.",
    operands: "",
    options: {
      ...SETTING_OPTIONS,
      offline: { value: null, help: "do not ask the venue" },
      json: { value: null, help: "print a JSON list of {id, state, what, do}" },
    },
    examples: ["doctor", "doctor --source binance --duration 7h", "doctor --offline --json"],
    async run(input, terminal) {
      const findings = (await findingsOf(parts, input, terminal)).map(redacted);
      if (input.has("json")) terminal.print(JSON.stringify(findings));
      else tell(findings, terminal);
      return findings.some(({ state }) => state === "FAIL") ? EXIT.failure : EXIT.ok;
    },
  };
}

export const doctor: Command = doctorWith({
  get: openNetwork.get,
  now: () => Date.now(),
  elapsedMs: () => performance.now(),
  loopWatchProblem,
  processFacts: readProcessFacts,
  aiFacts: readAiFacts,
  runtime: () => runtimeFacts() as ReturnType<DoctorParts["runtime"]>,
});

async function findingsOf(
  parts: DoctorParts,
  input: CommandInput,
  { invocation }: Pick<Terminal, "invocation">,
): Promise<readonly Finding[]> {
  const runtime = parts.runtime();
  const { config, finding } = settingsOf(input);
  return [
    runtimeFinding(runtime),
    platformFinding(runtime),
    clockFinding(parts.now(), smallestStepMs(parts.elapsedMs)),
    kernelLockFinding(runtime),
    hashFinding(),
    finding,
    ...(config === null ? [] : await findingsFor(config, parts, {
      isOffline: input.has("offline"),
      platform: runtime.platform,
      invocation,
    })),
    ...containerFindings(parts.processFacts(), config?.container.require_hardened ?? false),
    await aiFindingFor(config, parts),
  ];
}

const AI_MEMORY_MB = 512;

/** Looked at even where there is no configuration. */
async function aiFindingFor(config: Config | null, { aiFacts }: DoctorParts): Promise<Finding> {
  const facts = await aiFacts(
    config?.ai.memory_mb_max ?? AI_MEMORY_MB,
    resolve(config?.queues.base_dir ?? "var"),
  );
  return aiFinding(facts, config?.ai.boundary === "required");
}

/** A configuration that does not hold together is one fact among others. */
function settingsOf(input: CommandInput): { readonly config: Config | null; readonly finding: Finding } {
  try {
    return { config: loadSettings(input), finding: configFinding(null) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { config: null, finding: configFinding(error.message) };
  }
}

async function findingsFor(
  config: Config,
  parts: DoctorParts,
  options: { readonly isOffline: boolean; readonly platform: string; readonly invocation: string },
): Promise<readonly Finding[]> {
  const { ws_url, rest_url } = config.binance;
  const rules = rulesOf(config);
  const refusal = typeof rules === "string"
    ? () => "not asked, as there is no policy that allows it"
    : egressGuard(await rules.openGate(), () => {}).refusal; // without a log nobody takes a denial
  const { get } = guardedNetwork(refusal, { ...openNetwork, get: parts.get });
  const [venue, watchProblem] = await Promise.all([
    askAll(config, { ...parts, get, isOffline: options.isOffline }),
    parts.loopWatchProblem(),
  ]);
  return [
    policyFinding(rules),
    secretsFinding(
      findWordsProblem(config, { commandLine: readCommandLine() }),
      readEnvironment() !== null,
    ),
    resourcesFinding(guard.enforceResources(config)),
    egressFinding(config.source === "binance" ? [ws_url, rest_url] : [], refusal),
    ...lookAtVar(config, parts.now(), { ...options, venue }),
    ...venue.findings,
    watchFinding(watchProblem, config.watchdog.loop_stalled_ms),
  ];
}

/** Or why they cannot be had. */
function rulesOf(config: Config): Rules | string {
  try {
    return loadRules(config);
  } catch (error) {
    return (error as Error).message;
  }
}

function lookAtVar(
  config: Config,
  nowTs: number,
  options: { readonly platform: string; readonly invocation: string; readonly venue: VenueAnswers },
): readonly Finding[] {
  const folder = resolve(config.queues.base_dir);
  const { venue: { eventsPerS, isAssumed: isVolumeAssumed }, ...rest } = options;
  try {
    return varFindings(readVarFacts(config, folder, nowTs), {
      ...rest,
      volume: {
        eventsPerS,
        symbols: config.symbols.length,
        book: config.market.book,
        durationMs: config.duration_ms,
      },
      isVolumeAssumed,
      keepFreeBytes: config.logging.disk_free_bytes_min,
    });
  } catch (error) {
    return [unseenFinding(folder, (error as Error).message)];
  }
}

function redacted(finding: Finding): Finding {
  return { ...finding, what: redact(finding.what) };
}

function tell(findings: readonly Finding[], terminal: Terminal): void {
  const width = Math.max(...findings.map(({ id }) => id.length));
  for (const finding of findings) {
    terminal.print(findingLine(finding, { width, hasColor: terminal.hasColor }));
  }
  const count = (wanted: Finding["state"]) => findings.filter(({ state }) => state === wanted).length;
  terminal.print(`${count("PASS")} passed, ${count("WARN")} to know, ${count("FAIL")} to mend`);
}
