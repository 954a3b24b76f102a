import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatLine, sealArtefact } from "../../src/core/journal_line.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { Findings, formatProblem } from "../../src/verify/findings.ts";
import { RunReader } from "../../src/verify/run_reader.ts";
import { memoryFiles } from "../support/memory_files.ts";

const encoder = new TextEncoder();

function readerOf(files: Readonly<Record<string, string | Uint8Array>>) {
  const disk = memoryFiles();
  for (const [path, data] of Object.entries(files)) {
    disk.contents.set(`/run/${path}`, typeof data === "string" ? encoder.encode(data) : data);
  }
  const findings = new Findings();
  const reader = new RunReader(disk, "/run", findings);
  return { disk, reader, problems: () => findings.problems.map(formatProblem) };
}

/** A line whose hash fits, whatever its text is. */
const lineOf = (json: string | Uint8Array): string => `sha256:${sha256Hex(json)}:${json}\n`;

test("lines() gives what is good with its place", () => {
  const { reader, problems } = readerOf({ "a.jsonl": formatLine('{"a":1}') + formatLine('{"a":2}') });
  const lines = [...reader.lines("a.jsonl")];
  assert.equal(lines.map(({ file, line, value }) => [file, line, value]), [
    ["a.jsonl", 1, { a: 1 }],
    ["a.jsonl", 2, { a: 2 }],
  ]);
  assert.is(lines[0]!.hash, sha256Hex('{"a":1}'));
  assert.equal(reader.lengths.get("a.jsonl"), [160, 2]);
  assert.equal(problems(), []);
});

const HOLED = formatLine('{"a":1}') + "sha256:\0\0\0\0\0}\n" + formatLine('{"a":2}');

test("lines() ends a file that may still grow where a line holds NULs, as where it has no newline", () => {
  const { reader, problems } = readerOf({ "a.jsonl": HOLED, "b.jsonl": HOLED.slice(0, 90) });
  for (const path of ["a.jsonl", "b.jsonl"]) {
    assert.equal([...reader.lines(path)].map(({ line }) => line), [1], path);
    assert.equal([reader.lengths.get(path), reader.torn.get(path)], [[80, 1], 2], path);
  }
  assert.equal(problems(), []);
});

test("lines() takes NULs in a segment that was closed for damage", () => {
  const { reader, problems } = readerOf({ "a.000001.jsonl": HOLED });
  assert.equal([...reader.lines("a.000001.jsonl")].map(({ line }) => line), [1, 3]);
  assert.match(problems().join("\n"), /^a\.000001\.jsonl:2: not of the form/);
});

const BAD_LINES: readonly (readonly [line: string, problem: RegExp])[] = [
  ["not a line\n", /^a\.jsonl:2: not of the form sha256:<64 hex>:<json>$/],
  ["\n", /^a\.jsonl:2: not of the form/],
  [
    formatLine('{"a":1}').replace('"a"', '"b"'),
    /^a\.jsonl:2: hash is [0-9a-f]{64}, the bytes give [0-9a-f]{64}$/,
  ],
  [lineOf('{"a":1 }'), /^a\.jsonl:2: JSON is not in the form that JSON\.stringify gives$/],
  [lineOf('{"a":1,"a":1}'), /^a\.jsonl:2: JSON is not in the form/],
  [lineOf('{"a":1.0}'), /^a\.jsonl:2: JSON is not in the form/],
  [lineOf("{"), /^a\.jsonl:2: .*JSON/],
  [lineOf("null"), /^a\.jsonl:2: is not a JSON object$/],
  [lineOf("7"), /^a\.jsonl:2: is not a JSON object$/],
];

for (const [bad, expected] of BAD_LINES) {
  test(`lines() reports and goes on behind ${JSON.stringify(bad.slice(0, 90))}`, () => {
    const { reader, problems } = readerOf({ "a.jsonl": formatLine("{}") + bad + formatLine("{}") });
    assert.equal([...reader.lines("a.jsonl")].map(({ line }) => line), [1, 3]);
    assert.is(problems().length, 1);
    assert.match(problems()[0]!, expected);
  });
}

