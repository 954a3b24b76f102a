/**
 * Plants ten bugs, one at a time, in a copy of the program, and runs the tests that must find each: one that nothing
 * finds fails. `scripts/planted_bugs.ts [PART OF A NAME]`
 */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";

interface Bug {
  readonly name: string;
  readonly file: string;
  /** What stands there once, and what the bug makes of it. */
  readonly find: string;
  readonly put: string;
  /** Part of a path of tests. */
  readonly tests: string;
}

const BUGS: readonly Bug[] = [
  {
    name: "an fsync is dropped",
    file: "src/sinks/segmented_file.ts",
    find: "syncOnce(() => this.#handle.sync());",
    put: "",
    tests: "night/resumed_crashes",
  },
  {
    name: "the cursor is written before the inbox",
    file: "src/sinks/journal.ts",
    find: "    this.#commit(sync);\n    const changed",
    put: "    for (const queue of this.#queues) queue.ack(this.#ts);\n" +
      "    if (sync) for (const queue of this.#queues) queue.writeCursor();\n" +
      "    this.#commit(sync);\n    const changed",
    tests: "night/recovered_crashes",
  },
  {
    name: "ticks come and fill twice after a reconnect",
    file: "src/streams/sources/binance/arrivals.ts",
    find: 'tick.kind === "trade" ? arrivalOfTrade(tick, ts) : arrivalOfQuote(tick, ts)',
    put: 'tick.kind === "trade" && arrivalOfTrade(tick, ts) === "gap" ? "gap" : "next"',
    tests: "night/feed_faults",
  },
  {
    name: "the core asks the clock",
    file: "src/streams/fills/paper_executor.ts",
    find: "eligibleTs: ts + options.latencyMs,",
    put: "eligibleTs: ts + options.latencyMs + Date.now() % 1000,",
    tests: "night/replayed_random_nights",
  },
  {
    name: "an anchor is skipped",
    file: "src/sinks/anchor_log.ts",
    find: "    for (const place of this.#places) place.add(line);",
    put: "    if (this.#count !== 3) for (const place of this.#places) place.add(line);",
    tests: "verify/verify_run",
  },
  {
    name: "a resting order is lost on resume",
    file: "src/night/rebuild_run.ts",
    find: "      initial: () => state,",
    put: '      initial: () => role === "execution_role" ? state = machine.initial() : state,',
    tests: "night/resumed_crashes",
  },
  {
    name: "a fee is rounded down",
    file: "src/core/fixed_point.ts",
    find: "(exact > floor * step ? floor + 1n : floor) as Fee",
    put: "floor as Fee",
    tests: "core/fixed_point",
  },
  {
    name: "a freeze is never lifted",
    file: "src/streams/risk/standing_breaches.ts",
    find: "    standing.delete(key);\n",
    put: '    if (answerTo(each) === "FREEZE") continue;\n    standing.delete(key);\n',
    tests: "streams/risk/risk_role_feed",
  },
  {
    name: "an ack's range is off by one",
    file: "src/sinks/queue_files.ts",
    find: "to: lines - 1, ts",
    put: "to: lines, ts",
    tests: "verify/verify_run",
  },
  {
    name: "a fill is admitted after a stop",
    file: "src/core/stop_state.ts",
    find: '    case "order_intent":\n    case "fill":\n      return false;',
    put:
      '    case "order_intent":\n      return false;\n    case "fill":\n      return phase === "STOPPING";',
    tests: "core/stop_state",
  },
];

const root = fileURLToPath(new URL("..", import.meta.url));
const COPIED = ["src", "test", "config", "policies", "tools", "bin", "docs", "scripts"];
const FILES = ["package.json", "deno.json", "tsconfig.json"];
const LIFE_MS_MAX = 240_000;

/** What the tests say, and whether they have failed. */
function runTests(copy: string, part: string): Promise<{ readonly failed: boolean; readonly said: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", "test/run.ts", part], {
    cwd: copy,
    stdio: "pipe",
  });
  const late = setTimeout(() => child.kill("SIGKILL"), LIFE_MS_MAX);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => said += String(bytes));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(late);
      resolve({ failed: code !== 0, said });
    });
  });
}

const wanted = process.argv[2] ?? "";
const copy = mkdtempSync(`${tmpdir()}/nore-bugs-`);
let caught = 0;
let missed = 0;
try {
  for (const name of COPIED) cpSync(`${root}/${name}`, `${copy}/${name}`, { recursive: true });
  for (const name of FILES) cpSync(`${root}/${name}`, `${copy}/${name}`);
  symlinkSync(`${root}/node_modules`, `${copy}/node_modules`);
  for (const { name, file, find, put, tests } of BUGS.filter((bug) => bug.name.includes(wanted))) {
    const path = `${copy}/${file}`;
    const sound = readFileSync(path, "utf8");
    if (sound.split(find).length !== 2) throw new Error(`${file} holds ${JSON.stringify(find)} not once`);
    writeFileSync(path, sound.replace(find, () => put));
    const { failed, said } = await runTests(copy, tests);
    writeFileSync(path, sound);
    const by = /FAIL {2}"([^"]+)"/.exec(said)?.[1];
    if (failed && by !== undefined) caught++;
    else missed++;
    const what = by ?? (failed ? `no test, but it ends: ${said.trimEnd().split("\n").at(-1)}` : "nothing");
    process.stdout.write(
      `${name.padEnd(46)} ${failed && by !== undefined ? "caught by" : "MISSED:"} ${tests}: ${what}\n`,
    );
  }
} finally {
  rmSync(copy, { recursive: true });
}
process.stdout.write(`${caught} passed, ${missed} failed\n`);
process.exitCode = missed === 0 && caught > 0 ? 0 : 1;
