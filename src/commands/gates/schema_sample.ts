/**
 * Events made from a schema alone: every property that it names, and the paths of all fields that it requires.
 * It knows the words of JSON Schema that our contracts use and throws at what it cannot fulfil.
 */
export interface Sample {
  readonly value: Readonly<Record<string, unknown>>;
  /** Paths such as ["payload", "feed", "frames"]. */
  readonly required: readonly Path[];
}
export type Path = readonly string[];

type Schema = boolean | {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly prefixItems?: readonly Schema[];
  readonly items?: Schema;
  readonly anyOf?: readonly OpenSchema[];
  readonly if?: Schema;
  readonly then?: Schema;
  readonly else?: Schema;
};
type OpenSchema = Exclude<Schema, boolean>;

/** One sample for each value of the field that decides which other fields there must be (kind, origin, result …). */
export function samplesOf(schema: OpenSchema): readonly Sample[] {
  const payload = schema.properties?.["payload"];
  const field = typeof payload === "object" ? decidingField(payload) : null;
  const values = field === null ? [null] : valuesOf(payload as OpenSchema, field);
  return values.map((value) => {
    const chosen = field === null ? {} : { [field]: value };
    const required: Path[] = [];
    const event = new Maker(schema.$defs ?? {}, chosen, required).make(schema, []);
    return { value: event as Sample["value"], required };
  });
}

function decidingField(payload: OpenSchema): string | null {
  const condition = payload.if;
  return typeof condition === "object" ? Object.keys(condition.properties ?? {})[0] ?? null : null;
}

function valuesOf(payload: OpenSchema, field: string): readonly unknown[] {
  const property = payload.properties?.[field];
  const values = typeof property === "object" ? property.enum : undefined;
  if (values === undefined) throw new Error(`No list of values of ${field}, on which other fields depend`);
  return values;
}

class Maker {
  readonly #defs: Readonly<Record<string, Schema>>;
  readonly #chosen: Readonly<Record<string, unknown>>;
  readonly #required: Path[];

  constructor(
    defs: Readonly<Record<string, Schema>>,
    chosen: Readonly<Record<string, unknown>>,
    required: Path[],
  ) {
    this.#defs = defs;
    this.#chosen = chosen;
    this.#required = required;
  }

  make(given: Schema, path: Path): unknown {
    const schema = this.#resolve(given);
    if ("const" in schema) return schema.const;
    if (schema.enum !== undefined) return schema.enum[0];
    const type = typeof schema.type === "object" ? schema.type[0] : schema.type;
    switch (type) {
      case undefined:
      case "object":
        return this.#object(schema, path);
      case "array":
        return this.#array(schema, path);
      case "string":
        return schema.pattern === undefined ? TEXTS[0] : textFor(schema.pattern);
      case "integer":
      case "number":
        return schema.minimum ?? 0;
      case "boolean":
        return true;
      case "null":
        return null;
      default:
        throw new Error(`No sample for the type ${JSON.stringify(type)} at ${path.join(".")}`);
    }
  }

  #object(schema: OpenSchema, path: Path): unknown {
    const { required, properties } = this.#branches(schema);
    for (const name of required) this.#required.push([...path, name]);
    const value: Record<string, unknown> = {};
    for (const [name, property] of Object.entries(properties)) {
      if (property === false) continue; // a field that must not be there
      value[name] = name in this.#chosen ? this.#chosen[name] : this.make(property, [...path, name]);
    }
    return value;
  }

  #array({ prefixItems, items }: OpenSchema, path: Path): unknown {
    const each = prefixItems ?? (items === undefined ? [] : [items]);
    return each.map((item, i) => this.make(item, [...path, String(i)]));
  }

  /** What the schema and the branches that hold for the chosen value ask for, all together. */
  #branches(
    schema: OpenSchema,
  ): { readonly required: readonly string[]; readonly properties: Record<string, Schema> } {
    const required = new Set(schema.required);
    const properties: Record<string, Schema> = { ...schema.properties };
    const branch = typeof schema.if !== "object"
      ? undefined
      : this.#holds(schema.if)
      ? schema.then
      : schema.else;
    if (typeof branch === "object") {
      const inner = this.#branches(branch);
      inner.required.forEach((name) => required.add(name));
      for (const [name, property] of Object.entries(inner.properties)) {
        if (property !== true) properties[name] = property;
      }
    }
    return { required: [...required], properties };
  }

  #holds({ properties = {} }: OpenSchema): boolean {
    return Object.entries(properties).every(([name, property]) => {
      const expected = this.#resolve(property);
      return (expected.enum ?? [expected.const]).includes(this.#chosen[name]);
    });
  }

  #resolve(schema: Schema): OpenSchema {
    if (typeof schema === "boolean") return {};
    if (schema.anyOf !== undefined) return this.#resolve(schema.anyOf[0]!);
    if (schema.$ref === undefined) return schema;
    const target = this.#defs[schema.$ref.replace("#/$defs/", "")];
    if (target === undefined) throw new Error(`No definition ${JSON.stringify(schema.$ref)}`);
    return this.#resolve(target);
  }
}

/** Texts that the patterns of our contracts ask for; the first that fits is taken. */
const TEXTS: readonly string[] = [
  "text",
  "1",
  "BTCUSDT",
  "0".repeat(64),
  "43bf99f4-b3bc-4041-9dec-c812bd40166d",
  "20261121_220000",
  "20261121220000-1",
  "2026-11-21T22:00:00.000Z",
  "nore/order/decision",
];

function textFor(pattern: string): string {
  const fitting = TEXTS.find((text) => new RegExp(pattern, "u").test(text));
  if (fitting === undefined) throw new Error(`No sample text for the pattern ${JSON.stringify(pattern)}`);
  return fitting;
}

/** The same without the field at the end of the path. */
export function without(value: unknown, [name, ...rest]: Path): unknown {
  if (Array.isArray(value)) return value.map((item, i) => String(i) === name ? without(item, rest) : item);
  const { [name!]: inner, ...others } = value as Record<string, unknown>;
  return rest.length === 0 ? others : { ...others, [name!]: without(inner, rest) };
}
