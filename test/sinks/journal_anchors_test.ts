import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { genesisHead, nextHead } from "../../src/core/audit_chain.ts";
import type { EventType } from "../../src/core/event.ts";
import { eventIds } from "../../src/core/event_id.ts";
import { openArtefact, parseLine } from "../../src/core/journal_line.ts";
import { QUEUES } from "../../src/core/queue_names.ts";
import type { MemoryFiles } from "../support/memory_files.ts";
import { draftOf, linesOf, openJournal, RUN_FOLDER, START_TS } from "../support/open_journal.ts";
import { SAMPLE_RUN_ID } from "../support/sample_events.ts";

const MIRROR = `/var/mirror/${SAMPLE_RUN_ID}.anchors.jsonl`;
const ANCHORS = `${RUN_FOLDER}/audit/anchors.jsonl`;
const ticks = (count: number, ts: number) => Array.from({ length: count }, () => draftOf("market_tick", ts));

/** All line hashes of the run in n order, read from its files. */
function hashesInOrder(files: MemoryFiles): readonly string[] {
  const { numberOf } = eventIds(SAMPLE_RUN_ID);
  const hashes: string[] = [];
  for (const path of files.contents.keys()) {
    if (!/\/inbox\.[^/]*jsonl$/.test(path)) continue;
    for (const line of files.text(path).split("\n").slice(0, -1)) {
      const checked = parseLine(line);
      if (!checked.ok) throw new Error(checked.problem);
      hashes[numberOf((JSON.parse(checked.json) as { id: string }).id)] = checked.hash;
    }
  }
  return hashes;
}

const TYPES: readonly EventType[] = ["market_tick", "timer", "fill", "signal", "stop_journal"];

test("anchors cover every event once, at most 1,000 and 1 s each, and acks follow without a gap", () => {
  const turnArbitrary = fc.tuple(
    fc.integer({ min: 1, max: 250 }),
    fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1500 })),
    fc.constantFrom(...TYPES),
  );
  const turns = fc.array(turnArbitrary, { minLength: 1, maxLength: 25 });
  fc.assert(
    fc.property(turns, fc.boolean(), fc.constantFrom(4096, 50_000_000), (turns, isDurable, rotateBytes) => {
      const { turn, journal, files, anchors, lines } = openJournal({ isDurable, rotateBytes });
      const timeOf: number[] = [];
      let ts = START_TS;
      for (const [size, step, type] of turns) {
        ts += step;
        turn(...ticks(size - 1, ts), draftOf(type, ts));
        while (timeOf.length <= journal.lastN) timeOf.push(ts);
      }
      journal.finish();

      const hashes = hashesInOrder(files);
      let head = genesisHead(SAMPLE_RUN_ID, "");
      let next = 0;
      for (const anchor of anchors()) {
        assert.is(anchor.first, next);
        assert.ok(anchor.last >= anchor.first && anchor.last - anchor.first < 1000);
        assert.ok(timeOf[anchor.last]! - timeOf[anchor.first]! <= 1000);
        assert.is(anchor.ts, timeOf[anchor.last]);
        head = nextHead(head, hashes.slice(anchor.first, anchor.last + 1).join(""));
        assert.is(anchor.head, head);
        next = anchor.last + 1;
      }
      assert.is(next, timeOf.length);
      assert.equal(anchors().map(({ final }) => final), anchors().map((_, i) => i === anchors().length - 1));
      assert.is(files.text(ANCHORS), files.text(MIRROR));
      assert.is(journal.head, head);

      for (const consumer of ["risk_role", "strategy_role"]) {
        let line = 0;
        for (const ack of lines("market_ticks", "acks").filter((ack) => ack["consumer"] === consumer)) {
          assert.is(ack["from"], line);
          line = Number(ack["to"]) + 1;
        }
        assert.is(line, lines("market_ticks").length);
      }
    }),
    { numRuns: 20 },
  );
});

test("an anchor comes before its thousandth event, however fast they come", () => {
  const { turn, journal, anchors } = openJournal();
  for (let i = 0; i < 9; i++) turn(...ticks(250, START_TS));
  journal.finish();
  assert.equal(anchors().map(({ first, last }) => last - first + 1), [750, 750, 750]);
});

test("the final anchor has an event of its own, however many came before it", () => {
  for (let size = 248; size <= 250; size++) {
    const { turn, journal, anchors } = openJournal();
    for (let i = 0; i < 3; i++) turn(...ticks(size, START_TS));
    turn(draftOf("lifecycle", START_TS, { what: "ended" }));
    journal.finish();
    for (const { first, last } of anchors()) assert.ok(last >= first, `${first} to ${last}`);
    assert.is(anchors().at(-1)!.final, true);
  }
});

test("flushAged() commits what waits, and anchors what is close to a second old", () => {
  const { turn, journal, clock, anchors, lines } = openJournal();
  turn(draftOf("market_tick", START_TS));
  clock.set(START_TS + 899);
  assert.is(journal.flushAged(), null);
  assert.equal([lines("market_ticks").length, anchors().length], [1, 0]);
  clock.set(START_TS + 900);
  journal.flushAged();
  assert.equal(anchors().map(({ first, last, ts }) => [first, last, ts]), [[0, 0, START_TS]]);
  clock.set(START_TS + 5000);
  journal.flushAged();
  assert.is(anchors().length, 1);
});

