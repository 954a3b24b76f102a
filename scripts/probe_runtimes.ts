/**
 * Proves the boundary of the AI process on each runtime that a night may run on: the isolated process tries everything
 * for real on Node 20, 24 and 26 (from npm, into .tools/runtimes) and on Deno, in namespaces and by what the runtime
 * alone denies. Prints a table of runtime × attempt and counts promises kept and broken.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { arch, execPath, platform } from "node:process";
import { type AiBoundary, PROBE_ATTEMPTS } from "../src/core/ai_mail.ts";
import { tryCommand, WORKER_PATH } from "../src/edge/ai_boundary.ts";
import { aiProcess } from "../src/edge/ai_process.ts";
import { isolatedCommand, type Isolation, type WorkerRuntime } from "../src/edge/isolated_command.ts";
import { packageRoot } from "../src/edge/package_files.ts";
import { type BoundaryProbe, probeBoundary } from "../src/edge/probe_boundary.ts";
import { isDenied, leaksOf } from "../src/streams/ai/probe_promises.ts";

const FOLDER = `${packageRoot}/.tools/runtimes`;
const NODES = ["20.20.2", "24.21.0", "26.10.0"];
const MEMORY_MB_MAX = 512;

function installedNode(version: string): WorkerRuntime {
  const [folder, name] = [`${FOLDER}/node-${version}`, `node-${platform}-${arch}`];
  const path = `${folder}/node_modules/${name}/bin/node`;
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const words = ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"];
    execFileSync("npm", [...words, `${name}@${version}`], { stdio: ["ignore", "ignore", "inherit"] });
  }
  return { name: "node", version, path };
}

function pinnedDeno(): WorkerRuntime {
  const starter = `${packageRoot}/scripts/deno.mjs`; // puts it in its place, too
  const version = /^deno (\S+)/.exec(
    execFileSync(execPath, [starter, "--version"], { encoding: "utf8" }),
  )![1]!;
  return { name: "deno", version, path: `${packageRoot}/node_modules/deno/deno` };
}

type Way = readonly [boundary: AiBoundary, isolations: readonly Isolation[]];

const NAMESPACES: Way = ["linux_namespaces", ["root_namespaces", "user_namespaces"]];

/** What is proven of a runtime; whatever comes first of a way and can be had here. */
function waysOf({ name, version }: WorkerRuntime): readonly Way[] {
  if (name === "deno") return [NAMESPACES, ["deno_no_grants", ["limits", "bare"]]];
  return version.startsWith("26.") ? [NAMESPACES, ["node_permission", ["limits", "bare"]]] : [NAMESPACES];
}

async function probe(runtime: WorkerRuntime, isolations: readonly Isolation[]): Promise<BoundaryProbe> {
  const problems: string[] = [];
  for (const isolation of isolations) {
    const program = { runtime, programPath: WORKER_PATH, memoryMbMax: MEMORY_MB_MAX };
    const command = isolatedCommand(isolation, program);
    const problem = await tryCommand(command);
    if (problem === null) return await probeBoundary(aiProcess(command));
    problems.push(`${isolation}: ${problem}`);
  }
  return { attempts: [], arrived: [], notes: [], problem: problems.join("; ") };
}

/** Of a name and of any result below it. */
const columnOf = (name: string): number => Math.max(name.length, "(unknown)".length) + 2;

const runtimes = [...NODES.map(installedNode), pinnedDeno()];
const width = "deno 2.9.5, linux_namespaces".length + 4;
console.log(
  `${"".padEnd(width)}${PROBE_ATTEMPTS.map((name) => name.padEnd(columnOf(name))).join("").trimEnd()}`,
);
let [passed, failed] = [0, 0];
const problems: string[] = [];
for (const runtime of runtimes) {
  for (const [boundary, isolations] of waysOf(runtime)) {
    const name = `${runtime.name} ${runtime.version}, ${boundary}`;
    const { attempts, arrived, notes, problem } = await probe(runtime, isolations);
    const leaks = leaksOf(boundary, attempts, arrived);
    const cells = PROBE_ATTEMPTS.map((attempt) => {
      const told = attempts.find((one) => one.name === attempt);
      const word = told === undefined ? "unknown" : told.succeeded ? "worked" : "denied";
      const isKept = told !== undefined && (!told.succeeded || !isDenied(boundary, attempt));
      if (isKept) passed++;
      else failed++;
      return (isDenied(boundary, attempt) ? word : `(${word})`).padEnd(columnOf(attempt));
    });
    console.log(`${name.padEnd(width)}${cells.join("").trimEnd()}`);
    problems.push(
      ...[...leaks, ...notes, ...(problem === null ? [] : [problem])].map((text) => `${name}: ${text}`),
    );
    if (problem === null) failed += arrived.length; // nothing may arrive under any boundary
  }
}
console.log("In brackets: not promised, as signals are not among the permissions of node.");
for (const problem of problems) console.log(problem);
console.log(`\n${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
