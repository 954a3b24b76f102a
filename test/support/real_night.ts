import process from "node:process";
import { runCommand } from "../../src/commands/command_table.ts";
import { checkSecrets } from "../../src/policy/secrets_guard.ts";
import { type FakeTerminal, fakeTerminal } from "./fake_terminal.ts";

/** Nights as a user starts them, on the real disk; virtual time makes them short. */

// The machine that runs the tests may hold keys of its own, which would refuse every night.
for (const [name, value] of Object.entries(process.env)) {
  const environment = { [name]: value };
  if (checkSecrets({ configText: "", words: [], environment, allowEnv: [], folder: null }) !== null) {
    delete process.env[name];
  }
}

export interface NightRun {
  readonly code: number;
  readonly terminal: FakeTerminal;
}

export async function noreNight(
  varFolder: string,
  words: readonly string[] = [],
  terminal: FakeTerminal = fakeTerminal(),
): Promise<NightRun> {
  const night = ["--mode", "nore", "--var", varFolder, ...words];
  const short = words.includes("--speed") ? [] : ["--speed", "max"];
  const length = words.includes("--duration") ? [] : ["--duration", "10s"];
  return { terminal, code: await runCommand([...night, ...short, ...length], terminal) };
}

export const NIGHT_START: readonly string[] = ["--seed", "7", "--start", "2026-11-21T22:00:00Z"];
export const NIGHT_ID = "20261121_220000";
