import { test } from "uvu";
import * as assert from "uvu/assert";
import { sweepBits } from "../support/bit_sweep.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { bytesIn, linesOf, problemsOf, type RunBytes, verifyBytes, withFile } from "../support/run_bytes.ts";
import { shortNight } from "../support/short_night.ts";
import { memoryFiles } from "../support/memory_files.ts";

/** Whatever bit of a run's files is another one is found, and named with its file and line. */

/** 1 is every bit. */
export const STRIDE = 811;

const disk = memoryFiles();
const night = await shortNight({ files: disk });
const run: RunBytes = { night, older: new Map(), ...bytesIn(disk.contents, night) };

test("verifyRun() finds any bit that is another one, and names its file and line", () => {
  const bits = sweepBits(run, STRIDE);
  const of = (form: RegExp) =>
    Object.entries(bits).reduce((sum, [path, count]) => sum + (form.test(path) ? count : 0), 0);
  const counts = [/inbox/, /acks/, /anchors/, /cursor/, /manifest/].map(of);
  assert.ok(counts.every((count) => count >= 10), counts.join());
});

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Its second line with other JSON, and the hash over that. */
function withSecondLine(path: string, change: (json: Uint8Array) => Uint8Array): RunBytes {
  const lines = linesOf(run.files.get(path)!);
  const json = change(utf8(lines[1]!.slice(72)));
  const line = joined(utf8(`sha256:${sha256Hex(json)}:`), json, utf8("\n"));
  const [first, , ...rest] = lines.map((line) => utf8(`${line}\n`));
  return withFile(run, path, joined(first!, line, ...rest));
}

const LOGS = [...run.files.keys()].filter((path) =>
  path.endsWith(".jsonl") && linesOf(run.files.get(path)!).length > 1
);

test("verifyRun() refuses a key twice and invalid UTF-8 in a line whose hash fits, in any file of lines", () => {
  assert.ok(LOGS.length > 8, LOGS.join());
  const changes: Readonly<Record<string, (json: Uint8Array) => Uint8Array>> = {
    "the same key and value twice": (json) =>
      utf8(new TextDecoder().decode(json).replace(/^\{("\w+":(?:"[^"]*"|\d+),)/, "{$1$1")),
    "the same key with another value before it": (json) =>
      utf8(new TextDecoder().decode(json).replace(/^\{"(\w+)":/, '{"$1":0,"$1":')),
    "a byte that is no UTF-8": (json) => joined(json.slice(0, -3), new Uint8Array([0xff]), json.slice(-3)),
    "a character cut in its middle": (json) =>
      joined(json.slice(0, -3), new Uint8Array([0xc3]), json.slice(-3)),
    "an overlong zero": (json) => joined(json.slice(0, -3), new Uint8Array([0xc0, 0x80]), json.slice(-3)),
  };
  for (const path of LOGS) {
    for (const [what, change] of Object.entries(changes)) {
      const { ok, findings } = verifyBytes(withSecondLine(path, change));
      const isNamed = findings.problems.some(({ file, line }) => file === path && line === 2);
      assert.equal([ok, isNamed], [false, true], `${path}: ${what}`);
    }
  }
});

test("verifyRun() refuses a key twice and invalid UTF-8 in an artefact whose seal fits", () => {
  const artefacts = ["manifest.json", "queues/market_ticks/cursor.json", "portfolio.json", "report.json"];
  for (const path of artefacts) {
    const text = new TextDecoder().decode(run.files.get(path)!);
    for (
      const damaged of [
        sealed(utf8(text.replace(/("run_id":"\w+",)/, "$1$1"))),
        sealed(joined(utf8(text.slice(0, -2)), new Uint8Array([0xff]), utf8(text.slice(-2)))),
      ]
    ) {
      const result = verifyBytes(withFile(run, path, damaged));
      assert.is(result.ok, false, path);
      assert.ok(result.findings.problems.some(({ file }) => file === path), problemsOf(result).join());
    }
  }
});

/** With the hash that fits whatever bytes are there. */
function sealed(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy.set(utf8("0".repeat(64)), SEAL_AT);
  copy.set(utf8(sha256Hex(copy)), SEAL_AT);
  return copy;
}
const SEAL_AT = '{"sha256":"'.length;

test.run();
