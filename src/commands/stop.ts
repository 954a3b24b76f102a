import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { EXIT } from "../core/exit_codes.ts";
import { makeFolders } from "../edge/make_folders.ts";
import { realFiles } from "../edge/real_files.ts";
import { setLatch } from "../sinks/stop_flag.ts";
import type { Command } from "./command.ts";

/** Stops the running night by the same path as a flag set by hand, and keeps the next one from starting. */
export const stop: Command = {
  name: "stop",
  summary: "Sets var/STOP.flag: the running night stops within a second, and none starts until `unlatch`.",
  operands: "",
  options: {
    var: { value: "DIR", help: "the folder of the night (default: var)" },
    reason: { value: "TEXT", help: "why; it stands in the journal (default: nore stop)" },
  },
  examples: ['stop --reason "going to bed"'],
  run(input, terminal) {
    const varFolder = resolve(input.option("var") ?? "var");
    const flag = `${varFolder}/STOP.flag`;
    if (existsSync(flag)) {
      terminal.print(`${flag} is set already`);
      return Promise.resolve(EXIT.ok);
    }
    try {
      makeFolders(varFolder);
      setLatch(realFiles, varFolder, {
        run_id: "",
        ts: Date.now(),
        component: "operator",
        reason_code: "OPERATOR",
        detail: input.option("reason") ?? "nore stop",
      });
    } catch (error) {
      terminal.say(`${flag} could not be set, nothing is stopped: ${(error as Error).message}`);
      return Promise.resolve(EXIT.failure);
    }
    terminal.print(`${flag} is set; lift it with: ${terminal.invocation} unlatch --reason "…"`);
    return Promise.resolve(EXIT.ok);
  },
};
