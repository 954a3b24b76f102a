import type { WorkerLine } from "../../core/ai_mail.ts";
import type { AnyDraft, PolicyDenial } from "../../core/event.ts";
import type { PolicyGate } from "../../core/ports.ts";
import type { LineProblem } from "./worker_line_schemas.ts";

/**
 * The boundary: what the AI process has written becomes a line that the host understands, or a violation. Three checks
 * say so, each by itself enough to keep an order out: the type, its schema, and policy.
 */
export type Admission =
  | { readonly ok: true; readonly line: WorkerLine }
  | { readonly ok: false; readonly violation: Violation };

export interface Violation {
  /** What was wrong, for a reader. */
  readonly detail: string;
  /** What was written. */
  readonly raw: Uint8Array;
  /** Where policy was asked and denied. */
  readonly denial: PolicyDenial | null;
}

type Message = Readonly<Record<string, unknown>>;
type Refusal = Pick<Violation, "detail"> & Partial<Pick<Violation, "denial">>;
/** Null where it has nothing against it. */
export type LineCheck = (message: Message) => Refusal | null;

/** A record, so that the compiler misses a kind that is left out. */
const KINDS: Readonly<Record<WorkerLine["type"], "advice" | "host">> = {
  recommendation: "advice",
  feature_pack: "advice",
  training_snapshot: "host",
  heartbeat: "host",
  probe_result: "host",
};

export const byType: LineCheck = (message) =>
  isKind(message["type"]) ? null : { detail: `type ${shown(message["type"])}, expected one of five` };

export function bySchema(problemOf: LineProblem): LineCheck {
  return (message) => {
    const { type } = message;
    // whatever is no advice and is not for the host either has no schema
    if (!isKind(type)) return { detail: `type ${shown(type)} has no schema` };
    const problem = problemOf(type, message);
    return problem === null ? null : { detail: problem };
  };
}

export const AI_ENTRYPOINT = "nore/ai/decision";

/** Asks the gate of the night about whatever is not for the host alone. */
export function byPolicy(gate: PolicyGate): LineCheck {
  return (message) => {
    const { type, payload } = message;
    if (isKind(type) && KINDS[type] === "host") return null;
    const asked = { type, source: "ai_role", ts: 0, cause: null, payload } as unknown as AnyDraft;
    try {
      const decision = gate.decide(AI_ENTRYPOINT, asked);
      if (decision.allow === true) return null;
      const { codes, input } = decision;
      return { detail: codes.join(", "), denial: denialOf(gate, codes, input) };
    } catch (error) {
      const input = { detail: (error as Error).message };
      return { detail: input.detail, denial: denialOf(gate, ["POLICY_ERROR"], input) };
    }
  };
}

function denialOf({ policySha256 }: PolicyGate, codes: readonly string[], input: unknown): PolicyDenial {
  const about = { entrypoint: AI_ENTRYPOINT, codes, policy_sha256: policySha256, input } as const;
  return { ...about, origin: "input", denied_type: "ai_message" };
}

/** A violation is journaled with what policy read of it, which therefore must be short. */
const ASKED_BYTES_MAX = 4096;

/** Of a reason that is journaled, whatever was said. */
const DETAIL_MAX = 200;

/** All checks are asked, so that a denial is on record whatever else was wrong. */
export function admitLine(raw: Uint8Array, checks: readonly LineCheck[]): Admission {
  const message = parse(raw);
  if (typeof message === "string") return refuse(raw, { detail: message });
  let first: Refusal | null = null;
  let denial: PolicyDenial | null = null;
  for (const check of checks) {
    const refusal = check(message);
    first ??= refusal;
    denial ??= refusal?.denial ?? null;
  }
  if (first === null) return { ok: true, line: message as unknown as WorkerLine };
  return refuse(raw, { ...first, denial: raw.length > ASKED_BYTES_MAX ? null : denial });
}

function refuse(raw: Uint8Array, { detail, denial = null }: Refusal): Admission {
  return { ok: false, violation: { detail: detail.slice(0, DETAIL_MAX), raw, denial } };
}

/** What is nested deeper ends readers that go down into it, ours and those of others. */
const DEPTH_MAX = 32;

/** The message, or why it is none. */
function parse(raw: Uint8Array): Message | string {
  if (depthOf(raw) > DEPTH_MAX) return `a line that is nested deeper than ${DEPTH_MAX} levels`;
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw));
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? value as Message : "a line that is no JSON object";
  } catch (error) {
    return `a line that is no JSON: ${(error as Error).message}`;
  }
}

/** The most brackets that are open at once, those in texts left out. */
function depthOf(raw: Uint8Array): number {
  let depth = 0;
  let most = 0;
  let isText = false;
  for (let i = 0; i < raw.length; i++) {
    const byte = raw[i];
    if (isText) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) most = Math.max(most, ++depth);
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
  }
  return most;
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [34, 92, 91, 93, 123, 125];

function isKind(type: unknown): type is WorkerLine["type"] {
  return typeof type === "string" && Object.hasOwn(KINDS, type);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 80);
}
