import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { EXIT } from "../core/exit_codes.ts";
import type { Fill } from "../core/event.ts";
import { parseLine } from "../core/journal_line.ts";
import { QUEUES } from "../core/queue_names.ts";
import { readText } from "../edge/package_files.ts";
import { BEST_BID_ASK } from "../streams/fills/best_bid_ask.ts";
import { type Command, readInput, type Terminal } from "./command.ts";
import { nore } from "./nore.ts";
import { runFolderOf, verify } from "./verify.ts";

/** Acceptance gates: each runs the real thing in a folder of its own and answers PASS or FAIL with what it saw. */
export const gates: Command = {
  name: "gates",
  summary: "Runs the acceptance gates: runtime_smoke runs two minutes of a night and verifies it.",
  operands: "[runtime_smoke]",
  options: {
    quick: { value: null, help: "in virtual time: seconds instead of minutes" },
    json: { value: null, help: "print the results as JSON" },
  },
  examples: ["gates --quick", "gates runtime_smoke"],
  async run(input, terminal) {
    const folder = mkdtempSync(`${tmpdir()}/nore-gates-`);
    try {
      const checks = await runtimeSmoke(folder, input.has("quick"), terminal);
      const ok = checks.every(({ passed }) => passed);
      if (input.has("json")) terminal.print(JSON.stringify([{ gate: "runtime_smoke", ok, checks }]));
      else {
        terminal.print(`${ok ? "PASS" : "FAIL"} runtime_smoke`);
        for (const { passed, what } of checks) terminal.print(`  ${passed ? "ok  " : "FAIL"} ${what}`);
      }
      return ok ? EXIT.ok : EXIT.failure;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Check {
  readonly passed: boolean;
  readonly what: string;
}

async function runtimeSmoke(folder: string, isQuick: boolean, terminal: Terminal): Promise<readonly Check[]> {
  const quiet: Terminal = { ...terminal, print: () => {} };
  const words = ["--mode", "nore", "--duration", "2m", "--seed", "1", "--var", folder];
  const night = await nore.run(readInput(nore, isQuick ? [...words, "--speed", "max"] : words), quiet);
  const run = runFolderOf("latest", folder);
  const verified = await verify.run(readInput(verify, [run, "--require-complete"]), quiet);
  const counts = JSON.parse(readText(`${run}/report.json`)).counts as Readonly<Record<string, number>>;
  const missing = QUEUES.filter((queue) => !existsSync(`${run}/queues/${queue}/inbox.jsonl`));
  const models = new Set(fillsOf(run).map(({ model }) => model));
  return [
    { passed: night === EXIT.ok, what: `the night ended with exit code ${night}, expected ${EXIT.ok}` },
    {
      passed: missing.length === 0,
      what: missing.length === 0 ? `all ${QUEUES.length} queues are there` : `missing: ${missing.join(", ")}`,
    },
    {
      passed: verified === EXIT.ok,
      what: `verify gave ${verified}, expected ${EXIT.ok}: every line's hash is valid`,
    },
    {
      passed: counts["market_tick"]! >= 1,
      what: `${counts["market_tick"]} market_tick, at least 1 expected`,
    },
    { passed: counts["health"]! >= 1, what: `${counts["health"]} health, at least 1 expected` },
    {
      passed: [...models].every((model) => model === BEST_BID_ASK),
      what: `no real order: ${counts["fill"]} fills, all of the paper model`,
    },
  ];
}

function fillsOf(run: string): readonly Fill[] {
  const lines = readText(`${run}/queues/fills/inbox.jsonl`).split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const parsed = parseLine(line);
    if (!parsed.ok) throw new Error(parsed.problem);
    return (JSON.parse(parsed.json) as { readonly payload: Fill }).payload;
  });
}
