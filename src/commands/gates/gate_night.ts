import { EXIT } from "../../core/exit_codes.ts";
import { readInput, type Terminal } from "../command.ts";
import { nore, noreNight } from "../nore.ts";
import { runFolderOf } from "../verify.ts";
import { type Check, type GateStage } from "./gate.ts";

/** A night that a gate looks at: run by the same command that a user gives, in the gate's own folder. */
export interface GateNight {
  readonly ended: Check;
  /** The run's folder; null where the night did not end so. */
  readonly run: string | null;
}

export interface GateNightOptions {
  /** How it must end. */
  readonly exit?: number;
  readonly open?: Parameters<typeof noreNight>[2];
}

export async function gateNight(
  stage: GateStage,
  words: readonly string[],
  { exit = EXIT.ok, open }: GateNightOptions = {},
): Promise<GateNight> {
  const input = readInput(nore, ["--mode", "nore", "--seed", "1", "--var", stage.folder, ...words]);
  const code = await noreNight(input, quiet(stage.terminal), open);
  const passed = code === exit;
  return {
    ended: { passed, what: `the night ended with exit code ${code}, expected ${exit}` },
    run: passed ? runFolderOf("latest", stage.folder) : null,
  };
}

/** A gate prints its own results only; progress and errors are still said. */
export function quiet(terminal: Terminal): Terminal {
  return { ...terminal, print: () => {} };
}
