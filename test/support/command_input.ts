import { type Command, type CommandInput, type OptionSpec, readInput } from "../../src/commands/command.ts";

/** A command with these options that does nothing. */
export function commandOf(
  options: Readonly<Record<string, OptionSpec>>,
  facts: Partial<Command> = {},
): Command {
  return {
    name: "probe",
    summary: "Does nothing.",
    operands: "WHAT",
    options,
    examples: [],
    run: () => Promise.resolve(0),
    ...facts,
  };
}

/** What a command with these options reads from the words. */
export function inputOf(
  options: Readonly<Record<string, OptionSpec>>,
  words: readonly string[],
): CommandInput {
  return readInput(commandOf(options), words);
}
