import { schemaBelow, type SchemaNode, schemaOf } from "./config_schema.ts";
import { shown, unknownKey } from "./schema_problem.ts";
import { parseStrictYaml } from "./strict_yaml.ts";

/** One `--set path=value`: the path is dotted, entries of a list are counted from 0, the value is YAML on one line. */
export interface ConfigOverride {
  readonly path: string;
  readonly value: string;
}

/** A copy of the configuration with the one value set. Throws where the schema knows no such path. */
export function setConfigValue(config: unknown, override: ConfigOverride, schema: SchemaNode): unknown {
  const keys = override.path.split(".");

  function put(current: unknown, node: SchemaNode, depth: number): unknown {
    const key = keys[depth];
    if (key === undefined) return parseValue(override, node, schema);
    const path = keys.slice(0, depth + 1).join(".");
    const next = schemaOf(node, key, schema);
    if (next === null) throw new Error(unknownKey(`--set ${path}`, key, Object.keys(node.properties ?? {})));
    if (node.items !== undefined) {
      const length = Array.isArray(current) ? current.length : 0;
      if (!/^(?:0|[1-9][0-9]{0,3})$/.test(key) || Number(key) >= length) {
        throw new Error(`--set ${path}: no such entry, expected a number from 0 to below ${length}`);
      }
      return (current as unknown[]).map((item, i) => (i === Number(key) ? put(item, next, depth + 1) : item));
    }
    const fields = current === undefined ? {} : current;
    if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
      throw new Error(`--set ${path}: it would replace ${shown(current)}, expected an object there`);
    }
    const own = Object.hasOwn(fields, key) ? (fields as Record<string, unknown>)[key] : undefined;
    // From entries, not by assignment: a key may be called __proto__.
    return Object.fromEntries([...Object.entries(fields), [key, put(own, next, depth + 1)]]);
  }

  return put(config, schema, 0);
}

function parseValue({ path, value }: ConfigOverride, node: SchemaNode, root: SchemaNode): unknown {
  if (/^[^"'[{]*?(?:^|\s)#/.test(value)) {
    throw new Error(`--set ${path}: ${shown(value)} is cut short by "#", expected the value in quotes`);
  }
  let typed: unknown;
  let strings: unknown;
  try {
    typed = parseStrictYaml(value);
    strings = parseStrictYaml(value, { allStrings: true });
  } catch (error) {
    throw new Error(`--set ${path}: ${shown(value)} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return chosen(typed, strings, node, root);
}

/** Of two readings of the same text the typed one, but the string where the schema wants a string: 0.10 stays "0.10". */
function chosen(typed: unknown, strings: unknown, node: SchemaNode, root: SchemaNode): unknown {
  if (Array.isArray(typed)) {
    return typed.map((item, i) =>
      chosen(item, (strings as unknown[])[i], schemaBelow(node, String(i), root), root)
    );
  }
  if (typeof typed === "object" && typed !== null) {
    return Object.fromEntries(
      Object.entries(typed).map(([key, item]) => [
        key,
        chosen(item, (strings as Record<string, unknown>)[key], schemaBelow(node, key, root), root),
      ]),
    );
  }
  const types = [node.type].flat();
  return types.includes("string") && !(typed === null && types.includes("null")) ? strings : typed;
}
