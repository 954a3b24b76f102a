import type { Contracts } from "../core/contracts.ts";
import { EXIT } from "../core/exit_codes.ts";
import type { AnyDraft, PolicyDenial } from "../core/event.ts";
import { parseLine } from "../core/journal_line.ts";
import type { Decision, PolicyGate } from "../core/ports.ts";
import { redact } from "../core/secrets.ts";
import { realFiles } from "../edge/real_files.ts";
import { openContracts } from "../night/open_run.ts";
import { openRunGate } from "../night/run_basis.ts";
import type { DenialText } from "../policy/policy_files.ts";
import { type Command, type CommandInput, type Terminal, UsageError } from "./command.ts";
import { basisOf, placeOf } from "./cut_short_run.ts";
import { readGiven } from "./given_file.ts";
import { loadRules, type Rules } from "./load_rules.ts";
import { loadSettings, SETTING_OPTIONS } from "./load_settings.ts";
import { paint } from "./paint.ts";
import { diffPolicies } from "./policy_diff.ts";
import { askForReload } from "./policy_reload.ts";

/** Says what the policy makes of an event, or what another would make of a night; asks a night to take another. */
export const policy: Command = {
  name: "policy",
  summary:
    "Says why an event is denied, or what another policy makes of a night; has a running night reload its own.",
  operands: "explain | diff RUN | reload",
  options: {
    event: {
      value: "FILE",
      help: "explain: an event or a draft as JSON, or a journal, of which the first line is read",
    },
    run: {
      value: "RUN",
      help: "explain: by the policy of this run, as one of its events (default: the program's own)",
    },
    policy: { value: "WASM", help: "diff: the other policy, as `opa build -t wasm` makes it" },
    data: { value: "FILE", help: "diff: its data (default: the run's own)" },
    var: {
      value: "DIR",
      help: "where RUN is looked up when it is an id or `latest`, and the night runs (default: var)",
    },
    config: SETTING_OPTIONS["config"]!,
    set: SETTING_OPTIONS["set"]!,
    json: { value: null, help: "print the result as JSON" },
  },
  examples: [
    "policy explain --event order.json",
    "policy explain --event denials.jsonl --run latest",
    "policy diff latest --policy new.wasm --data new.json",
    "policy reload --var var",
  ],
  run(input, terminal) {
    const [what, run, ...more] = input.operands;
    if (what === "explain" && run === undefined) return explainEvent(input, terminal);
    if (what === "reload" && run === undefined) return Promise.resolve(askForReload(input, terminal));
    if (what === "diff" && run !== undefined && more.length === 0) return diffPolicies(run, input, terminal);
    throw new UsageError(
      `Expected explain, diff RUN or reload, got ${JSON.stringify(input.operands.join(" "))}`,
    );
  },
};

async function explainEvent(input: CommandInput, terminal: Terminal): Promise<number> {
  const event = readEvent(input.option("event"));
  const own = loadRules(loadSettings(input));
  const explained = await explain(
    event,
    input.option("run") === undefined ? ownRules(own) : runRules(input),
  );
  if (explained === null) {
    terminal.print(`No gate is asked about ${event.type}`);
    return EXIT.ok;
  }
  const { decision } = explained;
  const codes = decision.allow ? [] : decision.codes;
  const rules = codes.map((code) => ({ code, ...own.policy.denials.get(code) ?? UNKNOWN }));
  if (input.has("json")) {
    const { type, entrypoint } = explained;
    terminal.print(redact(JSON.stringify({ type, entrypoint, ...decision, rules })));
  } else tell(terminal, explained, rules);
  return decision.allow ? EXIT.ok : EXIT.failure;
}

const UNKNOWN: DenialText = {
  severity: "unknown",
  title: "Unknown",
  description: "This program's policy has no such rule: the run had another policy.",
};

interface Explained {
  readonly type: string;
  readonly entrypoint: string;
  readonly decision: Decision;
}

/** A denial is its own answer. null where no gate is asked. */
async function explain(event: AnyDraft, { contracts, open }: GatedBy): Promise<Explained | null> {
  if (event.type === "policy_denial") {
    const { denied_type: type, entrypoint, codes, input: seen } = denialIn(event);
    return { type, entrypoint, decision: { allow: false, codes, input: seen } };
  }
  if (!(contracts.types as readonly string[]).includes(event.type)) {
    throw new UsageError(`--event: no event is of type ${JSON.stringify(event.type)}`);
  }
  const entrypoint = contracts.entrypointOf(event.type);
  if (entrypoint === null) return null;
  const gate = await open();
  return { type: event.type, entrypoint, decision: gate.decide(entrypoint, { ...event, cause: null }) };
}

function denialIn({ payload }: AnyDraft): PolicyDenial {
  const { entrypoint, codes, denied_type: type } = (payload ?? {}) as Partial<PolicyDenial>;
  if (typeof entrypoint === "string" && typeof type === "string" && Array.isArray(codes)) {
    return payload as PolicyDenial;
  }
  throw new UsageError("--event: a policy_denial without entrypoint, denied_type and codes says nothing");
}

interface GatedBy {
  readonly contracts: Contracts;
  readonly open: () => Promise<PolicyGate>;
}

function runRules(input: CommandInput): GatedBy {
  const place = placeOf(input.option("run")!, input.option("var"));
  const basis = basisOf(place);
  return { contracts: basis.contracts, open: () => openRunGate(realFiles, place.runFolder, basis) };
}

function ownRules({ contractFiles, openGate }: Rules): GatedBy {
  return { contracts: openContracts(contractFiles), open: openGate };
}

function readEvent(path: string | undefined): AnyDraft {
  if (path === undefined) throw new UsageError("Expected --event FILE");
  const text = new TextDecoder().decode(readGiven("event", path));
  const isLine = text.startsWith("sha256:");
  const line = isLine ? parseLine(text.split("\n", 1)[0]!) : { ok: true as const, json: text };
  if (!line.ok) throw new UsageError(`--event: ${path}:1: ${line.problem}`);
  let event: unknown;
  try {
    event = JSON.parse(line.json);
  } catch (error) {
    throw new UsageError(`--event: ${path} is not JSON: ${(error as Error).message}`);
  }
  const type = (event as { readonly type?: unknown } | null)?.type;
  if (typeof type !== "string") throw new UsageError(`--event: ${path} has no type, expected an event`);
  return event as AnyDraft;
}

function tell(
  terminal: Terminal,
  { type, entrypoint, decision }: Explained,
  rules: readonly (DenialText & { readonly code: string })[],
): void {
  const verdict = decision.allow
    ? paint("ALLOWED", "green", terminal.hasColor)
    : paint("DENIED", "red", terminal.hasColor);
  terminal.print(`${verdict} ${type} by ${entrypoint}`);
  for (const { code, severity, title, description } of rules) {
    terminal.print(`  ${code} (${severity}) ${title}: ${description}`);
  }
  if (!decision.allow) terminal.print(redact(`  it saw ${JSON.stringify(decision.input)}`));
}
