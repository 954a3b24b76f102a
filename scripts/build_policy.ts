/**
 * Compiles policies/rego to policies/build/policy.wasm with its manifest, policies/capabilities.json from the pinned
 * opa, and what follows from the policy: docs/policies.md and Deno's grants in deno.json. With --check it builds beside and fails where a committed file differs. The same sources give the same bytes.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadPolicy } from "@open-policy-agent/opa-wasm";
import { sha256Hex } from "../src/core/sha256.ts";
import { parseRegistry } from "../src/core/contracts.ts";
import { type Annotation, codesIn, type Denial, denialsOf, policiesText } from "./policies_text.ts";
import { pinnedOpa } from "./pinned_opa.ts";
import { ACT_ENTRYPOINTS } from "../src/policy/acts.ts";
import { shapeOf } from "../src/policy/policy_data.ts";
import { joinReads, type Path, readsOf } from "./policy_reads.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const REGO = "policies/rego/nore";
const CAPABILITIES = "policies/capabilities.json";
const DATA = "policies/data.json";
const DENO = "deno.json";
const DOCS = "docs/policies.md";

const at = (path: string): string => join(ROOT, path);
/** opa runs in the root with relative paths, so that no path of this machine can reach the output. */
function run(program: string, args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(program, args, { cwd: ROOT, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args[0]} failed: ${stderr}${stdout}`); // opa complains on both
  return stdout;
}

interface Builtin {
  readonly name: string;
  readonly decl: unknown;
  readonly infix?: string;
  readonly nondeterministic?: boolean;
}

/** All of this opa but the built-ins whose answer depends on more than their arguments; one built-in a line. */
function capabilitiesText(opa: string): string {
  const all = JSON.parse(run(opa, ["capabilities", "--current"])) as { builtins: Builtin[] };
  const bare = (key: string, value: unknown): unknown => key === "description" ? undefined : value;
  const lines = all.builtins
    .filter((builtin) => builtin.nondeterministic !== true)
    .map(({ name, decl, infix }) => JSON.stringify({ name, infix, decl }, bare));
  const rest = JSON.stringify({ ...all, builtins: undefined }).slice(1);
  return `{"builtins":[\n${lines.join(",\n")}\n],\n${rest}\n`;
}

interface Package {
  readonly path: Path;
  readonly entrypoint: string;
  readonly sources: readonly string[];
}

function findPackages(): readonly Package[] {
  return readdirSync(at(REGO)).sort().map((name) => ({
    path: ["nore", name],
    entrypoint: `nore/${name}/decision`,
    sources: readdirSync(at(`${REGO}/${name}`)).sort()
      .filter((file) => file.endsWith(".rego") && !file.endsWith("_test.rego"))
      .map((file) => `${REGO}/${name}/${file}`),
  }));
}

function readsOfPackage(opa: string, one: Package, packages: readonly Package[]): Path[] {
  const paths = packages.map((each) => each.path);
  return joinReads(one.sources.flatMap((source) => {
    try {
      return readsOf(JSON.parse(run(opa, ["parse", "--format", "json", source])), paths);
    } catch (error) {
      throw new Error(`${source}: ${(error as Error).message}`);
    }
  }));
}

function compile(opa: string, capabilities: string, packages: readonly Package[]): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "nore-policy-"));
  try {
    const [bundle, limits] = [join(folder, "bundle.tar.gz"), join(folder, "capabilities.json")];
    writeFileSync(limits, capabilities);
    const entrypoints = packages.flatMap((one) => ["-e", one.entrypoint]);
    run(opa, [
      ...["build", "-t", "wasm", "--ignore", "*_test.rego", "--capabilities", limits],
      ...[...entrypoints, "-o", bundle, "policies/rego"],
    ]);
    run("tar", ["-xzf", bundle, "-C", folder]);
    return readFileSync(join(folder, "policy.wasm"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A built-in that wasm has not got is called in JavaScript, or fails in the middle of the night: refuse it here. */
async function proveSelfContained(wasm: Buffer, packages: readonly Package[]): Promise<void> {
  const policy = await loadPolicy(wasm);
  const exports = (policy.wasmInstance as { exports: Record<string, (address?: number) => number> }).exports;
  const start = exports["opa_json_dump"]!(exports["builtins"]!());
  const bytes = new Uint8Array(policy.mem.buffer);
  const text = new TextDecoder().decode(bytes.subarray(start, bytes.indexOf(0, start)));
  if (text !== "{}") throw new Error(`Policy needs built-ins from outside of wasm: ${text}`);

  const expected = packages.map((one) => one.entrypoint).join(" ");
  const actual = Object.keys(policy.entrypoints).sort().join(" ");
  if (actual !== expected) throw new Error(`Policy has the entrypoints "${actual}", expected "${expected}"`);
}

/** As the formatter wants it. */
function docsText(
  annotations: readonly Annotation[],
  denials: Readonly<Record<string, readonly Denial[]>>,
  entrypoints: Readonly<Record<string, { readonly reads: readonly Path[] }>>,
): string {
  const registry = parseRegistry(readFileSync(at("config/contracts.v1.yaml"), "utf8"));
  const text = policiesText({
    annotations,
    denials,
    reads: Object.fromEntries(Object.entries(entrypoints).map(([name, { reads }]) => [name, reads])),
    entrypoints: {
      ...ACT_ENTRYPOINTS,
      ...Object.fromEntries([...registry].map(([type, { entrypoint }]) => [type, entrypoint ?? "none"])),
    },
  });
  return execFileSync(process.execPath, [at("scripts/deno.mjs"), "fmt", "--ext", "md", "-"], {
    cwd: ROOT,
    encoding: "utf8",
    input: text,
  });
}

async function build(): Promise<ReadonlyMap<string, Buffer>> {
  const opa = pinnedOpa();
  const packages = findPackages();
  const capabilities = capabilitiesText(opa);
  const wasm = compile(opa, capabilities, packages);
  await proveSelfContained(wasm, packages);

  const inspected = run(opa, ["inspect", "-a", "--format", "json", "policies/rego"]);
  const { annotations } = JSON.parse(inspected) as { readonly annotations: readonly Annotation[] };
  const denials = Object.fromEntries(
    packages.map(({ path: [, name], sources }) => {
      const codes = sources.flatMap((source) => codesIn(readFileSync(at(source), "utf8")));
      return [name!, denialsOf(annotations, name!, codes)];
    }),
  );
  const data: unknown = JSON.parse(readFileSync(at(DATA), "utf8"));
  const manifest = {
    opa_version: /^Version: (.*)$/m.exec(run(opa, ["version"]))?.[1],
    wasm_sha256: sha256Hex(wasm),
    sources: Object.fromEntries(
      packages.flatMap((one) => one.sources).map((source) => [source, sha256Hex(readFileSync(at(source)))]),
    ),
    data: shapeOf(data),
    entrypoints: Object.fromEntries(
      packages.map((one) => [one.entrypoint, {
        reads: readsOfPackage(opa, one, packages),
        denials: Object.fromEntries(
          denials[one.path[1]!]!.map(({ code, ...why }) => [code, why]),
        ),
      }]),
    ),
  };
  return new Map([
    [CAPABILITIES, Buffer.from(capabilities)],
    ["policies/build/policy.wasm", wasm],
    ["policies/build/manifest.json", Buffer.from(JSON.stringify(manifest, null, 2) + "\n")],
    [DENO, Buffer.from(denoTasksText(data))],
    [DOCS, Buffer.from(docsText(annotations, denials, manifest.entrypoints))],
  ]);
}

interface EgressData {
  readonly hosts: { readonly NORE: readonly string[] };
  readonly loopback: readonly string[];
  readonly ports: { readonly NORE: readonly number[] };
}

/** The same list as a grant of Deno: its own gate stands behind ours. */
function denoTasksText(data: unknown): string {
  const { hosts, loopback, ports } = (data as { readonly nore: { readonly egress: EgressData } }).nore.egress;
  const granted = hosts.NORE.flatMap((host) =>
    loopback.includes(host) ? [host] : ports.NORE.map((port) => `${host}:${port}`)
  );
  return readFileSync(at(DENO), "utf8").replace(
    /(?<="(?:nore|cli|gates)": ".*--allow-net=)[^ ]+/g,
    granted.join(),
  );
}

function readOrEmpty(path: string): Buffer {
  try {
    return readFileSync(at(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}

/** false where a committed file differs and may not be written. */
async function main(check: boolean): Promise<boolean> {
  let isFine = true;
  for (const [path, bytes] of await build()) {
    const facts = `${path} (${bytes.length} bytes, sha256 ${sha256Hex(bytes)})`;
    if (bytes.equals(readOrEmpty(path))) {
      console.log(`up to date: ${facts}`);
    } else if (check) {
      console.log(`differs from a fresh build: ${facts}, run "npx tsx scripts/build_policy.ts"`);
      isFine = false;
    } else {
      writeFileSync(at(path), bytes);
      console.log(`written: ${facts}`);
    }
  }
  return isFine;
}

try {
  if (!await main(process.argv.includes("--check"))) process.exitCode = 1;
} catch (error) {
  console.error((error as Error).message); // what opa refused, or what it compiled is unfit: no stack helps
  process.exitCode = 1;
}
