import { existsSync, mkdirSync, readFileSync, unlinkSync } from "node:fs";
import { resolve } from "node:path";
import { EXIT } from "../core/exit_codes.ts";
import { runIdOf } from "../core/time_text.ts";
import { realFiles } from "../edge/real_files.ts";
import { LockHeldError, takeVarLock } from "../edge/var_lock.ts";
import { writeArtefact } from "../sinks/atomic_file.ts";
import { type Command, UsageError } from "./command.ts";

/** Lifts the latch, with a reason that is kept beside what the latch said. Not while a night still stops. */
export const unlatch: Command = {
  name: "unlatch",
  summary: "Archives var/STOP.flag with your reason, so that the next night may start.",
  operands: "",
  options: {
    var: { value: "DIR", help: "the folder of the night (default: var)" },
    reason: { value: "TEXT", help: "why it is safe to go on (required)" },
  },
  examples: ['unlatch --reason "drawdown understood: fee setting was wrong"'],
  async run(input, terminal) {
    const reason = input.option("reason")?.trim() ?? "";
    if (reason === "") throw new UsageError('Expected --reason "…": it is kept with the archived flag');
    const varFolder = resolve(input.option("var") ?? "var");
    const flag = `${varFolder}/STOP.flag`;
    if (!existsSync(flag)) {
      terminal.print(`${flag} is not set`);
      return EXIT.ok;
    }
    try {
      const lock = await takeVarLock(varFolder);
      try {
        const unlatched_ts = Date.now();
        const folder = `${varFolder}/unlatched`;
        mkdirSync(folder, { recursive: true });
        const archive = freeName(folder, runIdOf(unlatched_ts));
        const flag_base64 = readFileSync(flag).toString("base64");
        writeArtefact(realFiles, archive, {
          schema: "nore/unlatched",
          v: 1,
          unlatched_ts,
          reason,
          flag_base64,
        });
        unlinkSync(flag);
        terminal.print(`The latch is lifted; what it said is kept in ${archive}`);
        return EXIT.ok;
      } finally {
        lock.release();
      }
    } catch (error) {
      if (!(error instanceof LockHeldError)) throw error;
      terminal.say(`${error.message}: wait until it has stopped`);
      return EXIT.lockHeld;
    }
  },
};

function freeName(folder: string, stem: string): string {
  for (let i = 0;; i++) {
    const path = `${folder}/${stem}${i === 0 ? "" : `-${i}`}.json`;
    if (!existsSync(path)) return path;
  }
}
