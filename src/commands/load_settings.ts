import { readFileSync } from "node:fs";
import { type Config, loadConfig } from "../core/config.ts";
import { parseDuration } from "../core/time_text.ts";
import type { ConfigOverride } from "../core/config_override.ts";
import { configSchema, packageRoot } from "../edge/package_files.ts";
import { createStrategy } from "../streams/strategies/strategy_table.ts";
import type { CommandInput, OptionSpec } from "./command.ts";
import { UsageError } from "./command.ts";

/** From flags and file to a checked configuration: nothing is made on disk before this has passed. */
export const SETTING_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  config: {
    value: "FILE",
    help: "YAML or JSON configuration (default: the one that comes with the program)",
  },
  set: { value: "PATH=VALUE", help: "set one value, such as risk.drawdown.limit=0.02", isRepeated: true },
  source: {
    value: "SOURCE",
    help: "where prices come from: embedded (made up), binance (live), replay:RUN (a recorded run)",
  },
  symbols: { value: "A,B", help: "symbols to trade" },
  duration: { value: "TIME", help: "such as 90s, 15m, 7h; 0s runs until stopped" },
  var: { value: "DIR", help: "where runs, keys and the lock lie (default: var)" },
};

/** Flags are short names for settings, and come after the file and --set. */
export function loadSettings(input: CommandInput): Config {
  const path = input.option("config") ?? `${packageRoot}/config/nore.v1.yaml`;
  const overrides = overridesOf(input);
  const flag = (name: string, to: string, convert: (text: string) => string = (text) => text) => {
    const text = input.option(name);
    if (text !== undefined) overrides.push({ path: to, value: convert(text) });
  };
  flag("source", "source");
  flag("symbols", "symbols", (text) => `[${text}]`);
  flag("duration", "duration_ms", (text) => String(durationOf(text)));
  flag("var", "queues.base_dir", JSON.stringify);
  const config = loadConfig({
    text: readConfig(path),
    form: path.endsWith(".json") ? "json" : "yaml",
    overrides,
    schema: configSchema(),
  });
  return withStrategyDefaults(config);
}

/** What `--set` says, in its order. */
export function overridesOf(input: CommandInput): ConfigOverride[] {
  return input.optionList("set").map((word) => {
    const at = word.indexOf("=");
    if (at < 1) throw new UsageError(`Expected --set path=value, got ${JSON.stringify(word)}`);
    return { path: word.slice(0, at), value: word.slice(at + 1) };
  });
}

/** Each strategy checks its own parameters and fills in what is left out: a run keeps what it really ran with. */
export function withStrategyDefaults(config: Config): Config {
  const list = config.strategy.list.map((entry) => ({
    ...entry,
    parameters: createStrategy(entry).parameters,
  }));
  return { ...config, strategy: { ...config.strategy, list } };
}

function readConfig(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(
      `Configuration cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function durationOf(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
