import { test } from "uvu";
import * as assert from "uvu/assert";
import { requireShape, shapeOf } from "../../src/policy/policy_data.ts";
import { repoPolicyBytes } from "../support/repo_policy.ts";

type Tree = { [key: string]: unknown };

const data = JSON.parse(new TextDecoder().decode(repoPolicyBytes.data)) as Tree;
const shape = shapeOf(data);
const paths = Object.keys(shape);

/** The project's data with another value at a path; undefined takes it away. */
function changed(path: string, value: unknown): Tree {
  const copy = structuredClone(data);
  const keys = path.split(".");
  const last = keys.pop()!;
  const parent = keys.reduce((tree, key) => tree[key] as Tree, copy);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

test("shapeOf() tells the kind of every value", () => {
  assert.equal(shapeOf({ a: { b: 1, c: ["x", "y"] }, d: true, e: "x", f: [1, 2] }), {
    "a.b": "number",
    "a.c": "list of strings",
    d: "boolean",
    e: "string",
    f: "list of numbers",
  });
  assert.ok(paths.length > 20, `${paths.length} values in the project's data`);
});

test("requireShape() takes other values of the same kind", () => {
  requireShape(data, shape);
  requireShape(changed("nore.limits.jump_pct_max", 7), shape);
  requireShape(changed("nore.egress.hosts.NORE", ["127.0.0.1"]), shape);
});

test("requireShape() names any value that is missing, of another kind, or one too many", () => {
  for (const path of paths) {
    const name = path.replaceAll(".", "\\.");
    assert.throws(() => requireShape(changed(path, undefined), shape), new RegExp(`${name} is missing`));
    const wrong: readonly unknown[] = [null, [], {}, ["x", 1], shape[path] === "number" ? "1" : 1];
    for (const value of wrong) {
      assert.throws(() => requireShape(changed(path, value), shape), new RegExp(name), JSON.stringify(value));
    }
  }
  assert.throws(
    () => requireShape(changed("nore.limits.more", 1), shape),
    /^Policy data: nore\.limits\.more is a number, expected nothing there$/,
  );
});

test.run();
