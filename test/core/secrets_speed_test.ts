import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { redact } from "../../src/core/secrets.ts";

/** What begins a pattern again and again and never ends it: the worst that a line can hold. */
const PIECES: readonly string[] = [
  `${"-".repeat(5)}BEGIN PRIVATE KEY${"-".repeat(5)}`,
  "-eyJ",
  "eyJaaaaaaaa.",
  "api_key",
  "key=",
  "key=a1_",
  "aws_key_",
  "gate_key",
  "aZ1",
  "secret:" + " ".repeat(20),
  "key" + "\\".repeat(20),
  "\\n",
];
const CHARACTERS = 400_000;
/** Of the processor, not of the clock. A pattern that goes back over its text takes many times as long. */
const CPU_MS_MAX = 3000;

test("redact() takes time that grows with the text alone, whatever the text", () => {
  const slow = PIECES.map((piece) => [piece, cpuMs(() => redact(piece.repeat(CHARACTERS / piece.length)))]);
  assert.equal(slow.filter(([, ms]) => Number(ms) > CPU_MS_MAX), []);
});

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user / 1000;
}

test.run();
