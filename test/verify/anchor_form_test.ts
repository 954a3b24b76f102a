import { test } from "uvu";
import * as assert from "uvu/assert";
import { anchorFormProblem } from "../../src/verify/anchor_form.ts";

const good = {
  schema: "nore/anchor",
  v: 1,
  run_id: "20261121_220000",
  i: 0,
  first: 0,
  last: 9,
  head: "ab".repeat(32),
  prev: "00".repeat(32),
  files: { "queues/fills/inbox.jsonl": [120, 1] },
  ts: 1_795_298_400_000,
  final: false,
  key_id: "0123456789abcdef",
  sig: "",
};

test("anchorFormProblem() is null for an anchor", () => {
  assert.is(anchorFormProblem(good), null);
});

const WRONG: readonly (readonly [name: keyof typeof good, values: readonly unknown[]])[] = [
  ["schema", ["nore/fill", null]],
  ["v", [2, "1"]],
  ["run_id", [7]],
  ["i", [-1, 0.5, "0", null]],
  ["first", [-1, 2 ** 53]],
  ["last", ["9"]],
  ["head", ["ab", "AB".repeat(32), 7]],
  ["prev", [null]],
  ["files", [null, "a", { a: [1] }, { a: [1, 2, 3] }, { a: [1, "2"] }, { a: [1, -2] }, { a: 1 }]],
  ["ts", ["now"]],
  ["final", ["true", 1, null]],
  ["key_id", [1]],
  ["sig", [null]],
];

for (const [name, values] of WRONG) {
  test(`anchorFormProblem() names ${name} when it has another form`, () => {
    for (const value of values) {
      const problem = anchorFormProblem({ ...good, [name]: value });
      assert.ok(problem?.startsWith(`${name} is ${JSON.stringify(value)}, expected `), `${problem}`);
    }
  });
}

test("anchorFormProblem() lists the fields when one is missing, more or in another place", () => {
  const { sig: _, ...without } = good;
  for (
    const value of [without, { ...good, more: 1 }, Object.fromEntries(Object.entries(good).reverse()), {}]
  ) {
    assert.match(
      anchorFormProblem(value)!,
      /^has the fields .*, expected schema,v,run_id,i,first,last,head,prev,/,
    );
  }
});

test.run();
