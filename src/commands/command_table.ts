import { ai } from "./ai.ts";
import { bundle } from "./bundle.ts";
import { config } from "./config.ts";
import { type Command, helpOf, readInput, type Terminal, UsageError } from "./command.ts";
import { ConfigError } from "../core/config.ts";
import { EXIT } from "../core/exit_codes.ts";
import { nearestName } from "../core/nearest_name.ts";
import { redact } from "../core/secrets.ts";
import { doctor } from "./doctor.ts";
import { gates } from "./gates.ts";
import { nore } from "./nore.ts";
import { accept } from "./accept.ts";
import { night } from "./night.ts";
import { policy } from "./policy.ts";
import { recover } from "./recover.ts";
import { replay } from "./replay.ts";
import { status } from "./status.ts";
import { stop } from "./stop.ts";
import { supervise } from "./supervise.ts";
import { unlatch } from "./unlatch.ts";
import { verify } from "./verify.ts";

/** All commands, and the way from the program's words to an exit code. */
const COMMANDS: readonly Command[] = [
  nore,
  verify,
  replay,
  bundle,
  status,
  stop,
  unlatch,
  recover,
  supervise,
  night,
  accept,
  config,
  policy,
  ai,
  doctor,
  gates,
];

export async function runCommand(words: readonly string[], terminal: Terminal): Promise<number> {
  const [first] = words;
  if (first === undefined || first === "help" || (/^(?:--help|-h)$/.test(first) && words.length === 1)) {
    terminal.print(overview(terminal.invocation));
    return first === undefined ? EXIT.usage : EXIT.ok;
  }
  const command = first.startsWith("-") ? nore : COMMANDS.find(({ name }) => name === first);
  try {
    if (command === undefined) throw new UsageError(unknownCommand(first));
    const input = readInput(command, command === nore ? words : words.slice(1));
    if (input.has("help")) {
      terminal.print(helpOf(command, terminal.invocation));
      return EXIT.ok;
    }
    return await command.run(input, terminal);
  } catch (error) {
    if (error instanceof UsageError || error instanceof ConfigError) {
      terminal.say(redact(error.message));
      const name = command === undefined ? "" : `${command.name || command.operands} `;
      terminal.say(`Help: ${terminal.invocation} ${name}--help`);
      return EXIT.usage;
    }
    terminal.say(redact(error instanceof Error ? error.stack ?? error.message : String(error)));
    return EXIT.failure;
  }
}

function unknownCommand(word: string): string {
  const names = COMMANDS.map(({ name, operands }) => name || operands);
  const nearest = nearestName(word, names);
  const hint = nearest === null ? `commands are ${names.join(", ")}` : `did you mean ${nearest}`;
  return `Unknown command ${JSON.stringify(word)}, ${hint}`;
}

function overview(invocation: string): string {
  const rows = COMMANDS.map(({ name, operands, summary }) => [name || operands, summary] as const);
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return [
    "NORE runs a trading strategy for a night on paper, stops the moment anything is unproven,",
    "and leaves a journal that anyone can verify.",
    "",
    ...rows.map(([name, summary]) => `  ${name.padEnd(width)}${summary}`),
    "",
    `Start with: ${invocation} --mode nore --duration 60s`,
    `More about one: ${invocation} ${nore.operands} --help, ${invocation} verify --help`,
    "",
    "Exit codes: 0 ok, 1 failure, 2 usage, 3 stopped, 4 damaged, 5 var in use, 130/143 forced end",
  ].join("\n");
}
