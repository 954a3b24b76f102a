import { Ajv2020 } from "ajv/dist/2020.js";
import type { EventType } from "./event.ts";
import { QUEUES } from "./queue_names.ts";
import { mainError, schemaProblem, shown } from "./schema_problem.ts";
import { sha256Hex } from "./sha256.ts";
import { parseStrictYaml } from "./strict_yaml.ts";

/**
 * The registry of event types and the schemas behind it: what may be journaled, where, and who must permit it.
 * The same check runs when an event is admitted and when it is read back. It never reads a file.
 */

/** input: from outside; derived: follows from its cause; stated: `payload.origin` says which of the two. */
export type OriginRule = "input" | "derived" | "stated";

export interface Contract {
  /** Path in the registry's folder. */
  readonly schema: string;
  readonly queue: string;
  /** The policy rule that must permit an event of this type; null = it is not sent through policy. */
  readonly entrypoint: string | null;
  readonly origin: OriginRule;
}

export type Registry = ReadonlyMap<EventType, Contract>;

export interface Contracts {
  readonly types: readonly EventType[];
  queueOf(type: string): string;
  entrypointOf(type: string): string | null;
  originOf(type: string): OriginRule;
  /** For a draft: null where source and payload fit, else the problem in one line. */
  checkPayload(type: string, source: string, payload: unknown): string | null;
  /** For a line that is read back: the same, over the whole envelope. */
  checkEvent(event: unknown): string | null;
}

/** A record, so that the compiler misses a type that is left out. */
const TYPES: Readonly<Record<EventType, true>> = {
  market_tick: true,
  signal: true,
  risk_action: true,
  order_intent: true,
  order_cancel: true,
  order_result: true,
  fill: true,
  health: true,
  stop_journal: true,
  recommendation: true,
  feature_pack: true,
  policy_denial: true,
  operator_command: true,
  timer: true,
  lifecycle: true,
};
const TYPE_NAMES = Object.keys(TYPES) as readonly EventType[];

const CONTRACT_SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: ["schema", "queue", "entrypoint", "origin"],
  properties: {
    // No slash after the folder: a schema cannot lie elsewhere.
    schema: {
      type: "string",
      pattern: "^schemas/[a-z0-9_.]+\\.schema\\.json$",
      title: '"schemas/<type>.v1.schema.json"',
    },
    queue: { type: "string", enum: QUEUES },
    entrypoint: {
      type: "string",
      pattern: "^(?:none|nore/[a-z_]+/decision)$",
      title: '"nore/<package>/decision" or "none"',
    },
    origin: { type: "string", enum: ["input", "derived", "stated"] },
  },
};

const REGISTRY_SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: ["v", "types"],
  properties: {
    v: { type: "integer", const: 1 },
    types: {
      type: "object",
      additionalProperties: false,
      required: TYPE_NAMES,
      properties: Object.fromEntries(TYPE_NAMES.map((type) => [type, CONTRACT_SCHEMA])),
    },
  },
};

/** Throws an error that lists all that is wrong with the registry. */
export function parseRegistry(text: string): Registry {
  const value = parseStrictYaml(text);
  const check = new Ajv2020({ strict: true, allErrors: true, verbose: true }).compile(REGISTRY_SCHEMA);
  if (!check(value)) {
    throw new Error((check.errors ?? []).map((error) => schemaProblem(error, "")).join("\n"));
  }
  const { types } = value as { types: Record<EventType, Contract & { entrypoint: string }> };
  const registry = new Map(
    (Object.entries(types) as [EventType, Contract][]).map(([type, contract]) => [
      type,
      { ...contract, entrypoint: contract.entrypoint === "none" ? null : contract.entrypoint },
    ]),
  );
  const used = new Set([...registry.values()].map(({ queue }) => queue));
  const unused = QUEUES.filter((queue) => !used.has(queue));
  if (unused.length > 0) throw new Error(`types: no type is bound to ${unused.join(", ")}`);
  return registry;
}

interface Checks {
  readonly contract: Contract;
  readonly sources: readonly string[];
  readonly payload: ReturnType<Ajv2020["compile"]>;
  readonly event: ReturnType<Ajv2020["compile"]>;
}

/** `schemas`: path in the registry's folder → text. Throws where a schema is missing, broken or another type's. */
export function compileContracts(registry: Registry, schemas: ReadonlyMap<string, string>): Contracts {
  // `verbose` costs only where something does not fit; code that is not optimised compiles faster and runs the same.
  const ajv = new Ajv2020({ strict: true, verbose: true, code: { optimize: false } });
  const byType = new Map<string, Checks>();
  for (const [type, contract] of registry) {
    const text = schemas.get(contract.schema);
    if (text === undefined) throw new Error(`No schema "${contract.schema}" for events of type "${type}"`);
    try {
      byType.set(type, compile(ajv, type, contract, text));
    } catch (error) {
      throw new Error(`Schema "${contract.schema}": ${(error as Error).message}`, { cause: error });
    }
  }

  const checksOf = (type: string): Checks => {
    const checks = byType.get(type);
    if (checks === undefined) throw new Error(`No contract for events of type ${JSON.stringify(type)}`);
    return checks;
  };
  return {
    types: [...registry.keys()],
    queueOf: (type) => checksOf(type).contract.queue,
    entrypointOf: (type) => checksOf(type).contract.entrypoint,
    originOf: (type) => checksOf(type).contract.origin,
    checkPayload(type, source, payload) {
      const checks = byType.get(type);
      if (checks === undefined) return unknownType(type);
      if (!checks.sources.includes(source)) {
        return `source: ${shown(source)}, expected ${checks.sources.join(" or ")}`;
      }
      if (checks.payload(payload)) return null;
      return schemaProblem(mainError(checks.payload.errors ?? []), "payload");
    },
    checkEvent(event) {
      if (typeof event !== "object" || event === null) return "the whole: not an object, expected an event";
      const { type } = event as { type?: unknown };
      const checks = typeof type === "string" ? byType.get(type) : undefined;
      if (checks === undefined) return unknownType(type);
      return checks.event(event) ? null : schemaProblem(mainError(checks.event.errors ?? []), "");
    },
  };
}

function unknownType(type: unknown): string {
  return `type: ${shown(type)}, expected a type that the registry names`;
}

function compile(ajv: Ajv2020, type: EventType, contract: Contract, text: string): Checks {
  const schema = JSON.parse(text) as {
    $id?: string;
    properties?: { type?: { const?: unknown }; source?: { enum?: unknown } };
  };
  const named = schema.properties?.type?.const;
  if (named !== type) {
    throw new Error(`is of type ${shown(named)}, expected "${type}"`);
  }
  const sources = schema.properties?.source?.enum;
  if (!Array.isArray(sources)) throw new Error("has no list of sources in properties.source.enum");
  const event = ajv.compile(schema);
  const payload = ajv.getSchema(`${schema.$id}#/properties/payload`);
  if (payload === undefined) throw new Error("has no $id, or no payload in properties.payload");
  return { contract, sources, payload, event };
}

/**
 * One hash over the registry and its schemas: `<sha256>  <path>\n` for each file, sorted by path.
 * Paths are ASCII (the registry's own rule), so the order of code units is the order of bytes.
 */
export function contractsSha256(files: ReadonlyMap<string, Uint8Array>): string {
  const paths = [...files.keys()].sort((a, b) => (a < b ? -1 : 1));
  return sha256Hex(paths.map((path) => `${sha256Hex(files.get(path)!)}  ${path}\n`).join(""));
}