test("finish() writes last events, acks, cursors and final anchor in this order, and nothing under queues/ after", () => {
  for (const isDurable of [true, false]) {
    const { turn, journal, files } = openJournal({ isDurable });
    turn(...ticks(3, START_TS), draftOf("timer"));
    journal.deadletter({
      ts: START_TS,
      queue: "market_ticks",
      reason_code: "X",
      detail: "",
      raw: new Uint8Array(),
    });
    journal.finish();
    const kinds = files.calls.map((call) => /\/(inbox|acks|deadletter|cursor)\./.exec(call)?.[1] ?? "beside");
    const last = (kind: string) => kinds.lastIndexOf(kind);
    const first = (kind: string) => kinds.indexOf(kind);
    assert.ok(last("inbox") < first("acks") && last("deadletter") < first("acks"));
    assert.ok(last("acks") < first("cursor"));
    const anchorAt = files.calls.indexOf(`write ${ANCHORS}`);
    assert.equal(files.calls.slice(anchorAt), [
      `write ${ANCHORS}`,
      `sync ${ANCHORS}`,
      `write ${MIRROR}`,
      `sync ${MIRROR}`,
      `freeBytes ${RUN_FOLDER}`,
    ]);
    const lost = files.afterPowerLoss();
    for (const path of files.contents.keys()) {
      if (path.startsWith(RUN_FOLDER)) assert.is(lost.text(path), files.text(path), path);
    }
  }
});

test("finish() moves every cursor to the end, of a queue that has long been quiet, too", () => {
  for (const isDurable of [true, false]) {
    const { turn, journal, files } = openJournal({ isDurable });
    for (let i = 0; i < 4; i++) turn(draftOf(i === 0 ? "fill" : "market_tick", START_TS + i * 2000));
    journal.finish();
    const path = `${RUN_FOLDER}/queues/fills/cursor.json`;
    const end = { file: "inbox.jsonl", offset: files.size(path.replace("cursor.json", "inbox.jsonl")) };
    assert.equal(openArtefact(files.text(path))["consumers"], { risk_role: { ...end, line: 1, n: 0 } });
  }
});

test("the final anchor names every file of every queue with its length, the rotated ones too", () => {
  const { turn, journal, files, anchors } = openJournal({ rotateBytes: 4096, commitLines: 5 });
  for (let i = 0; i < 60; i++) turn(draftOf("market_tick", START_TS + i * 100));
  journal.finish();
  const named = anchors().at(-1)!.files;
  const actual = Object.fromEntries(
    [...files.contents.keys()].filter((path) =>
      path.startsWith(`${RUN_FOLDER}/queues/`) && path.endsWith("l")
    )
      .sort()
      .map((path) => [
        path.slice(RUN_FOLDER.length + 1),
        [files.size(path), files.text(path).split("\n").length - 1],
      ]),
  );
  assert.equal(named, actual);
  assert.is(Object.keys(named).join(), Object.keys(actual).join());
  assert.ok("queues/market_ticks/inbox.000002.jsonl" in named);
  assert.ok(Object.keys(named).length > 3 * QUEUES.length);
});

test("an anchor between names what changed, so that all anchors together give every length at any time", () => {
  const { turn, journal, files, anchors } = openJournal({ rotateBytes: 4096, commitLines: 5 });
  for (let i = 0; i < 60; i++) {
    const known = anchors().length;
    turn(draftOf("market_tick", START_TS + i * 300));
    if (anchors().length === known) continue;
    const lengths = Object.assign({}, ...anchors().map(({ files }) => files)) as Record<string, number[]>;
    const inboxes = files.list(`${RUN_FOLDER}/queues/market_ticks`).filter((name) =>
      name.startsWith("inbox")
    );
    for (const name of inboxes) {
      const path = `queues/market_ticks/${name}`;
      assert.is(lengths[path]![0], files.size(`${RUN_FOLDER}/${path}`), path);
    }
  }
  journal.finish();
});

/** Lines that a power loss would leave now; a rotation in between takes none away. */
function durableLines(files: MemoryFiles, queue: string, stem: string): number {
  return linesOf(files.afterPowerLoss(), `${RUN_FOLDER}/queues/${queue}`, stem).length;
}

test("no ack, cursor or anchor is ever ahead of what a power loss would leave", () => {
  for (const isDurable of [true, false]) {
    const { turn, journal, files } = openJournal({ isDurable, rotateBytes: 4096, commitLines: 10 });
    let isEnding = false;
    files.fault = (call, path) => {
      if (call === "rename" && path.endsWith("cursor.json.tmp")) {
        const queue = path.split("/").at(-2)!;
        const { consumers } = openArtefact(files.text(path)) as {
          consumers: Record<string, { line: number }>;
        };
        for (const { line } of Object.values(consumers)) {
          assert.ok(line <= durableLines(files, queue, "inbox"), `${path} after ${files.calls.length} calls`);
          assert.ok(line === 0 || durableLines(files, queue, "acks") > 0);
        }
      }
      if (call === "write" && path === ANCHORS && (isDurable || isEnding)) {
        const durable = QUEUES.reduce((sum, queue) => sum + durableLines(files, queue, "inbox"), 0);
        assert.is(durable, journal.lastN + 1);
      }
    };
    for (let i = 0; i < 60; i++) turn(draftOf(i % 13 === 0 ? "fill" : "market_tick", START_TS + i * 90));
    isEnding = true;
    journal.finish();
  }
});

test.run();
