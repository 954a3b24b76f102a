/** The parts of a JSON Schema that the configuration's own one uses, and a way down through them. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

const ANYTHING: SchemaNode = {};

/** The schema of `key` in `node`: of a property, of a list's entry, of anything; null where there can be no such key. */
export function schemaOf(node: SchemaNode, key: string, root: SchemaNode): SchemaNode | null {
  if (node.items !== undefined) return resolved(node.items, root);
  if (node.properties !== undefined) {
    return Object.hasOwn(node.properties, key) ? resolved(node.properties[key]!, root) : null;
  }
  return node.type === undefined || node.type === "object" ? ANYTHING : null;
}

/** The same where keys are taken as they are: of an unknown one nothing is known. */
export function schemaBelow(node: SchemaNode, key: string, root: SchemaNode): SchemaNode {
  return schemaOf(node, key, root) ?? ANYTHING;
}

function resolved(node: SchemaNode, root: SchemaNode): SchemaNode {
  if (node.$ref === undefined) return node;
  const target = root.$defs?.[node.$ref.replace(/^#\/\$defs\//, "")];
  if (target === undefined) throw new Error(`Schema has no "${node.$ref}"`);
  return target;
}

/** A copy with its keys in the order of the schema, free keys by name: equal settings give equal bytes. */
export function inSchemaOrder(value: unknown, node: SchemaNode, root: SchemaNode): unknown {
  if (Array.isArray(value)) {
    return value.map((item, i) => inSchemaOrder(item, schemaBelow(node, String(i), root), root));
  }
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(node.properties ?? {}).filter((key) => Object.hasOwn(fields, key));
  const free = Object.keys(fields).filter((key) => !keys.includes(key)).sort();
  return Object.fromEntries(
    [...keys, ...free].map((key) => [key, inSchemaOrder(fields[key], schemaBelow(node, key, root), root)]),
  );
}
