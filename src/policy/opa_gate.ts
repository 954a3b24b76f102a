import { loadPolicy } from "@open-policy-agent/opa-wasm";
import type { Asked, Decision, PolicyGate } from "../core/ports.ts";
import { type DecisionMemo, decisionMemo } from "./decision_memo.ts";
import { type Path, projectionOf } from "./projection.ts";

/**
 * The gate: asks the compiled policy whether a draft may become an event. It answers with allow or with a denial that
 * has codes; whatever else happens inside is thrown as an Error, never taken for either.
 */

/** What a decision may know of the run; the same words as in its manifest.json. */
export interface ManifestFacts {
  readonly mode: "NORE";
  readonly source: string;
  readonly venue: string;
  readonly symbols: readonly string[];
  readonly prices: string;
  readonly execution: "paper";
}

export interface GateOptions {
  readonly wasm: Uint8Array;
  readonly data: unknown;
  /** Entrypoint → the input fields that it reads. */
  readonly reads: Readonly<Record<string, readonly Path[]>>;
  readonly policySha256: string;
  readonly manifest: ManifestFacts;
}

export interface OpaGate extends PolicyGate {
  /** Bytes of memory that the policy holds. It stays flat: every evaluation starts from the same heap. */
  memoryBytes(): number;
}

/** Bounds what one entrypoint remembers to some 1 MB. */
const MEMO_VALUES_MAX = 4096;
/** Pages of 64 KiB. The policy with its data needs less than 5; an input too large for 64 is an error. */
const MEMORY_PAGES = { initial: 5, maximum: 64 };

const ALLOW: Decision = { allow: true };

/** What the gate needs of a loaded policy. */
export interface LoadedPolicy {
  readonly entrypoints: object;
  readonly mem: { readonly buffer: { readonly byteLength: number } };
  evaluate(input: object, entrypoint: string): unknown;
}

export async function openGate(options: GateOptions): Promise<OpaGate> {
  return gateOver(await loadBounded(options.wasm, options.data), options);
}

export function gateOver(policy: LoadedPolicy, options: Omit<GateOptions, "wasm" | "data">): OpaGate {
  const tally = { decisions: 0, evaluations: 0 };
  const memos = new Map<string, DecisionMemo>();
  for (const [entrypoint, reads] of Object.entries(options.reads)) {
    if (!Object.hasOwn(policy.entrypoints, entrypoint)) {
      throw new Error(`Policy has no entrypoint "${entrypoint}", it has ${names(policy.entrypoints)}`);
    }
    memos.set(
      entrypoint,
      decisionMemo({
        projection: projectionOf(reads, options.manifest),
        evaluate(input) {
          tally.evaluations++;
          return evaluate(policy, entrypoint, input);
        },
        valuesMax: MEMO_VALUES_MAX,
      }),
    );
  }

  return {
    policySha256: options.policySha256,
    tally,
    decide(entrypoint: string, asked: Asked): Decision {
      const memo = memos.get(entrypoint);
      if (memo === undefined) {
        throw new Error(`Unknown policy entrypoint "${entrypoint}", expected ${names(options.reads)}`);
      }
      tally.decisions++;
      return memo.decide(asked);
    },
    memoryBytes: () => policy.mem.buffer.byteLength,
  };
}

/** Whatever it is asked, its memory has an end. */
export async function loadBounded(wasm: Uint8Array, data: unknown): Promise<LoadedPolicy> {
  try {
    const policy = await loadPolicy(new Uint8Array(wasm), { ...MEMORY_PAGES });
    policy.setData(data as object);
    return policy;
  } catch (thrown) {
    throw new Error(`Policy cannot be loaded: ${messageOf(thrown)}`, { cause: thrown });
  }
}

function evaluate(
  policy: LoadedPolicy,
  entrypoint: string,
  input: Readonly<Record<string, unknown>>,
): Decision {
  let results: unknown;
  try {
    results = policy.evaluate(input, entrypoint);
  } catch (thrown) {
    throw new Error(`Policy entrypoint "${entrypoint}" failed: ${messageOf(thrown)}`, { cause: thrown });
  }
  const decision = readDecision(results);
  if (decision === null) {
    throw new Error(
      `Policy entrypoint "${entrypoint}" answered ${JSON.stringify(results)}, ` +
        `expected one {"allow":true,"codes":[]} or {"allow":false,"codes":[sorted codes]}`,
    );
  }
  return decision.allow ? ALLOW : { allow: false, codes: decision.codes, input };
}

interface Answer {
  readonly allow: boolean;
  readonly codes: readonly string[];
}

/** null for anything but a decision: undefined (no result at all), a wrong shape, allow with codes, deny without. */
function readDecision(results: unknown): Answer | null {
  if (!Array.isArray(results) || results.length !== 1) return null;
  const answer: unknown = (results[0] as { result?: unknown } | null)?.result;
  if (typeof answer !== "object" || answer === null) return null;
  const { allow, codes, ...rest } = answer as Record<string, unknown>;
  if (typeof allow !== "boolean" || !isSortedCodes(codes) || Object.keys(rest).length > 0) return null;
  return allow === (codes.length === 0) ? { allow, codes } : null;
}

function isSortedCodes(value: unknown): value is readonly string[] {
  return Array.isArray(value) &&
    value.every((code, i) => typeof code === "string" && (i === 0 || value[i - 1] < code));
}

/** The SDK throws Errors, bare strings and plain objects. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  return typeof thrown === "string" ? thrown : JSON.stringify(thrown);
}

function names(table: object): string {
  return Object.keys(table).map((name) => `"${name}"`).join(", ");
}
