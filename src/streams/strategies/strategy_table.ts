import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { ConfigError, type StrategyConfig } from "../../core/config.ts";
import { schemaProblem } from "../../core/schema_problem.ts";
import { momentum } from "./momentum.ts";
import { rsiReversion } from "./rsi_reversion.ts";
import type { StrategyKind, SymbolStrategy } from "./strategy.ts";

/** All kinds of strategies by name. A new one is a file and a line here. */
// deno-lint-ignore no-explicit-any -- each kind knows its own parameters; its schema has proved them
export const STRATEGIES: ReadonlyMap<string, StrategyKind<any>> = new Map(
  [rsiReversion, momentum].map((kind) => [kind.name, kind]),
);

/** A strategy of the configuration, ready to work on any number of symbols. */
export interface Strategy {
  readonly id: string;
  readonly name: string;
  /** With the defaults filled in. */
  readonly parameters: Readonly<Record<string, number>>;
  onSymbol(): SymbolStrategy;
}

const AJV_OPTIONS = { strict: true, allErrors: true, verbose: true, useDefaults: true };

/** Asked for each strategy of a night more than once, and compiling takes longer than the rest. */
const checks = new Map<StrategyKind<unknown>, ValidateFunction>();

function checkOf(kind: StrategyKind<unknown>): ValidateFunction {
  const check = checks.get(kind) ?? new Ajv2020(AJV_OPTIONS).compile(kind.parameters);
  checks.set(kind, check);
  return check;
}

/** Throws a ConfigError with all that is wrong in the entry. */
export function createStrategy(entry: StrategyConfig): Strategy {
  const path = `strategy ${JSON.stringify(entry.id)}`;
  const kind = STRATEGIES.get(entry.name);
  if (kind === undefined) {
    const names = [...STRATEGIES.keys()].join(", ");
    throw new ConfigError(`${path}.name: ${JSON.stringify(entry.name)}, expected one of ${names}`);
  }
  const parameters: Record<string, unknown> = { ...entry.parameters };
  const check = checkOf(kind);
  if (!check(parameters)) {
    const problems = (check.errors ?? []).map((error) => schemaProblem(error, `${path}.parameters`));
    throw new ConfigError(problems.join("\n"));
  }
  const contradiction = kind.contradiction(parameters);
  if (contradiction !== null) throw new ConfigError(`${path}.parameters.${contradiction}`);
  return {
    id: entry.id,
    name: entry.name,
    parameters: parameters as Record<string, number>,
    onSymbol: () => kind.create(parameters),
  };
}
