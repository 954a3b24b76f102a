import { realFiles } from "../edge/real_files.ts";
import { describeLatch, readLatch } from "../sinks/stop_flag.ts";
import type { Terminal } from "./command.ts";

/** Says that a latch keeps the night from running, and what lifts it. False where none is set. */
export function tellLatch(terminal: Terminal, varFolder: string): boolean {
  const latch = readLatch(realFiles, varFolder);
  if (latch === null) return false;
  terminal.say(`Refused: ${varFolder}/STOP.flag is set. It says: ${describeLatch(latch)}`);
  terminal.say(`When its reason is understood: ${terminal.invocation} unlatch --reason "…"`);
  return true;
}
