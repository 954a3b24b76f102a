import { type Config, loadConfig } from "../core/config.ts";
import { EXIT } from "../core/exit_codes.ts";
import { type Amount, formatAmount, parseAmount } from "../core/fixed_point.ts";
import type { PolicyGate } from "../core/ports.ts";
import { redact } from "../core/secrets.ts";
import { parseDuration } from "../core/time_text.ts";
import { configSchema } from "../edge/package_files.ts";
import { realFiles } from "../edge/real_files.ts";
import { openRunGate, type RunBasis } from "../night/run_basis.ts";
import { type WhatIf, whatIf } from "../night/what_if.ts";
import { reportFigures } from "../sinks/report.ts";
import { type CommandInput, type OptionSpec, type Terminal, UsageError } from "./command.ts";
import { overridesOf, withStrategyDefaults } from "./load_settings.ts";

/** The experiment of `replay`: the same inputs under other settings, beside what was recorded. */
export const WHAT_IF_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  until: { value: "TIME", help: "an experiment: only the first so long of the night, such as 2h" },
  strategy: { value: "NAME", help: "an experiment: this strategy alone, with all of the capital" },
  set: {
    value: "PATH=VALUE",
    help: "an experiment: another value below strategy, risk, execution or ai.filter, or of ai.advice",
    isRepeated: true,
  },
};

export function isExperiment(input: CommandInput): boolean {
  return Object.keys(WHAT_IF_OPTIONS).some((name) => input.has(name));
}

export async function experiment(
  input: CommandInput,
  terminal: Terminal,
  { runFolder, basis }: { readonly runFolder: string; readonly basis: RunBasis },
): Promise<number> {
  const config = changedConfig(input, basis.config);
  const untilTs = untilOf(input, basis.manifest.started_ts);
  const results = await foldBoth(terminal, { runFolder, basis }, { config, untilTs });
  if (results === null) return EXIT.integrity;
  const { manifest } = basis;
  if (input.has("json")) terminal.print(JSON.stringify({ run_id: manifest.run_id, ...jsonOf(results) }));
  else tell(input, terminal, manifest, results);
  return hasFailed(results) ? EXIT.failure : EXIT.ok;
}

/** The same inputs twice: as they were recorded, and with something changed. */
export interface BothFolds {
  readonly recorded: WhatIf;
  readonly changed: WhatIf;
}

/** null where it says that nothing can be tried on the run. */
export async function foldBoth(
  terminal: Terminal,
  { runFolder, basis }: { readonly runFolder: string; readonly basis: RunBasis },
  change: { readonly config?: Config; readonly gate?: PolicyGate; readonly untilTs?: number },
): Promise<BothFolds | null> {
  const { startFacts } = basis;
  if (typeof startFacts === "string") {
    terminal.say(`Nothing can be tried on it: ${startFacts}`);
    return null;
  }
  const ownGate = await openRunGate(realFiles, runFolder, basis);
  const { config = basis.config, gate = ownGate, untilTs = Infinity } = change;
  const fold = (what: string, by: { readonly config: Config; readonly gate: PolicyGate }) =>
    whatIf({
      files: realFiles,
      runFolder,
      basis,
      startFacts,
      ...by,
      untilTs,
      onProgress: (inputs) => terminal.status(`${what}: ${inputs} inputs`),
    });
  const recorded = await fold("as recorded", { config: basis.config, gate: ownGate });
  const changed = await fold("what if", { config, gate });
  terminal.status("");
  return { recorded, changed };
}

export const hasFailed = ({ recorded, changed }: BothFolds): boolean =>
  recorded.failure !== null || changed.failure !== null;

const CHANGEABLE = /^(?:(?:strategy|risk|execution|ai\.filter)\.|ai\.advice$)/;

