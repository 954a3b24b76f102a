import { mkdtempSync, rmSync } from "node:fs";
import type { Terminal } from "../command.ts";

/**
 * A gate: something that must hold before a night may be trusted, proven by doing it. Each has a folder of its own,
 * which is gone afterwards. A gate that breaks has failed.
 */
export interface Gate {
  readonly name: string;
  run(stage: GateStage): Promise<readonly Check[]>;
}

export interface GateStage {
  readonly folder: string;
  /** Seconds instead of minutes: virtual time, and nothing that takes long. */
  readonly isQuick: boolean;
  readonly terminal: Terminal;
}

export interface Check {
  readonly passed: boolean;
  readonly what: string;
}

export interface GateResult {
  readonly gate: string;
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/** A check that fails with what is wrong, or passes with what was seen. */
export function checkOf(problem: string | null, seen: string): Check {
  return { passed: problem === null, what: problem ?? seen };
}

export async function runGate(
  gate: Gate,
  options: { readonly parent: string; readonly isQuick: boolean; readonly terminal: Terminal },
): Promise<GateResult> {
  const folder = mkdtempSync(`${options.parent}/nore-gates-`);
  try {
    const checks = await gate.run({ ...options, folder });
    return { gate: gate.name, ok: checks.length > 0 && checks.every(({ passed }) => passed), checks };
  } catch (error) {
    const what = `it broke: ${error instanceof Error ? error.message : String(error)}`;
    return { gate: gate.name, ok: false, checks: [{ passed: false, what }] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