test("lines() reports bytes that are not UTF-8", () => {
  const bytes = encoder.encode(formatLine('{"a":"x"}'));
  bytes[78] = 0xff;
  const { reader, problems } = readerOf({ "a.jsonl": bytes });
  assert.equal([...reader.lines("a.jsonl")], []);
  assert.match(problems()[0]!, /^a\.jsonl:1: .*(?:encoded data|UTF-8|utf-8)/);
});

test("lines() remembers where a file is torn and counts whole lines only", () => {
  const { reader, problems } = readerOf({ "a.jsonl": formatLine("{}") + "sha256:12" });
  assert.is([...reader.lines("a.jsonl")].length, 1);
  assert.equal([...reader.torn], [["a.jsonl", 2]]);
  assert.equal(reader.lengths.get("a.jsonl"), [75, 1]);
  assert.equal(problems(), []);
});

test("lines() reports a file that is missing", () => {
  const { reader, problems } = readerOf({});
  assert.equal([...reader.lines("a.jsonl")], []);
  assert.equal(problems(), ["a.jsonl: is missing"]);
});

test("artefact() gives the fields of a good one", () => {
  const { reader, problems } = readerOf({ "a.json": sealArtefact({ a: "b" }) });
  assert.is(reader.artefact("a.json")!["a"], "b");
  assert.equal(problems(), []);
});

test("artefact() reports what is missing, damaged or in another form", () => {
  const good = sealArtefact({ a: "b" });
  const open = `{"sha256":"${"0".repeat(64)}", "a":"b"}`;
  const spaced = open.replace("0".repeat(64), sha256Hex(open));
  const { reader, problems } = readerOf({ "b.json": good.replace('"b"', '"c"'), "c.json": spaced });
  for (const name of ["a.json", "b.json", "c.json"]) assert.is(reader.artefact(name), null);
  assert.is(problems()[0], "a.json: is missing");
  assert.match(problems()[1]!, /^b\.json: sha256 is [0-9a-f]{64}, the bytes give [0-9a-f]{64}$/);
  assert.is(problems()[2], "c.json: is not in the form that JSON.stringify gives");
});

test("segments() lists the rotated ones first and reports one that is left out", () => {
  const { reader, problems } = readerOf({
    "q/inbox.jsonl": "",
    "q/inbox.000001.jsonl": "",
    "q/inbox.000003.jsonl": "",
    "q/inbox.1.jsonl": "",
    "log.000001.jsonl": "",
  });
  assert.equal(reader.segments("q", "inbox"), [
    "q/inbox.000001.jsonl",
    "q/inbox.000003.jsonl",
    "q/inbox.jsonl",
  ]);
  assert.equal(problems(), ["q/inbox.000003.jsonl: expected inbox.000002.jsonl here"]);
  assert.equal(reader.segments("q", "acks"), ["q/acks.jsonl"]);
  assert.equal(reader.segments("", "log"), ["log.000001.jsonl"], "a crash in the middle of a rotation");
});

test("bytes() and list() report what the file system refuses", () => {
  const { disk, reader, problems } = readerOf({ "q/inbox.jsonl": "" });
  disk.read = () => {
    throw new Error("EISDIR: is a directory");
  };
  disk.list = () => {
    throw new Error("ENOTDIR: not a directory");
  };
  assert.is(reader.bytes("q/inbox.jsonl"), null);
  assert.equal(reader.list("q"), []);
  assert.equal(reader.list("nowhere"), []);
  assert.equal(problems(), [
    "q/inbox.jsonl: cannot be read: EISDIR: is a directory",
    "q: cannot be read: ENOTDIR: not a directory",
  ]);
});

test.run();
