import type { ErrorObject } from "ajv";
import { nearestName } from "./nearest_name.ts";

/**
 * One line for a human out of what a JSON Schema did not accept: where, the value, what was expected.
 * Needs errors with their schema in them (ajv's `verbose`); a schema's `title` says what is expected.
 */
export function schemaProblem(error: ErrorObject, root: string): string {
  const path = error.instancePath.split("/").slice(1).map((part) =>
    part.replaceAll("~1", "/").replaceAll("~0", "~")
  );
  if (root !== "") path.unshift(root);
  const params = error.params as Readonly<Record<string, unknown>>;
  const schema = error.parentSchema as SchemaParts | undefined;
  switch (error.keyword) {
    case "required":
      return `${[...path, params["missingProperty"]].join(".")}: missing`;
    case "additionalProperties": {
      const key = String(params["additionalProperty"]);
      return unknownKey([...path, key].join("."), key, Object.keys(schema?.properties ?? {}));
    }
    default:
      return `${path.join(".") || "the whole"}: ${shown(error.data)}, expected ${expected(error, schema)}`;
  }
}

/** No name of ours is nearly as long. */
const NAME_MAX = 64;

/** The line for a key that nothing is known of, with the nearest one that there is. */
export function unknownKey(path: string, key: string, known: readonly string[]): string {
  const nearest = key.length > NAME_MAX ? null : nearestName(key, known); // which looks at each pair of letters
  return nearest === null
    ? `${path}: unknown key, expected ${known.length === 0 ? "none" : `one of ${known.join(", ")}`}`
    : `${path}: unknown key, did you mean "${nearest}"`;
}

/** The error that says most: of alternatives the one over all of them, else the first. */
export function mainError(errors: readonly ErrorObject[]): ErrorObject {
  return errors.find(({ keyword }) => keyword === "anyOf") ?? errors[0]!;
}

interface SchemaParts {
  readonly title?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

function expected(error: ErrorObject, schema: SchemaParts | undefined): string {
  const params = error.params as Readonly<Record<string, unknown>>;
  if (error.keyword === "false schema") return "no such key";
  if (schema?.title !== undefined) return schema.title;
  switch (error.keyword) {
    case "type":
      return [params["type"]].flat().join(" or ");
    case "const":
      return JSON.stringify(params["allowedValue"]);
    case "enum":
      return `one of ${
        (params["allowedValues"] as unknown[]).map((value) => JSON.stringify(value)).join(", ")
      }`;
    default:
      return String(error.message).replace(/^must /, "to ");
  }
}

const TEXT_LENGTH_MAX = 60;

/** A value as a message quotes it: short, and on one line. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "string" ? value : String(value);
  const clipped = text.length > TEXT_LENGTH_MAX ? text.slice(0, TEXT_LENGTH_MAX) + "…" : text;
  return typeof value === "string" ? JSON.stringify(clipped) : clipped;
}
