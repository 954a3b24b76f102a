import { Ajv2020 } from "ajv/dist/2020.js";
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

/** Throws a ConfigError with all that is wrong in the entry. */
export function createStrategy(entry: StrategyConfig): Strategy {
  const path = `strategy ${JSON.stringify(entry.id)}`;
  const kind = STRATEGIES.get(entry.name);
  if (kind === undefined) {
    const names = [...STRATEGIES.keys()].join(", ");
    throw new ConfigError(`${path}.name: ${JSON.stringify(entry.name)}, expected one of ${names}`);
  }
  const parameters: Record<string, unknown> = { ...entry.parameters };
  const check = new Ajv2020({ strict: true, allErrors: true, verbose: true, useDefaults: true })
    .compile(kind.parameters);
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
