/**
 * Runs OPA's own conformance cases through the policy loader of the program: each is compiled to wasm by the pinned opa
 * and must give what the case wants. Cases that wasm cannot express are counted by their reason. `scripts/opa_conformance.ts [PART OF A NOTE]`
 */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { loadBounded, messageOf } from "../src/policy/opa_gate.ts";
import { pinnedOpa } from "./pinned_opa.ts";

interface Case {
  readonly note: string;
  readonly modules: readonly string[];
  readonly data?: object;
  readonly input?: unknown;
  readonly input_term?: string;
  readonly want_result?: readonly { readonly x: unknown }[];
  readonly want_error_code?: string;
  readonly wasm_entrypoint?: string;
  /** Such an error is only one where opa is told to be strict, which wasm cannot be. */
  readonly strict_error?: boolean;
}

type Outcome = { readonly kind: "passed" } | { readonly kind: "failed" | "left out"; readonly why: string };

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CASES = join(ROOT, "../shared/realdata/opa/opa-v1-cases.share.jsonl.gz");
const PASSED_MIN = 0.99;
const run = promisify(execFile);

if (!existsSync(CASES)) {
  process.stdout.write(`skipped: ${CASES} is not there\n0 passed, 0 failed\n`);
  process.exit(0);
}
const opa = pinnedOpa();
const [part = ""] = process.argv.slice(2);
const cases = gunzipSync(readFileSync(CASES)).toString("utf8").trimEnd().split("\n")
  .map((line) => JSON.parse(line) as Case).filter(({ note }) => note.includes(part));
const scratch = mkdtempSync(join(tmpdir(), "nore-opa-"));

async function outcomeOf(one: Case, folder: string): Promise<Outcome> {
  const { modules, wasm_entrypoint: entrypoint } = one;
  if (entrypoint === undefined) return { kind: "left out", why: "no entrypoint for wasm" };
  if (one.strict_error === true) return { kind: "left out", why: "an error in strict mode only" };
  const paths = modules.map((text, i) => {
    writeFileSync(`${folder}/${i}.rego`, text);
    return `${i}.rego`;
  });
  try {
    const bundle = ["-t", "wasm", "-e", entrypoint, "-o", "bundle.tar.gz", ...paths];
    await run(opa, ["build", ...bundle], { cwd: folder });
    await run("tar", ["-xzf", "bundle.tar.gz", "/policy.wasm"], { cwd: folder });
  } catch (error) {
    const { stderr } = error as { readonly stderr: string };
    return { kind: "left out", why: `opa does not compile it: ${stderr.trim().split("\n").at(-1)}` };
  } finally {
    for (const path of paths) rmSync(`${folder}/${path}`);
  }
  return await resultOf(one, entrypoint, new Uint8Array(readFileSync(`${folder}/policy.wasm`)));
}

async function resultOf(one: Case, entrypoint: string, wasm: Uint8Array): Promise<Outcome> {
  const { want_result: wanted, want_error_code: wantedError } = one;
  let found: readonly unknown[];
  try {
    const policy = await loadBounded(wasm, one.data ?? {});
    const input = one.input_term === undefined ? one.input : JSON.parse(one.input_term) as unknown;
    found = (policy.evaluate(input as object, entrypoint) as readonly { readonly result: unknown }[])
      .map(({ result }) => result);
  } catch (error) {
    const why = messageOf(error);
    if (wantedError !== undefined) return { kind: "passed" };
    const builtin = /not implemented: built-in function \d+: ([\w.]+)/.exec(why)?.[1];
    return builtin === undefined
      ? { kind: "failed", why }
      : { kind: "left out", why: `wasm has no ${builtin}` };
  }
  if (wantedError !== undefined) {
    return { kind: "failed", why: `gives ${JSON.stringify(found)}, wanted ${wantedError}` };
  }
  const results = (wanted ?? []).map(({ x }) => x);
  return isDeepStrictEqual(inOrder(found), inOrder(results))
    ? { kind: "passed" }
    : { kind: "failed", why: `gives ${JSON.stringify(found)}, wanted ${JSON.stringify(results)}` };
}

/** A set comes out of wasm as a list, in an order of its own. */
function inOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, inOrder(inner)]));
  }
  const items = value.map(inOrder).map((item) => [JSON.stringify(keysInOrder(item)), item] as const);
  return items.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

function keysInOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

const counts = { passed: 0, failed: 0, "left out": 0 };
const leftOut = new Map<string, number>();
let next = 0;
async function lane(): Promise<void> {
  const folder = mkdtempSync(`${scratch}/`);
  for (let one = cases[next++]; one !== undefined; one = cases[next++]) {
    const outcome = await outcomeOf(one, folder);
    counts[outcome.kind]++;
    if (outcome.kind === "failed") {
      process.stdout.write(`failed: ${one.note}: ${outcome.why.slice(0, 200)}\n`);
    }
    if (outcome.kind === "left out") leftOut.set(outcome.why, (leftOut.get(outcome.why) ?? 0) + 1);
  }
}
try {
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
} finally {
  rmSync(scratch, { recursive: true });
}
const reasons = [...leftOut].sort(([, a], [, b]) => b - a).map(([why, count]) => `${count} ${why}`);
process.stdout.write(`left out: ${reasons.join(", ")}\n`);
const { passed, failed } = counts;
process.stdout.write(`conformance: ${passed} of ${passed + failed} compilable cases of ${cases.length}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = passed > 0 && passed / (passed + failed) >= PASSED_MIN ? 0 : 1;
