import type { PolicyDigests } from "../core/event.ts";
import { sha256Hex } from "../core/sha256.ts";
import { type DataShape, requireShape } from "./policy_data.ts";
import type { Path } from "./projection.ts";

/**
 * Reads the compiled policy, its manifest and its data from their bytes and checks that they belong together.
 * It opens no file itself, so that a run's own copies are read as the project's are.
 */
export interface PolicyFiles {
  readonly wasm: Uint8Array;
  readonly data: unknown;
  /** Entrypoint → the input fields that it reads. */
  readonly reads: Readonly<Record<string, readonly Path[]>>;
  /** Code → why it denies, in the words of the rule. */
  readonly denials: ReadonlyMap<string, DenialText>;
  readonly policySha256: string;
  readonly policyDataSha256: string;
}

export function digestsOf({ policySha256, policyDataSha256 }: PolicyFiles): PolicyDigests {
  return { policy_sha256: policySha256, policy_data_sha256: policyDataSha256 };
}

export interface DenialText {
  /** error: a role broke its promise; limit: a ceiling is reached. */
  readonly severity: string;
  readonly title: string;
  readonly description: string;
}

export interface PolicyBytes {
  readonly wasm: Uint8Array;
  readonly manifest: Uint8Array;
  readonly data: Uint8Array;
}

/** `entrypoints` are those that the contracts name: each must be there. */
export function readPolicyFiles(bytes: PolicyBytes, entrypoints: readonly string[]): PolicyFiles {
  const manifest = parseObject("Policy manifest", bytes.manifest);
  const policySha256 = sha256Hex(bytes.wasm);
  if (manifest["wasm_sha256"] !== policySha256) {
    throw new Error(
      `Policy manifest is for a wasm of sha256 ${JSON.stringify(manifest["wasm_sha256"])}, ` +
        `the wasm has ${policySha256}`,
    );
  }

  const reads = readsOf(manifest["entrypoints"]);
  const missing = entrypoints.filter((entrypoint) => !Object.hasOwn(reads, entrypoint));
  if (missing.length > 0) {
    throw new Error(
      `Policy manifest has no entrypoint "${missing.join('", "')}", it has "${
        Object.keys(reads).join('", "')
      }"`,
    );
  }
  const data = parseObject("Policy data", bytes.data);
  requireShape(data, parseShape(manifest["data"]));
  return {
    wasm: bytes.wasm,
    data,
    reads,
    denials: denialsOf(manifest["entrypoints"] as Readonly<Record<string, unknown>>),
    policySha256,
    policyDataSha256: sha256Hex(bytes.data),
  };
}

function parseObject(what: string, bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new Error(`${what} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!isObject(value)) throw new Error(`${what} is ${kindOf(value)}, expected an object`);
  return value;
}

function parseShape(shape: unknown): DataShape {
  if (isObject(shape) && Object.values(shape).every((kind) => typeof kind === "string")) {
    return shape as DataShape;
  }
  throw new Error("Policy manifest does not say what its data must hold, expected the kind of each value");
}

function readsOf(entrypoints: unknown): Record<string, readonly Path[]> {
  if (!isObject(entrypoints)) {
    throw new Error(`Policy manifest has ${kindOf(entrypoints)} as entrypoints, expected an object`);
  }
  const reads: Record<string, readonly Path[]> = {};
  for (const [name, entry] of Object.entries(entrypoints)) {
    const paths = isObject(entry) ? entry["reads"] : undefined;
    if (!Array.isArray(paths) || paths.length === 0 || !paths.every(isPath)) {
      throw new Error(
        `Policy manifest does not list what "${name}" reads, expected [["payload","symbol"],...]`,
      );
    }
    reads[name] = paths;
  }
  return reads;
}

function denialsOf(entrypoints: Readonly<Record<string, unknown>>): ReadonlyMap<string, DenialText> {
  const denials = new Map<string, DenialText>();
  for (const [name, entry] of Object.entries(entrypoints)) {
    const texts = (entry as Readonly<Record<string, unknown>>)["denials"];
    if (!isObject(texts) || !Object.values(texts).every(isDenialText)) {
      throw new Error(
        `Policy manifest does not say why "${name}" denies, expected a severity, title and description for each code`,
      );
    }
    for (const [code, text] of Object.entries(texts)) denials.set(code, text as DenialText);
  }
  return denials;
}

function isDenialText(value: unknown): value is DenialText {
  return isObject(value) &&
    ["severity", "title", "description"].every((key) => typeof value[key] === "string");
}

function isPath(value: unknown): value is Path {
  return Array.isArray(value) && value.length > 0 && value.every((key) => typeof key === "string");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "an array" : value === null ? "null" : typeof value;
}
