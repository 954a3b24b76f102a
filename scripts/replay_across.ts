/**
 * Records a night of an hour in virtual time on Node and on Deno and replays each on both: not a byte may differ.
 * `scripts/replay_across.ts [DURATION]`
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const duration = process.argv[2] ?? "1h";
const NIGHT = ["--mode", "nore", "--speed", "max", "--seed", "7", "--start", "2026-11-21T22:00:00Z"];

const GRANTS = ["read", "write", "env", "sys"].map((grant) => `--allow-${grant}`);
const RUNTIMES = {
  node: ["--import", "tsx", "src/main.ts"],
  deno: ["scripts/deno.mjs", "run", "--no-prompt", ...GRANTS, "src/main.ts"],
};
type Runtime = keyof typeof RUNTIMES;
const NAMES = Object.keys(RUNTIMES) as readonly Runtime[];

interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly seconds: number;
}

function run(runtime: Runtime, words: readonly string[]): Promise<Ran> {
  const started = performance.now();
  const child = spawn("node", [...RUNTIMES[runtime], ...words], { cwd: root, stdio: "pipe" });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => output += String(part));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output, seconds: (performance.now() - started) / 1000 }));
  });
}

let failures = 0;

function say(what: string, { code, output, seconds }: Ran): void {
  const last = output.trimEnd().split("\n").at(-1);
  process.stdout.write(`${what.padEnd(28)} ${seconds.toFixed(1).padStart(6)} s  ${last}\n`);
  if (code === 0) return;
  failures++;
  process.stdout.write(`${output}\n`);
}

/** Both runtimes at once: CI has two cores. */
async function onBoth(what: string, wordsOf: (runtime: Runtime) => readonly string[]): Promise<void> {
  const ran = await Promise.all(NAMES.map((runtime) => run(runtime, wordsOf(runtime))));
  NAMES.forEach((runtime, i) => say(`${what} on ${runtime}`, ran[i]!));
}

const folder = mkdtempSync(`${tmpdir()}/nore-across-`);
try {
  const varOf = (runtime: Runtime) => ["--var", `${folder}/${runtime}`];
  await onBoth("recorded", (runtime) => [...NIGHT, "--duration", duration, ...varOf(runtime)]);
  for (const recorder of NAMES) {
    await onBoth(`of ${recorder}, replayed`, () => ["replay", "latest", ...varOf(recorder)]);
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.stdout.write(`${NAMES.length + NAMES.length ** 2 - failures} passed, ${failures} failed\n`);
process.exit(failures === 0 ? 0 : 1);
