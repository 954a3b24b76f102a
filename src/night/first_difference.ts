/** Where two JSON values differ first, in the order of the first one's fields. It judges nothing. */
export interface FieldDifference {
  /** Such as `payload.codes[1]`; empty for the values themselves. */
  readonly field: string;
  /** undefined where there is none. */
  readonly recorded: unknown;
  readonly replayed: unknown;
}

export function firstDifference(recorded: unknown, replayed: unknown, field = ""): FieldDifference | null {
  const isList = Array.isArray(recorded);
  if (!isBranch(recorded) || !isBranch(replayed) || isList !== Array.isArray(replayed)) {
    return Object.is(recorded, replayed) ? null : { field, recorded, replayed };
  }
  const names = Object.keys(recorded);
  const others = Object.keys(replayed);
  for (const name of new Set([...names, ...others])) {
    const inner = isList ? `${field}[${name}]` : field === "" ? name : `${field}.${name}`;
    const difference = firstDifference(recorded[name], replayed[name], inner);
    if (difference !== null) return difference;
  }
  const inOrder = names.join("\n") === others.join("\n");
  return inOrder
    ? null
    : { field: `${field} (order of its fields)`.trim(), recorded: names, replayed: others };
}

function isBranch(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
