import { spawn } from "node:child_process";
import process from "node:process";
import { packageRoot } from "../../edge/package_files.ts";
import { realFiles } from "../../edge/real_files.ts";
import { problemOf } from "./rewrite_forever.ts";

/**
 * Starts children that rewrite one artefact without end, kills each with SIGKILL and reads what it leaves. Every child
 * is awaited, and none lives longer than its time.
 */
export async function killWhileWriting(
  path: string,
  { kills, lifeMsMax = 30_000 }: { readonly kills: number; readonly lifeMsMax?: number },
): Promise<{ readonly kills: number; readonly reads: number; readonly problem: string | null }> {
  let reads = 0;
  for (let kill = 1; kill <= kills; kill++) {
    const { problem, readsBetween } = await oneLife(path, { writesMin: kill, lifeMsMax });
    reads += readsBetween;
    if (problem !== null) return { kills: kill, reads, problem };
  }
  return { kills, reads, problem: null };
}

/** The child tells of each round by a byte, so that it is killed in a later round each time, at any point of it. */
function oneLife(
  path: string,
  { writesMin, lifeMsMax }: { readonly writesMin: number; readonly lifeMsMax: number },
): Promise<{ readonly problem: string | null; readonly readsBetween: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...evaluate(scriptFor(path))], {
      cwd: packageRoot,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), lifeMsMax);
    let written = 0;
    let readsBetween = 0;
    let problem: string | null = null;
    child.stdout.on("data", (bytes: Uint8Array) => {
      written += bytes.length;
      readsBetween++;
      problem ??= problemOf(realFiles, path);
      if (written >= writesMin) child.kill("SIGKILL");
    });
    let said = "";
    child.stderr.on("data", (bytes: Uint8Array) => said = (said + bytes).slice(0, SAID_LENGTH_MAX));
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (signal !== "SIGKILL" || written < writesMin) {
        problem ??= `the writer ended by itself or wrote too little: code ${code}, ` +
          `${written} of ${writesMin} rounds ${said.replace(/\s+/g, " ")}`;
      }
      resolve({ problem: problem ?? problemOf(realFiles, path), readsBetween });
    });
  });
}

const SAID_LENGTH_MAX = 2000;

function scriptFor(path: string): string {
  const from = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  return [
    'import { writeSync } from "node:fs";',
    `import { realFiles } from ${from("../../edge/real_files.ts")};`,
    `import { rewriteForever } from ${from("./rewrite_forever.ts")};`,
    `const onWritten = () => writeSync(1, ".");`,
    `rewriteForever(realFiles, ${JSON.stringify(path)}, { rounds: Infinity, onWritten });`,
  ].join("\n");
}

/** The words that make this runtime run a text. On Node the loaders of this process are the child's as well. */
function evaluate(script: string): readonly string[] {
  if ("Deno" in globalThis) return ["eval", "--quiet", script];
  return [...process.execArgv, "--input-type=module", "--eval", script];
}
