import { test } from "uvu";
import * as assert from "uvu/assert";
import { Findings } from "../../src/verify/findings.ts";
import type { AnchorChain } from "../../src/verify/verify_anchors.ts";
import { verifyMirror } from "../../src/verify/verify_mirror.ts";

const lines = ["one", "two", "three"];

function problemsOf(mirror: string, isFinal: boolean, isDiskStop = false): readonly string[] {
  const findings = new Findings();
  const chain = { lines, isFinal } as unknown as AnchorChain;
  verifyMirror(findings, chain, { mirror: new TextEncoder().encode(mirror), isDiskStop });
  return findings.problems.map(({ line, reason }) => `${line}: ${reason}`);
}

const TORN = "null: the mirror ends in the middle of a line that is not of this run";
const CUT = "null: 3 anchors here, 4 in the mirror: the end of this run was cut off";
const SHORT = "null: 3 anchors here, only 2 in the mirror";

const CASES:
  readonly (readonly [mirror: string, whenFinal: readonly string[], whenCutShort: readonly string[]])[] = [
    ["one\ntwo\nthree\n", [], []],
    ["one\ntwo\n", [SHORT], []],
    ["one\ntwo\nthr", [SHORT, TORN], []],
    ["one\ntwo\nxyz", [SHORT, TORN], [TORN]],
    ["one\ntwo\nthree\nfo", [TORN], [TORN]],
    ["one\ntwo\nthree\nfour\n", [CUT], [CUT]],
    ["one\n2\nthree\n", ["2: differs from the mirror"], ["2: differs from the mirror"]],
    ["", ["null: 3 anchors here, only 0 in the mirror"], []],
    ["one\ntwo\n\0\0\0\0", [SHORT, TORN], []],
    ["one\ntwo\nth\0\0\0\n", [SHORT, TORN], []],
    ["one\ntwo\nxx\0\0\0\n", [SHORT, TORN], [TORN]],
    ["one\ntwo\nthree\n\0", [TORN], [TORN]],
  ];

for (const [mirror, whenFinal, whenCutShort] of CASES) {
  test(`verifyMirror() says the right thing when the mirror is ${JSON.stringify(mirror)}`, () => {
    assert.equal(problemsOf(mirror, true), whenFinal);
    assert.equal(problemsOf(mirror, false), whenCutShort);
  });
}

test("verifyMirror() lets the final anchor be missing when the disk failed before it was mirrored", () => {
  assert.equal(problemsOf("one\ntwo\n", true, true), []);
  assert.equal(problemsOf("one\ntwo\nth", true, true), []);
  assert.equal(problemsOf("one\n", true, true), ["null: 3 anchors here, only 1 in the mirror"]);
});

test.run();