function changedConfig(input: CommandInput, recorded: Config): Config {
  const overrides = overridesOf(input);
  for (const { path } of overrides) {
    if (!CHANGEABLE.test(path)) {
      throw new UsageError(
        `--set ${path}: an experiment changes what is below strategy, risk, execution and ai.filter, and ai.advice; ` +
          "all else made the inputs",
      );
    }
  }
  const name = input.option("strategy");
  if (name !== undefined) {
    const capital = recorded.strategy.list.reduce((sum, one) => sum + parseAmount(one.capital), 0n) as Amount;
    const value = JSON.stringify([{ id: name, name, capital: formatAmount(capital) }]);
    overrides.unshift({ path: "strategy.list", value });
  }
  return withStrategyDefaults(loadConfig({
    text: JSON.stringify(recorded),
    form: "json",
    overrides,
    schema: configSchema(),
  }));
}

function untilOf(input: CommandInput, startedTs: number): number {
  const text = input.option("until");
  if (text === undefined) return Infinity;
  try {
    return startedTs + parseDuration(text);
  } catch (error) {
    throw new UsageError(`--until: ${(error as Error).message}`);
  }
}

interface Figures {
  readonly counts: Readonly<Record<string, number>>;
  readonly virtual_pnl: Readonly<Record<"realised" | "unrealised" | "fees" | "total" | "equity_end", string>>;
  readonly max_drawdown: { readonly quote: string };
  readonly trades: number;
  readonly win_rate: number | null;
}

const figuresOf = ({ tally }: WhatIf) => reportFigures(tally) as unknown as Figures;
const fieldsOf = (found: WhatIf) => ({
  inputs: found.inputs,
  stopped_by: found.stop,
  failure: found.failure,
  risk_reasons: Object.fromEntries(found.riskReasons),
  ...figuresOf(found),
});
export const jsonOf = ({ recorded, changed }: BothFolds): object => ({
  recorded: fieldsOf(recorded),
  what_if: fieldsOf(changed),
});

const ROWS: readonly (readonly [what: string, value: (figures: Figures, found: WhatIf) => string])[] = [
  ["signals", ({ counts }) => String(counts["signal"])],
  ["orders", ({ counts }) => String(counts["order_intent"])],
  ["fills", ({ counts }) => String(counts["fill"])],
  ["round trips", ({ trades }) => String(trades)],
  ["won", ({ win_rate }) => win_rate === null ? "none" : `${Math.round(win_rate * 100)} %`],
  ["realised", ({ virtual_pnl }) => virtual_pnl.realised],
  ["unrealised", ({ virtual_pnl }) => virtual_pnl.unrealised],
  ["fees", ({ virtual_pnl }) => virtual_pnl.fees],
  ["total", ({ virtual_pnl }) => virtual_pnl.total],
  ["drawdown", ({ max_drawdown }) => max_drawdown.quote],
  ["stopped by", (_, { stop }) => stop ?? "nothing"],
];
const WIDTH = 24;

function tell(
  input: CommandInput,
  terminal: Terminal,
  { run_id, prices }: RunBasis["manifest"],
  results: BothFolds,
): void {
  const words = ["until", "strategy", "set"].flatMap((name) =>
    input.optionList(name).map((value) => `--${name} ${value}`)
  );
  terminal.print(`WHAT IF ${run_id} (prices: ${prices}): ${redact(words.join(" "))}`);
  tellSideBySide(terminal, results);
}

export function tellSideBySide(terminal: Terminal, { recorded, changed }: BothFolds): void {
  terminal.print(`  ${"".padEnd(12)}${"as recorded".padStart(WIDTH)}${"what if".padStart(WIDTH)}`);
  const [before, after] = [figuresOf(recorded), figuresOf(changed)];
  for (const [what, valueOf] of ROWS) {
    const [one, other] = [valueOf(before, recorded), valueOf(after, changed)];
    const mark = one === other ? "" : "  *";
    terminal.print(`  ${what.padEnd(12)}${one.padStart(WIDTH)}${other.padStart(WIDTH)}${mark}`);
  }
  for (const [what, { failure }] of [["as recorded", recorded], ["what if", changed]] as const) {
    if (failure !== null) terminal.print(`note: ${what}, the core fails: ${redact(failure)}`);
  }
  terminal.print("note: an experiment, not a proof: the market does not answer to what is traded in it");
}
