import { test } from "uvu";
import * as assert from "uvu/assert";
import { Findings, formatProblem } from "../../src/verify/findings.ts";
import { RunReader } from "../../src/verify/run_reader.ts";
import type { AnchorChain } from "../../src/verify/verify_anchors.ts";
import { verifyLengths } from "../../src/verify/verify_lengths.ts";
import { memoryFiles } from "../support/memory_files.ts";

type Lengths = Readonly<Record<string, readonly [number, number]>>;

/** What is said of files with these lengths when the anchors say those. */
function problemsOf(actual: Lengths, anchored: Lengths, isFinal: boolean): readonly string[] {
  const disk = memoryFiles();
  const findings = new Findings();
  const reader = new RunReader(disk, "/run", findings);
  for (const [path, length] of Object.entries(actual)) {
    disk.contents.set(`/run/${path}`, new Uint8Array());
    reader.lengths.set(path, length);
  }
  const chain = { isFinal, last: { files: anchored }, lengths: new Map(Object.entries(anchored)) };
  verifyLengths(reader, findings, chain as unknown as AnchorChain);
  return findings.problems.map(formatProblem);
}

const inbox = "queues/fills/inbox";

test("verifyLengths() wants every file as the final anchor names it", () => {
  const anchored: Lengths = { [`${inbox}.jsonl`]: [200, 2], "queues/fills/acks.jsonl": [0, 0] };
  assert.equal(problemsOf(anchored, anchored, true), []);
  assert.equal(problemsOf({ ...anchored, [`${inbox}.jsonl`]: [100, 1] }, anchored, true), [
    `${inbox}.jsonl: [bytes, lines] are [100,1], the final anchor says [200,2]`,
  ]);
  assert.equal(problemsOf({ ...anchored, "queues/fills/more.jsonl": [0, 0] }, anchored, true), [
    "queues/fills/more.jsonl: [bytes, lines] are [0,0], the final anchor says nothing",
  ]);
  assert.equal(problemsOf({ [`${inbox}.jsonl`]: [200, 2] }, anchored, true), [
    "queues/fills/acks.jsonl: is missing, the final anchor names it",
  ]);
});

test("verifyLengths() wants at least what the anchors say when the run was cut short", () => {
  const anchored: Lengths = { [`${inbox}.000001.jsonl`]: [300, 3], [`${inbox}.jsonl`]: [100, 1] };
  const cases: readonly (readonly [actual: Lengths, isEnough: boolean])[] = [
    [anchored, true],
    [{ [`${inbox}.000001.jsonl`]: [300, 3], [`${inbox}.jsonl`]: [500, 5] }, true],
    [
      {
        [`${inbox}.000001.jsonl`]: [300, 3],
        [`${inbox}.000002.jsonl`]: [100, 1],
        [`${inbox}.jsonl`]: [0, 0],
      },
      true,
    ],
    [{ [`${inbox}.000001.jsonl`]: [300, 3], [`${inbox}.jsonl`]: [99, 1] }, false],
    [{ [`${inbox}.jsonl`]: [400, 3] }, false],
    [{}, false],
  ];
  for (const [actual, isEnough] of cases) {
    assert.is(problemsOf(actual, anchored, false).length, isEnough ? 0 : 1, JSON.stringify(actual));
  }
  assert.equal(problemsOf({ [`${inbox}.jsonl`]: [10, 1] }, anchored, false), [
    `${inbox}.jsonl: [bytes, lines] are [10,1], the anchors say at least [400,4]`,
  ]);
});

test.run();
