/**
 * The limits that rules ask for, as data. A rule over a limit that is not there denies everything, or lets it pass where
 * it is read the wrong way round, so data is refused before it is used unless it has every value, each of its kind.
 */

/** What a value must be: a list counts as one, and a table as what it holds. */
export type Kind =
  | "number"
  | "string"
  | "boolean"
  | "list of numbers"
  | "list of strings"
  | "list of booleans";

/** Path of a value such as "nore.limits.jump_pct_max" → its kind. */
export type DataShape = Readonly<Record<string, Kind>>;

export function shapeOf(data: unknown): DataShape {
  return Object.fromEntries(leavesOf(data, ""));
}

/** Throws with every value that is missing, unknown or of another kind. */
export function requireShape(data: unknown, shape: DataShape): void {
  const found = shapeOf(data);
  const problems = [
    ...Object.keys(shape).filter((path) => found[path] === undefined).map((path) =>
      `${path} is missing, expected a ${shape[path]}`
    ),
    ...Object.entries(found).filter(([path, kind]) => shape[path] !== kind).map(([path, kind]) =>
      `${path} is a ${kind}, expected ${shape[path] === undefined ? "nothing there" : `a ${shape[path]}`}`
    ),
  ];
  if (problems.length > 0) throw new Error(`Policy data: ${problems.join("; ")}`);
}

function* leavesOf(value: unknown, path: string): Generator<[string, Kind]> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    yield [path, kindOf(value)];
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    yield* leavesOf(inner, path === "" ? key : `${path}.${key}`);
  }
}

/** A list that is empty, or whose values differ in kind, is none that any rule can want. */
function kindOf(value: unknown): Kind {
  if (!Array.isArray(value)) return typeof value as Kind;
  const kinds = new Set(value.map((each) => typeof each));
  return (kinds.size === 1 ? `list of ${[...kinds][0]}s` : "list") as Kind;
}
