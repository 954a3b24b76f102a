import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatLine } from "../../src/core/journal_line.ts";
import { linesOfFile, readLog, readTurns, segmentNames } from "../../src/sinks/log_reader.ts";
import { SegmentedFile } from "../../src/sinks/segmented_file.ts";
import { type MemoryFiles, memoryFiles } from "../support/memory_files.ts";
import { draftOf, RUN_FOLDER, START_TS } from "../support/open_journal.ts";
import { journalOn, WHERE, writeTurn } from "../support/reopened_journal.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const lineOf = (value: unknown): string => formatLine(JSON.stringify(value));

function diskWith(contents: Readonly<Record<string, string>>): MemoryFiles {
  const files = memoryFiles();
  for (const [path, text] of Object.entries(contents)) files.contents.set(path, bytesOf(text));
  return files;
}

test("linesOfFile() ends the active file where a line holds NULs, and refuses them in one that was closed", () => {
  const holed = lineOf({ a: 1 }) + "sha256:\0\0\0}\n" + lineOf({ a: 2 });
  const read = (files: MemoryFiles) => [...linesOfFile(files, "/run", "a")].map(({ value }) => value);
  const active = diskWith({ "/run/a.000001.jsonl": lineOf({ a: 0 }), "/run/a.jsonl": holed });
  assert.equal(read(active), [{ a: 0 }, { a: 1 }]);
  const closed = diskWith({ "/run/a.000001.jsonl": holed, "/run/a.jsonl": lineOf({ a: 3 }) });
  assert.throws(() => read(closed), /a\.000001\.jsonl, byte 80: not of the form/);
});

const NAMES: readonly (readonly [what: string, there: readonly string[], stem: string, read: string])[] = [
  ["the active file alone", ["a.jsonl"], "a", "a.jsonl"],
  [
    "the oldest first, the active one last",
    ["a.jsonl", "a.000010.jsonl", "a.000002.jsonl"],
    "a",
    [
      "a.000002.jsonl",
      "a.000010.jsonl",
      "a.jsonl",
    ].join(),
  ],
  ["no active file, as in the middle of a rotation", ["a.000001.jsonl"], "a", "a.000001.jsonl"],
  [
    "what is called alike",
    ["a.jsonl", "ab.jsonl", "b.a.jsonl", "a.1.jsonl", "a.0000001.jsonl"],
    "a",
    "a.jsonl",
  ],
  ["what was put aside, or is half-written", ["a.jsonl", "a.jsonl.torn", "a.jsonl.tmp"], "a", "a.jsonl"],
  ["nothing", ["b.jsonl"], "a", ""],
];

for (const [what, there, stem, read] of NAMES) {
  test(`segmentNames() of ${what}`, () => {
    const files = diskWith(Object.fromEntries(there.map((name) => [`/run/${name}`, ""])));
    assert.is(segmentNames(files, "/run", stem).join(), read);
  });
}

test("linesOfFile() reads all lines that were written, whatever the batches and the rotation", () => {
  const batches = fc.array(fc.array(fc.string({ unit: "binary", maxLength: 20 }), { maxLength: 4 }), {
    maxLength: 20,
  });
  const tail = fc.constantFrom("", "s", "sha256:", lineOf("never finished").slice(0, -1));
  fc.assert(fc.property(batches, fc.integer({ min: 1, max: 400 }), tail, (batches, rotateBytes, tail) => {
    const files = memoryFiles();
    const file = new SegmentedFile(files, "/run", "inbox", rotateBytes);
    for (const batch of batches) {
      for (const value of batch) file.add(lineOf(value));
      file.write();
    }
    files.append("/run/inbox.jsonl").write(bytesOf(tail));
    const read = [...linesOfFile(files, "/run", "inbox")];
    assert.equal(read.map(({ value }) => value), batches.flat());
    const bytesIn = new Map(read.map(({ segment, end }) => [segment, end]));
    for (const { name, bytes, lines } of file.segments()) {
      assert.is(bytesIn.get(name) ?? 0, bytes);
      assert.is(read.filter(({ segment }) => segment === name).length, lines);
    }
  }));
});

test("linesOfFile() says where each line stands", () => {
  const lines = ["a", "é"].map(lineOf);
  const files = diskWith({ "/run/x.jsonl": lines.join("") });
  const [first, second] = [...linesOfFile(files, "/run", "x")];
  assert.equal([first!.end, first!.hash], [lines[0]!.length, lines[0]!.slice(7, 71)]);
  assert.equal([second!.segment, second!.end], ["x.jsonl", bytesOf(lines.join("")).length]);
});

const BAD: readonly (readonly [what: string, bytes: Uint8Array, says: RegExp])[] = [
  ["a wrong hash", bytesOf(lineOf("b").replace('"b"', '"c"')), /^\/run\/x\.jsonl, byte 77: hash is/],
  ["no hash", bytesOf("{}\n"), /byte 77: not of the form/],
  ["an empty line", bytesOf("\n"), /byte 77: not of the form/],
  ["bytes that are no UTF-8", new Uint8Array([255, 10]), /encoded data (?:was|is) not valid/],
];

for (const [what, bytes, says] of BAD) {
  test(`linesOfFile() believes no line with ${what}`, () => {
    const files = diskWith({ "/run/x.jsonl": lineOf("ok") });
    files.append("/run/x.jsonl").write(bytes);
    const lines = linesOfFile(files, "/run", "x");
    assert.is(lines.next().value!.value, "ok");
    assert.throws(() => lines.next(), says);
  });
}

/** Two turns of three queues, then one more. */
function written(): MemoryFiles {
  const files = memoryFiles();
  const journal = journalOn(files, { rotateBytes: 600 });
  for (const ts of [START_TS, START_TS + 1, START_TS + 2]) {
    const turn = [draftOf("market_tick", ts), draftOf("signal", ts), draftOf("risk_action", ts)];
    writeTurn(journal, ...turn.slice(0, ts === START_TS + 2 ? 1 : 3));
  }
  return files;
}

const numbersIn = (files: MemoryFiles): readonly number[] =>
  [...readLog(files, RUN_FOLDER, WHERE)].map(({ n }) => n);
const INBOX = (queue: string): string => `${RUN_FOLDER}/queues/${queue}/inbox.jsonl`;

test("readLog() gives the events of all queues in the order of their numbers", () => {
  const files = written();
  assert.ok(files.exists(INBOX("market_ticks").replace("inbox", "inbox.000001")));
  const log = [...readLog(files, RUN_FOLDER, WHERE)];
  assert.equal(log.map(({ n }) => n), [0, 1, 2, 3, 4, 5, 6]);
  assert.equal(log.map(({ queue, event }) => `${queue}: ${event.type}`).slice(0, 3), [
    "market_ticks: market_tick",
    "signals: signal",
    "risk_actions: risk_action",
  ]);
});

test("readLog() ends before the first gap", () => {
  const files = written();
  const torn = files.read(INBOX("signals"));
  files.contents.set(INBOX("signals"), torn.slice(0, -1));
  assert.equal(numbersIn(files), [0, 1, 2, 3]);
  files.contents.set(INBOX("market_ticks").replace("inbox", "inbox.000001"), new Uint8Array());
  assert.equal(numbersIn(files), []);
});

test("readTurns() begins a turn with what has no cause", () => {
  const turns = [...readTurns(written(), RUN_FOLDER, WHERE)];
  assert.equal(turns.map((turn) => turn.map(({ n }) => n)), [[0, 1, 2], [3, 4, 5], [6]]);
  assert.equal([...readTurns(memoryFiles(), RUN_FOLDER, WHERE)], []);
});

test.run();
