import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft } from "../../src/core/event.ts";
import { readLog } from "../../src/sinks/log_reader.ts";
import { forgetRotated, PositionReader, wholeLines } from "../../src/sinks/run_position.ts";
import { diskOf } from "../support/crashed_nights.ts";
import { type MemoryFiles, memoryFiles } from "../support/memory_files.ts";
import { linesOf } from "../support/run_bytes.ts";
import { draftOf, RUN_FOLDER, START_TS } from "../support/open_journal.ts";
import { journalOn, positionIn, WHERE, writeTurn } from "../support/reopened_journal.ts";

const ANCHORS = `${RUN_FOLDER}/audit/anchors.jsonl`;
const TICKS = `${RUN_FOLDER}/queues/market_ticks`;
const MORE = [draftOf("market_tick"), draftOf("fill"), draftOf("signal")] as const;
const ended = (ts: number): AnyDraft => draftOf("lifecycle", ts, { what: "ended" });

/** A turn each: how long after the last one, and how much follows its tick. */
const turns = fc.array(fc.tuple(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 1, max: 3 })), {
  minLength: 2,
  maxLength: 30,
});

test("PositionReader: a journal that goes on where another was left writes what that one would have written", () => {
  const sizes = fc.constantFrom(500, 1500, 1_000_000);
  fc.assert(
    fc.property(turns, sizes, fc.nat(), fc.boolean(), (turns, rotateBytes, at, hasLetter) => {
      const files = memoryFiles();
      const left = at % turns.length;
      let journal = journalOn(files, { rotateBytes });
      let copy: MemoryFiles | null = null;
      let ts = START_TS;
      const write = (target: typeof journal, [afterMs, length]: (typeof turns)[number]) => {
        ts += afterMs;
        writeTurn(target, ...MORE.slice(0, length).map(({ type }) => draftOf(type, ts)));
      };
      const letter = { ts, queue: "market_ticks", reason_code: "X", detail: "", raw: new Uint8Array([1]) };
      if (hasLetter) journal.deadletter(letter);
      turns.slice(0, left).forEach((turn) => write(journal, turn));
      journal.commit();
      const leftTs = ts;
      copy = diskOf(files.contents);
      for (const [target, disk] of [[journal, files], [null, copy]] as const) {
        ts = leftTs;
        journal = target ?? journalOn(disk, { rotateBytes, position: positionIn(disk) });
        turns.slice(left).forEach((turn) => write(journal, turn));
        writeTurn(journal, ended(ts));
        journal.finish();
      }
      assert.equal(textsOn(copy), textsOn(files));
    }),
    { numRuns: 60 },
  );
});

test("PositionReader: anchors that a power loss has taken are written as they were", () => {
  fc.assert(
    fc.property(turns, fc.nat(), (turns, kept) => {
      const files = memoryFiles();
      const journal = journalOn(files);
      let ts = START_TS;
      for (const [afterMs, length] of turns) {
        ts += afterMs;
        writeTurn(journal, ...MORE.slice(0, length).map(({ type }) => draftOf(type, ts)));
      }
      const copy = diskOf(files.contents);
      const anchors = linesOf(copy.contents.get(ANCHORS)!);
      keepLines(copy, ANCHORS, kept % (anchors.length + 1));
      const position = positionIn(copy);
      for (const [queue, { acks }] of position.queues) {
        keepLines(copy, `${RUN_FOLDER}/queues/${queue}/acks.jsonl`, acks[0]!.lines);
      }
      assert.is(position.anchors.owed.length, anchors.length - kept % (anchors.length + 1));
      for (const target of [journal, journalOn(copy, { position })]) {
        writeTurn(target, ended(ts));
        target.finish();
      }
      assert.equal(textsOn(copy), textsOn(files));
    }),
    { numRuns: 60 },
  );
});

function keepLines(files: MemoryFiles, path: string, count: number): void {
  const lines = linesOf(files.contents.get(path)!).slice(0, count).map((line) => `${line}\n`);
  files.contents.set(path, new TextEncoder().encode(lines.join("")));
}

function textsOn({ contents }: MemoryFiles): readonly (readonly string[])[] {
  return [...contents].map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]).sort();
}

/** Ticks half a second apart unless said: an anchor stands before each third; nothing behind the last. */
function written(ticks: number, afterMs: number = 500): MemoryFiles {
  const files = memoryFiles();
  const journal = journalOn(files);
  for (let i = 0; i < ticks; i++) writeTurn(journal, draftOf("market_tick", START_TS + i * afterMs));
  return files;
}

test("position() of a run without an event is its beginning", () => {
  const { nextN, ts, hasEnded, queues, anchors } = positionIn(written(0));
  assert.equal([nextN, ts, hasEnded, queues.size], [0, 0, false, WHERE.queues.length]);
  assert.equal([anchors.count, anchors.first, anchors.waiting, anchors.previous], [0, 0, [], "0".repeat(64)]);
  const { consumers, lastN, acked } = queues.get("market_ticks")!;
  assert.equal(consumers, ["risk_role", "strategy_role"]);
  assert.equal([lastN, acked], [-1, { file: "inbox.jsonl", offset: 0, line: 0, n: -1 }]);
});

