import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import { ConfigError, type StrategyConfig } from "../../core/config.ts";
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

export function createStrategy(entry: StrategyConfig): Strategy {
  const kind = STRATEGIES.get(entry.name);
  if (kind === undefined) {
    const names = [...STRATEGIES.keys()].join(", ");
    throw wrong(entry, `name is ${JSON.stringify(entry.name)}, expected one of ${names}`);
  }
  const parameters: Record<string, unknown> = { ...entry.parameters };
  const check = new Ajv2020({ strict: true, useDefaults: true }).compile(kind.parameters);
  if (!check(parameters)) throw wrong(entry, problemOf(check.errors![0]!, parameters));
  const contradiction = kind.contradiction(parameters);
  if (contradiction !== null) throw wrong(entry, `parameters.${contradiction}`);
  return {
    id: entry.id,
    name: entry.name,
    parameters: parameters as Record<string, number>,
    onSymbol: () => kind.create(parameters),
  };
}

function wrong(entry: StrategyConfig, problem: string): ConfigError {
  return new ConfigError(`Strategy ${JSON.stringify(entry.id)}: ${problem}`);
}

function problemOf(error: ErrorObject, parameters: Readonly<Record<string, unknown>>): string {
  if (error.keyword === "additionalProperties") {
    const known = Object.keys(error.parentSchema?.["properties"] ?? {}).join(", ");
    return `parameters.${error.params["additionalProperty"]} is unknown, expected one of ${known}`;
  }
  const name = error.instancePath.slice(1);
  return `parameters.${name} is ${JSON.stringify(parameters[name])}, it ${error.message}`;
}
