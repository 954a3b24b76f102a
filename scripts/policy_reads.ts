/**
 * Which input fields a Rego module reads, taken from its AST as `opa parse --format json` gives it.
 * The memo rests on this list: what cannot be listed exactly is refused, never guessed.
 */

export type Path = readonly string[];

/** What an event offers to policy. */
const INPUT_FIELDS = ["manifest", "type", "source", "ts", "payload"];

interface Term {
  readonly type: string;
  readonly value: unknown;
}

/**
 * The paths below `input` in one module, with repeats. `packages` are the paths of all packages below `data`;
 * a rule of another package is refused, because its reads would be missing here.
 */
export function readsOf(module: Readonly<Record<string, unknown>>, packages: readonly Path[]): Path[] {
  const own = pathOf((module["package"] as { path: readonly Term[] }).path);
  const others = packages.filter((path) => path.join("/") !== own.join("/"));
  const reads: Path[] = [];

  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== "object" || node === null) return;
    const { type, value, negated, terms } = node as Record<string, unknown>;
    if (negated === true) refuseUnsafeNegation(terms);
    if (type === "var") refuseBare(value as string);
    if (type !== "ref") return Object.values(node).forEach(visit);

    const [head, ...rest] = value as readonly Term[];
    const path = pathOf(value as readonly Term[]);
    if (head!.type === "var" && head!.value === "input") reads.push(checkedRead(path));
    else if (head!.type === "var" && head!.value === "data") refuseForeign(path, others);
    else visit(head);
    rest.forEach(visit);
  };
  visit([module["rules"], module["imports"]]);
  return reads;
}

/** Sorted, without repeats; a path that another one begins with stands for both. */
export function joinReads(reads: readonly Path[]): Path[] {
  const isPrefix = (short: Path, long: Path): boolean =>
    short.length < long.length && short.every((key, i) => key === long[i]);
  const texts = [...new Set(reads.map((path) => JSON.stringify(path)))].sort();
  const paths = texts.map((text) => JSON.parse(text) as Path);
  return paths.filter((path) => !paths.some((other) => isPrefix(other, path)));
}

/** The keys after the head, up to the first one that is computed: from there on everything counts as read. */
function pathOf(terms: readonly Term[]): Path {
  const keys = terms.slice(1);
  const computed = keys.findIndex((term) => term.type !== "string");
  return keys.slice(0, computed < 0 ? keys.length : computed).map((term) => term.value as string);
}

function checkedRead(path: Path): Path {
  const [field] = path;
  if (field === undefined) refuseBare("input");
  if (!INPUT_FIELDS.includes(field!)) {
    throw new Error(`Policy reads "input.${field}", but input has only ${INPUT_FIELDS.join(", ")}`);
  }
  return path;
}

function refuseBare(name: string): void {
  if (name === "input" || name === "data") {
    throw new Error(
      `Policy uses "${name}" as a whole, expected a field of it, such as "input.payload.symbol"`,
    );
  }
}

function refuseForeign(path: Path, others: readonly Path[]): void {
  const foreign = others.find((other) => {
    const shared = Math.min(other.length, path.length);
    return other.slice(0, shared).join("/") === path.slice(0, shared).join("/");
  });
  if (foreign !== undefined) {
    throw new Error(
      `Policy refers to "data.${path.join(".")}", which reaches into package "${foreign.join(".")}", ` +
        `expected only data and rules of its own package`,
    );
  }
}

/**
 * `not f(input.x)` and `not input.x in xs` are undefined where x is missing: the argument is evaluated outside of the
 * `not`, and the rule that should deny says nothing. `not is_fine` denies whatever is missing inside of `is_fine`.
 */
function refuseUnsafeNegation(terms: unknown): void {
  if ((terms as Term).type !== "var") {
    throw new Error(`Policy negates an expression, expected "not" before the plain name of a rule`);
  }
}
