import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { EXIT } from "../core/exit_codes.ts";
import type { Fill } from "../core/event.ts";
import { parseLine } from "../core/journal_line.ts";
import { QUEUES } from "../core/queue_names.ts";
import { readText } from "../edge/package_files.ts";
import { BEST_BID_ASK } from "../streams/fills/best_bid_ask.ts";
import { type Command, readInput, type Terminal, UsageError } from "./command.ts";
import { nore } from "./nore.ts";
import { paint } from "./paint.ts";
import { runFolderOf, verify } from "./verify.ts";

/** Acceptance gates: each runs the real thing in a folder of its own and answers PASS or FAIL with what it saw. */
const SMOKE = "runtime_smoke";

export const gates: Command = {
  name: "gates",
  summary: "Runs the acceptance gates: runtime_smoke runs two minutes of a night and verifies it.",
  operands: `[${SMOKE}]`,
  options: {
    quick: { value: null, help: "in virtual time: seconds instead of minutes" },
    var: { value: "DIR", help: "where the gate's own folder is made and removed (default: temporary files)" },
    json: { value: null, help: "print the results as JSON" },
  },
  examples: ["gates --quick", `gates ${SMOKE}`],
  async run(input, terminal) {
    const wrong = input.operands.find((word) => word !== SMOKE);
    if (wrong !== undefined) throw new UsageError(`Unknown gate ${JSON.stringify(wrong)}, expected ${SMOKE}`);
    const parent = resolve(input.option("var") ?? tmpdir());
    mkdirSync(parent, { recursive: true });
    const folder = mkdtempSync(`${parent}/nore-gates-`);
    try {
      const checks = await runtimeSmoke(folder, input.has("quick"), terminal);
      const ok = checks.every(({ passed }) => passed);
      if (input.has("json")) terminal.print(JSON.stringify([{ gate: SMOKE, ok, checks }]));
      else {
        const { hasColor } = terminal;
        terminal.print(`${ok ? paint("PASS", "green", hasColor) : paint("FAIL", "red", hasColor)} ${SMOKE}`);
        for (const { passed, what } of checks) terminal.print(`  ${passed ? "ok  " : "FAIL"} ${what}`);
      }
      return ok ? EXIT.ok : EXIT.failure;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

export interface Check {
  readonly passed: boolean;
  readonly what: string;
}

async function runtimeSmoke(folder: string, isQuick: boolean, terminal: Terminal): Promise<readonly Check[]> {
  const quiet: Terminal = { ...terminal, print: () => {} };
  const words = ["--mode", "nore", "--duration", "2m", "--seed", "1", "--var", folder];
  const night = await nore.run(readInput(nore, isQuick ? [...words, "--speed", "max"] : words), quiet);
  const ended = {
    passed: night === EXIT.ok,
    what: `the night ended with exit code ${night}, expected ${EXIT.ok}`,
  };
  if (!ended.passed) return [ended];
  const run = runFolderOf("latest", folder);
  const verified = await verify.run(readInput(verify, [run, "--require-complete"]), quiet);
  return [ended, ...checksOf(run, verified)];
}

/** What a good smoke run shows, given what `verify` said of it. */
export function checksOf(run: string, verified: number): readonly Check[] {
  const counts = JSON.parse(readText(`${run}/report.json`)).counts as Readonly<Record<string, number>>;
  const missing = QUEUES.filter((queue) => !existsSync(`${run}/queues/${queue}/inbox.jsonl`));
  const foreign = fillsOf(run).filter(({ model }) => model !== BEST_BID_ASK);
  return [
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
      passed: foreign.length === 0,
      what: `no real order: of ${counts["fill"]} fills ${foreign.length} are not of the paper model`,
    },
  ];
}

function fillsOf(run: string): readonly Fill[] {
  const path = `${run}/queues/fills/inbox.jsonl`;
  const lines = existsSync(path) ? readText(path).split("\n").filter((line) => line !== "") : [];
  return lines.map((line) => {
    const parsed = parseLine(line);
    if (!parsed.ok) throw new Error(parsed.problem);
    return (JSON.parse(parsed.json) as { readonly payload: Fill }).payload;
  });
}
