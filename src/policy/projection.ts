import type { Asked } from "../core/ports.ts";

/**
 * Cuts a draft down to the fields that a policy entrypoint reads: a decision is a function of these and of nothing else.
 */
export interface Projection {
  /** The fields that may differ between the drafts of a run. */
  readonly paths: readonly Path[];
  /** What policy is given: the fields that are there, nested as in the event, with the run's facts under `manifest`. */
  inputOf(asked: Asked): Readonly<Record<string, unknown>>;
}

export type Path = readonly string[];

/** What a draft offers to policy beside the manifest. */
const DRAFT_FIELDS = ["type", "source", "ts", "payload"];

export function projectionOf(reads: readonly Path[], manifest: object): Projection {
  for (const path of reads) requireReadable(path);
  const paths = reads.filter((path) => path[0] !== "manifest");
  if (paths.length === 0) throw new Error("Policy reads nothing of the event, expected at least one field");
  // The run's facts are the same for every draft, so they are cut down once.
  const facts = pick({ manifest }, reads.filter((path) => path[0] === "manifest"));
  return { paths, inputOf: (asked) => ({ ...facts, ...pick(asked, paths) }) };
}

/** As in Rego, only objects have named fields; undefined where a field is missing. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (let i = 0; i < path.length; i++) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    value = (value as Record<string, unknown>)[path[i]!];
  }
  return value;
}

function requireReadable(path: Path): void {
  const [field] = path;
  if (field === undefined || (field !== "manifest" && !DRAFT_FIELDS.includes(field))) {
    throw new Error(
      `Policy reads the input field ${JSON.stringify(field)}, expected manifest, ${DRAFT_FIELDS.join(", ")}`,
    );
  }
  // Such a name would be found on every object, though JSON has not got it.
  const inherited = path.find((key) => key in Object.prototype);
  if (inherited !== undefined) {
    throw new Error(
      `Policy reads the field "${inherited}", expected a name that plain objects do not inherit`,
    );
  }
}

type Tree = { [key: string]: unknown };

function pick(root: unknown, paths: readonly Path[]): Tree {
  const picked: Tree = {};
  for (const path of paths) {
    const value = valueAt(root, path);
    if (value === undefined) continue;
    let parent = picked;
    for (const key of path.slice(0, -1)) parent = (parent[key] ??= {}) as Tree;
    parent[path.at(-1)!] = value;
  }
  return picked;
}
