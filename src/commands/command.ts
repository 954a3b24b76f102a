import { parseArgs, type ParseArgsConfig } from "node:util";
import { nearestName } from "../core/nearest_name.ts";

/** What every command is made of: its words, its options with their help, and what it does. */
export interface Command {
  /** Empty for the night itself, which is started with --mode. */
  readonly name: string;
  readonly summary: string;
  /** What stands after the name, such as `RUN`. */
  readonly operands: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly string[];
  run(input: CommandInput, terminal: Terminal): Promise<number>;
}

export interface OptionSpec {
  /** How the value is called in the help; null for a switch. */
  readonly value: string | null;
  readonly help: string;
  readonly isRepeated?: true;
}

export interface CommandInput {
  readonly operands: readonly string[];
  /** The value of an option given once. */
  option(name: string): string | undefined;
  /** All values of a repeated option. */
  optionList(name: string): readonly string[];
  has(name: string): boolean;
}

/** Where a command speaks. Results go to `print`; progress and errors to `say`. */
export interface Terminal {
  print(line: string): void;
  say(line: string): void;
  /** Rewrites the status line; an empty text clears it. Only on a terminal. */
  status(line: string): void;
  readonly isTerminal: boolean;
  /** Of results. */
  readonly hasColor: boolean;
  /** How this program is called here, for hints such as `nore verify RUN`. */
  readonly invocation: string;
}

/** A mistake in how the program was called: said in one line, exit 2. */
export class UsageError extends Error {}

const COMMON: Readonly<Record<string, OptionSpec>> = {
  help: { value: null, help: "show this help" },
};

/** Reads a command's words; throws UsageError with the nearest name for an unknown option. */
export function readInput(command: Command, words: readonly string[]): CommandInput {
  const specs = { ...command.options, ...COMMON };
  refuseUnreadable(specs, words);
  const config: NonNullable<ParseArgsConfig["options"]> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const type = spec.value === null ? "boolean" : "string";
    config[name] = { type, multiple: true, ...(name === "help" ? { short: "h" } : {}) };
  }
  const { values, positionals } = parse(words, config);
  for (const [name, given] of Object.entries(values)) {
    if (specs[name]!.isRepeated === true || given.length === 1) continue;
    throw new UsageError(`--${name} is given ${given.length} times, expected once`);
  }
  // Else `unlatch /srv/var` would lift the latch of the default var.
  if (command.operands === "" && positionals.length > 0) {
    throw new UsageError(`Expected nothing after ${command.name}, got ${JSON.stringify(positionals)}`);
  }
  return {
    operands: positionals,
    option: (name) => values[name]?.[0] as string | undefined,
    optionList: (name) => (values[name] ?? []) as readonly string[],
    has: (name) => values[name] !== undefined,
  };
}

/** Options that there are not, and those that lack their value. */
function refuseUnreadable(specs: Readonly<Record<string, OptionSpec>>, words: readonly string[]): void {
  for (let i = 0; i < words.length && words[i] !== "--"; i++) {
    const word = words[i]!;
    const name = /^--([^=]+)/.exec(word)?.[1];
    if (name === undefined) {
      if (/^-[^-]/.test(word) && word !== "-h") throw new UsageError(`Unknown option ${word}`);
      continue;
    }
    if (!Object.hasOwn(specs, name)) {
      const nearest = nearestName(name, Object.keys(specs));
      throw new UsageError(
        `Unknown option --${name}` + (nearest === null ? "" : `, did you mean --${nearest}`),
      );
    }
    const { value } = specs[name]!;
    if (value === null || word.includes("=")) continue;
    const next = words[++i];
    if (next !== undefined && !/^-./.test(next)) continue;
    throw new UsageError(
      `Expected --${name} ${value}, got ${next === undefined ? "nothing" : JSON.stringify(next)}`,
    );
  }
}

type Values = Readonly<Record<string, readonly (string | boolean)[]>>;

function parse(
  words: readonly string[],
  options: NonNullable<ParseArgsConfig["options"]>,
): { readonly values: Values; readonly positionals: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true });
    return { values: { ...values } as Values, positionals };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The one operand of a command such as `verify RUN`. */
export function onlyOperand(command: Command, input: CommandInput): string {
  const [operand, ...rest] = input.operands;
  if (operand === undefined || rest.length > 0) {
    throw new UsageError(
      `Expected ${command.operands} after ${command.name}, got ${JSON.stringify(input.operands)}`,
    );
  }
  return operand;
}

export function helpOf(command: Command, invocation: string): string {
  const specs = Object.entries({ ...command.options, ...COMMON });
  const heads = specs.map(([name, { value }]) => value === null ? `--${name}` : `--${name} ${value}`);
  const width = Math.max(...heads.map(({ length }) => length)) + 2;
  const words = [invocation, command.name, command.operands].filter((word) => word !== "").join(" ");
  return [
    command.summary,
    "",
    `Usage: ${words} [options]`,
    "",
    ...specs.map(([, { help }], i) => `  ${heads[i]!.padEnd(width)}${help}`),
    "",
    "Examples:",
    ...command.examples.map((example) => `  ${invocation} ${example}`),
  ].join("\n");
}
