/**
 * Bundles the isolated AI process, src/streams/ai/worker, to the one file that it is started from:
 * policies/build/ai_worker.mjs. With --check it fails where the committed file differs. The same sources give the same
 * bytes.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { sha256Hex } from "../src/core/sha256.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const WORKER = "policies/build/ai_worker.mjs";

/** Imports of anything but the runtime's own modules are bundled, so that there is one file to be read and no more. */
function bundle(): Buffer {
  const { outputFiles: [file] } = buildSync({
    absWorkingDir: ROOT,
    preserveSymlinks: true, // a link to packages elsewhere must not show in the names of modules
    entryPoints: ["src/streams/ai/worker/main.ts"],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node20",
    charset: "utf8",
    legalComments: "none",
    logLevel: "error",
    banner: { js: "// Built by scripts/build_ai_worker.ts from src/streams/ai/worker." },
  });
  return Buffer.from(file!.contents);
}

function readOrEmpty(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}

const bytes = bundle();
const facts = `${WORKER} (${bytes.length} bytes, sha256 ${sha256Hex(bytes)})`;
if (bytes.equals(readOrEmpty(join(ROOT, WORKER)))) {
  console.log(`up to date: ${facts}`);
} else if (process.argv.includes("--check")) {
  console.log(`differs from a fresh build: ${facts}, run "npx tsx scripts/build_ai_worker.ts"`);
  process.exitCode = 1;
} else {
  writeFileSync(join(ROOT, WORKER), bytes);
  console.log(`written: ${facts}`);
}