test("position() says what is anchored, what is acknowledged and what waits for both", () => {
  const files = written(5);
  const { nextN, ts, anchors, queues } = positionIn(files);
  assert.equal([nextN, ts, anchors.count, anchors.first], [5, START_TS + 2000, 1, 3]);
  assert.equal([anchors.waiting.length, anchors.waitingSinceTs], [2, START_TS + 1500]);
  const { acked, inbox, acks, lastN } = queues.get("market_ticks")!;
  const offset = [...readLog(files, RUN_FOLDER, WHERE)][2]!.end;
  assert.equal([lastN, acked], [4, { file: "inbox.jsonl", offset, line: 3, n: 2 }]);
  assert.equal(inbox, [{ name: "inbox.jsonl", bytes: files.size(`${TICKS}/inbox.jsonl`), lines: 5 }]);
  assert.is(acks[0]!.lines, 2);
  assert.is(anchors.lengths.get("queues/market_ticks/inbox.jsonl"), offset);
});

test("position() keeps no ack for an anchor that did not come", () => {
  for (const afterMs of [500, 1500]) { // three events an anchor, and one
    const files = written(5, afterMs);
    const anchors = files.text(ANCHORS).trimEnd().split("\n");
    for (let kept = anchors.length; kept >= 0; kept--) {
      const left = anchors.slice(0, kept).map((line) => line + "\n").join("");
      files.contents.set(ANCHORS, new TextEncoder().encode(left));
      const { acks, acked } = positionIn(files).queues.get("market_ticks")!;
      assert.equal([acks[0]!.lines, acked.line], [2 * kept, kept * (afterMs === 500 ? 3 : 1)]);
    }
    files.append(ANCHORS).write(new TextEncoder().encode(anchors[0]!.slice(0, -1)));
    assert.equal(positionIn(files).anchors.segments, [{ name: "anchors.jsonl", bytes: 0, lines: 0 }]);
  }
});

test("position() refuses to leave events out that an anchor covers", () => {
  const files = written(5);
  const reader = new PositionReader({ files, ...WHERE });
  assert.throws(() => reader.position(), "Anchor 0 covers events behind -1, the last that is kept");
  const lasts: number[] = [];
  for (const logged of readLog(files, RUN_FOLDER, WHERE)) {
    lasts.push(reader.nextAnchorLastN);
    reader.keep(logged);
  }
  assert.equal(lasts, [2, 2, 2, -1, -1]);
  assert.is(reader.position().nextN, 5);
});

test("position() says that the log has its last event", () => {
  const files = memoryFiles();
  const journal = journalOn(files);
  writeTurn(journal, draftOf("lifecycle", START_TS, { what: "started" }));
  assert.is(positionIn(files).hasEnded, false);
  writeTurn(journal, ended(START_TS));
  assert.is(positionIn(files).hasEnded, true);
});

test("wholeLines() counts whole lines alone, and names every segment that is there", () => {
  const files = written(2);
  const path = `${TICKS}/inbox.jsonl`;
  const whole = wholeLines(files, TICKS, "inbox");
  assert.equal(whole, [{ name: "inbox.jsonl", bytes: files.size(path), lines: 2 }]);
  files.append(path).write(new TextEncoder().encode("sha256:01"));
  assert.equal(wholeLines(files, TICKS, "inbox"), whole);
  files.rename(path, `${TICKS}/inbox.000001.jsonl`);
  files.append(path).close();
  assert.equal(wholeLines(files, TICKS, "inbox"), [
    { ...whole[0]!, name: "inbox.000001.jsonl" },
    { name: "inbox.jsonl", bytes: 0, lines: 0 },
  ]);
});

const ROTATED: readonly (readonly [known: readonly string[], path: string, left: readonly string[]])[] = [
  [["a/inbox.jsonl"], "a/inbox.000001.jsonl", []],
  [["a/inbox.jsonl", "a/inbox.000001.jsonl"], "a/inbox.000001.jsonl", [
    "a/inbox.jsonl",
    "a/inbox.000001.jsonl",
  ]],
  [["a/inbox.jsonl", "b/inbox.jsonl"], "a/inbox.000002.jsonl", ["b/inbox.jsonl"]],
  [["a/inbox.jsonl"], "a/inbox.jsonl", ["a/inbox.jsonl"]],
];

for (const [known, path, left] of ROTATED) {
  test(`forgetRotated() of ${path} among ${known}: ${left}`, () => {
    const lengths = new Map(known.map((name) => [name, 7]));
    forgetRotated(lengths, path);
    assert.equal([...lengths.keys()], left);
  });
}

test.run();
