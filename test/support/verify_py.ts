import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunBytes } from "./run_bytes.ts";
import { simSigner } from "./sim_night.ts";

/** The verifier in Python, started as an auditor would start it, on runs that are laid out on the real disk. */

const SCRIPT = fileURLToPath(new URL("../../tools/verify.py", import.meta.url));

export interface PythonResult {
  readonly code: number;
  readonly ok: boolean;
  readonly complete: boolean;
  readonly events: number;
  readonly anchors: number;
  readonly head: string | null;
  readonly problems: readonly {
    readonly file: string;
    readonly line: number | null;
    readonly reason: string;
  }[];
  readonly notes: readonly string[];
}

/** Whether there is a python3 that is new enough, and a runtime that may start it; where there is none that is said. */
export function hasPython(): boolean {
  const isNew = "import sys; sys.exit(sys.version_info < (3, 9))";
  if ("Deno" in globalThis) console.log("skipped: verify.py is held against verifyRun() on Node");
  else if (spawnSync("python3", ["-c", isNew]).status === 0) return true;
  else console.log("skipped: no python3 of at least 3.9");
  return false;
}

export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts Python in `tools`, without its site packages: what is needed is in the standard library. */
export function python(words: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const started = spawn("python3", ["-S", "-B", ...words], { cwd: dirname(SCRIPT) });
    let [stdout, stderr] = ["", ""];
    started.stdout.on("data", (bytes) => stdout += bytes);
    started.stderr.on("data", (bytes) => stderr += bytes);
    started.on("error", reject);
    started.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

export const verifyPy = (words: readonly string[]): Promise<Answer> => python([SCRIPT, ...words]);

/** Lays runs out one after the other in one place, writing only what differs from the one before. */
export class RunsOnDisk {
  readonly #root: string = mkdtempSync(`${tmpdir()}/nore-verify-py-`);
  #written: ReadonlyMap<string, Uint8Array> = new Map();

  /** The run's folder; its mirror lies where the configuration says. */
  layOut(run: RunBytes): string {
    const runId = run.night.runFolder.slice(-15);
    const wanted = new Map([...run.files].map(([path, bytes]) => [`runs/${runId}/${path}`, bytes]));
    if (run.mirror !== null) wanted.set(`mirror/${runId}.anchors.jsonl`, run.mirror);
    for (const path of this.#written.keys()) {
      if (!wanted.has(path)) rmSync(`${this.#root}/${path}`);
    }
    for (const [path, bytes] of wanted) {
      if (this.#written.get(path) === bytes) continue;
      mkdirSync(dirname(`${this.#root}/${path}`), { recursive: true });
      writeFileSync(`${this.#root}/${path}`, bytes);
    }
    this.#written = wanted;
    return `${this.#root}/runs/${runId}`;
  }

  async verify(run: RunBytes): Promise<PythonResult> {
    const words = ["--pubkey", simSigner.public_key, "--json"];
    const { code, stdout, stderr } = await verifyPy([this.layOut(run), ...words]);
    if (stderr !== "") throw new Error(stderr);
    return { code, ...JSON.parse(stdout) };
  }

  remove(): void {
    rmSync(this.#root, { recursive: true });
  }
}
