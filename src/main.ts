import process from "node:process";
import { runCommand } from "./commands/command_table.ts";
import { realTerminal } from "./edge/terminal.ts";

process.exitCode = await runCommand(process.argv.slice(2), realTerminal());
