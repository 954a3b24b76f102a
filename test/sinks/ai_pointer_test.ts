import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openArtefact, sealArtefact } from "../../src/core/journal_line.ts";
import {
  type AiPointer,
  movedBack,
  movedOn,
  NOBODY,
  pointedAt,
  pointerText,
  readPointer,
} from "../../src/sinks/ai_pointer.ts";

const at = (n: number) => ({ n, model_sha256: String(n % 10).repeat(64) });
const change = { ts: 5, reason: "because" };
const pointer = (...ns: readonly number[]): AiPointer =>
  ns.reduce((before, n) => movedOn(before, at(n), change), NOBODY);
const numbers = (one: AiPointer) => [one.n, ...one.before.map(({ n }) => n)];

test("movedOn() remembers what advised before, the newest first, each once, and at most sixteen", () => {
  assert.equal(numbers(pointer(1, 2, 3)), [3, 2, 1]);
  assert.equal(numbers(pointer(1, 2, 1)), [1, 2]);
  assert.equal(numbers(pointer(1, 1)), [1]);
  const many = pointer(...Array.from({ length: 40 }, (_, i) => i + 1));
  assert.equal(numbers(many), Array.from({ length: 17 }, (_, i) => 40 - i));
});

test("movedBack() forgets what it leaves, and all that it passes over", () => {
  assert.equal(numbers(movedBack(pointer(1, 2, 3, 4), at(3), change)), [3, 2, 1]);
  assert.equal(numbers(movedBack(pointer(1, 2, 3, 4), at(2), change)), [2, 1]);
  assert.equal(movedBack(pointer(1), null, change), { ...NOBODY, since_ts: 5, reason: "because" });
});

test("movedBack() undoes movedOn() of what was not there before", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.nat(30), { minLength: 2, maxLength: 15 }), (ns) => {
    const before = pointer(...ns.slice(0, -1));
    assert.equal(movedBack(pointer(...ns), pointedAt(before)[0]!, change), before);
  }));
});

test("readPointer() gives what pointerText() wrote", () => {
  for (const one of [NOBODY, pointer(1), pointer(4, 5, 6)]) {
    const text = pointerText(one);
    assert.equal(readPointer(text), one);
    assert.is(
      Object.keys(openArtefact(text)).join(),
      "sha256,schema,v,n,model_sha256,since_ts,reason,before",
    );
  }
});

const WRONG: readonly Readonly<Record<string, unknown>>[] = [
  { schema: "nore/cursor" },
  { v: 2 },
  { n: null },
  { n: -1 },
  { model_sha256: null },
  { model_sha256: "x" },
  { since_ts: "now" },
  { reason: 1 },
  { before: {} },
  { before: [null] },
  { before: [{ n: 1 }] },
  { before: Array.from({ length: 17 }, (_, i) => at(i)) },
];

for (const more of WRONG) {
  test(`readPointer() refuses ${JSON.stringify(more).slice(0, 40)}`, () => {
    const { sha256: _, ...fields } = openArtefact(pointerText(pointer(1, 2)));
    assert.throws(() => readPointer(sealArtefact({ ...fields, ...more })), /form of a pointer/);
  });
}

test("readPointer() refuses a pointer that was changed", () => {
  assert.throws(() => readPointer(pointerText(pointer(1)).replace("because", "becalm!")), /sha256 is/);
});

test.run();
