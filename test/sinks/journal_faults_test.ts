import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft, EventType, StopJournal } from "../../src/core/event.ts";
import { JournalFailure } from "../../src/sinks/journal_failure.ts";
import { type MemoryFiles, memoryFiles, systemError } from "../support/memory_files.ts";
import { draftOf, openJournal, RUN_FOLDER, START_TS } from "../support/open_journal.ts";
import { repoContracts } from "../support/repo_contracts.ts";
import { SAMPLE_RUN_ID } from "../support/sample_events.ts";

const MIRROR = `/var/mirror/${SAMPLE_RUN_ID}.anchors.jsonl`;
const FILLS = `${RUN_FOLDER}/queues/fills/inbox.jsonl`;

/** The call with this name and path fails so often. */
function failing(files: MemoryFiles, what: string, code: string, times = 1): void {
  let left = times;
  files.fault = (call, path) => {
    if (`${call} ${path}` === what && left-- > 0) throw systemError(code);
  };
}

function failureOf(work: () => unknown): readonly [code: string, mayRetry: boolean] {
  try {
    work();
  } catch (error) {
    assert.instance(error, JournalFailure);
    return [(error as JournalFailure).code, (error as JournalFailure).mayRetry];
  }
  throw new Error("It did not fail");
}

const stopOf = (draft: AnyDraft | null) => draft?.payload as StopJournal | undefined;

test("a full disk in the middle of a batch: the ballast goes, the batch is whole, the next input is the stop", () => {
  const { turn, files, lines, ballast, journal } = openJournal();
  let writes = 0;
  files.fault = (call, path) => {
    if (call !== "write" || path !== FILLS) return undefined;
    writes++;
    if (writes === 2) throw systemError("ENOSPC");
    return writes === 1 ? 100 : undefined;
  };
  const fault = turn(draftOf("market_tick"), draftOf("fill"), draftOf("fill"), draftOf("order_result"));
  assert.equal([fault?.type, fault?.source, fault?.cause, fault?.ts], [
    "stop_journal",
    "watchdog_role",
    null,
    START_TS,
  ]);
  const { component, reason_code, origin, detail } = stopOf(fault)!;
  assert.equal([component, reason_code, origin], ["journal", "DISK_FULL", "input"]);
  assert.match(detail, /ENOSPC/);
  assert.equal(["market_ticks", "fills", "order_results"].map((queue) => lines(queue).length), [1, 2, 1]);
  assert.is(files.exists("/var/ballast"), false);
  assert.is(ballast.release(), false);
  assert.is(files.afterPowerLoss().text(FILLS), files.text(FILLS));
  assert.is(turn(fault!), null);
  journal.finish();
});

test("EDQUOT is a full disk, too", () => {
  const { turn, files } = openJournal();
  failing(files, `write ${FILLS}`, "EDQUOT");
  assert.is(stopOf(turn(draftOf("fill")))?.reason_code, "DISK_FULL");
});

test("a disk that stays full without the ballast fails the journal", () => {
  const { turn, files } = openJournal();
  failing(files, `write ${FILLS}`, "ENOSPC", Infinity);
  assert.equal(failureOf(() => turn(draftOf("fill"))), ["DISK_FULL", true]);
  assert.is(files.exists("/var/ballast"), false);
});

test("any other failed write fails the journal at once, and the ballast stays", () => {
  const { turn, files } = openJournal();
  failing(files, `write ${FILLS}`, "EIO");
  assert.equal(failureOf(() => turn(draftOf("fill"))), ["SINK_IO", false]);
  assert.is(files.exists("/var/ballast"), true);
});

for (const [code, reason] of [["EIO", "SINK_IO"], ["ENOSPC", "DISK_FULL"]] as const) {
  test(`a sync that fails with ${code} is never tried again: ${reason}`, () => {
    const { turn, files } = openJournal();
    failing(files, `sync ${FILLS}`, code);
    assert.equal(failureOf(() => turn(draftOf("fill"))), [reason, false]);
    assert.is(files.calls.filter((call) => call === `sync ${FILLS}`).length, 1);
    assert.is(files.exists("/var/ballast"), true);
  });
}

test("a ballast that cannot be removed fails the journal", () => {
  const { turn, files } = openJournal();
  files.fault = (call) => {
    if (call === "write") throw systemError("ENOSPC");
    if (call === "remove") throw systemError("EIO");
  };
  assert.equal(failureOf(() => turn(draftOf("fill"))), ["SINK_IO", false]);
});

/** Two turns more than a second apart, so that the second begins with an anchor, and what the second one gives. */
function anchored({ turn }: ReturnType<typeof openJournal>): AnyDraft | null {
  turn(draftOf("timer", START_TS));
  return turn(draftOf("timer", START_TS + 1001));
}

for (
  const [free, min, stops] of [[null, 1000, false], [1000, 1000, false], [999, 1000, true], [
    0,
    0,
    false,
  ]] as const
) {
  test(`at an anchor with ${free} bytes free of at least ${min}: ${stops ? "DISK_FULL" : "it goes on"}`, () => {
    const open = openJournal({ diskFreeBytesMin: min });
    open.files.freeBytesNow = free;
    const fault = anchored(open);
    assert.is(fault !== null, stops);
    assert.is(open.files.exists("/var/ballast"), !stops);
    if (!stops) return;
    assert.is(stopOf(fault)?.reason_code, "DISK_FULL");
    assert.match(stopOf(fault)!.detail, "999 bytes are free, at least 1000");
    assert.is(open.turn(fault!), null);
    assert.is(open.turn(draftOf("timer", START_TS + 3000)), null, "said once");
  });
}

/** What may fail while the lines are sound, at the first anchor. */
const BESIDE_THE_LINES: readonly (readonly [what: string, call: string])[] = [
  ["a cursor that cannot be made", `open ${RUN_FOLDER}/queues/market_ticks/cursor.json.tmp`],
  ["a cursor that cannot be synced", `sync ${RUN_FOLDER}/queues/market_ticks/cursor.json.tmp`],
  ["a cursor that cannot be put in its place", `rename ${RUN_FOLDER}/queues/market_ticks/cursor.json.tmp`],
  ["a folder that cannot be synced", `syncDirectory ${RUN_FOLDER}/queues/market_ticks`],
  ["a mirror that cannot be written", `write ${MIRROR}`],
  ["a mirror that cannot be synced", `sync ${MIRROR}`],
  ["a disk that does not even say how much is free", `freeBytes ${RUN_FOLDER}`],
];

for (const [what, call] of BESIDE_THE_LINES) {
  test(`${what}: the stop is the next input, said once, and the final anchor comes`, () => {
    const { files, turn, journal, anchors, clock } = openJournal();
    failing(files, call, "EIO", call.startsWith("write") ? 1 : 2);
    turn(draftOf("market_tick", START_TS));
    clock.set(START_TS + 1001);
    const fault = turn(draftOf("timer", START_TS + 1001));
    assert.equal([stopOf(fault)?.reason_code, stopOf(fault)?.component], ["SINK_IO", "journal"]);
    assert.is(turn({ ...draftOf("market_tick", START_TS + 2500) }), null, "said once");
    files.fault = null;
    journal.finish();
    assert.is(anchors().at(-1)!.final, true);
    assert.is(files.text(MIRROR), files.text(`${RUN_FOLDER}/audit/anchors.jsonl`));
  });
}

test("beginTurn() makes the anchor that is due and gives its fault, before the turn has an event", () => {
  const { files, turn, journal, anchors } = openJournal();
  failing(files, `open ${RUN_FOLDER}/queues/market_ticks/cursor.json.tmp`, "EIO", 1);
  turn(draftOf("market_tick", START_TS));
  assert.is(journal.beginTurn(START_TS + 1000), null, "nothing is due");
  assert.is(anchors().length, 0);
  const fault = journal.beginTurn(START_TS + 1001);
  assert.equal([stopOf(fault)?.reason_code, journal.lastN, anchors().length], ["SINK_IO", 0, 1]);
  assert.is(journal.beginTurn(START_TS + 1001), null, "said once");
  assert.is(turn(fault!), null);
});

test("a view that cannot be written is the next input, and after the last event an error at the end", () => {
  for (const isEnded of [false, true]) {
    const { turn, journal, anchors } = openJournal();
    turn(draftOf("lifecycle", START_TS, { what: isEnded ? "ended" : "started" }));
    journal.guard(() => {
      throw systemError("EIO");
    });
    const fault = journal.endTurn();
    assert.is(stopOf(fault)?.reason_code, isEnded ? undefined : "SINK_IO");
    if (isEnded) assert.equal(failureOf(() => journal.finish()), ["SINK_IO", false]);
    else journal.finish();
    assert.is(anchors().at(-1)!.final, true);
  }
});

for (const place of [`sync ${RUN_FOLDER}/queues/fills/cursor.json.tmp`, `write ${MIRROR}`]) {
  test(`the final anchor says nothing that is not so: ${place.split(" ")[0]} fails`, () => {
    const { turn, files, journal } = openJournal();
    turn(draftOf("fill"));
    failing(files, place, "EIO");
    assert.equal(failureOf(() => journal.finish()), ["SINK_IO", false]);
  });
}

test("a disk found full at an anchor is said at the end of the turn that began with it", () => {
  const open = openJournal();
  failing(open.files, `write ${RUN_FOLDER}/audit/anchors.jsonl`, "ENOSPC");
  assert.is(stopOf(anchored(open))?.reason_code, "DISK_FULL");
  assert.is(open.anchors().length, 1);
  assert.is(open.lines("timers").length, 1);
});

test("flushAged() gives the fault of its commit", () => {
  const { turn, files, journal } = openJournal();
  turn(draftOf("timer"));
  failing(files, `write ${RUN_FOLDER}/queues/timers/inbox.jsonl`, "ENOSPC");
  assert.is(stopOf(journal.flushAged())?.reason_code, "DISK_FULL");
});

test("finish() throws a fault that came after the last event, when all is written", () => {
  const { turn, files, journal, anchors, lines } = openJournal();
  turn(draftOf("timer"));
  failing(files, `write ${FILLS}`, "ENOSPC");
  const ended = turn(draftOf("fill"), draftOf("lifecycle", START_TS, { what: "ended" }));
  assert.is(ended, null, "the log takes no input any more");
  assert.equal(failureOf(() => journal.finish()), ["DISK_FULL", true]);
  assert.equal([lines("fills").length, lines("lifecycle").length], [1, 1]);
  assert.is(anchors().at(-1)!.final, true);
});

test("a file that cannot be closed fails the journal", () => {
  const files = memoryFiles();
  const { append } = files;
  files.append = (path) => {
    const close = () => {
      if (path.endsWith("fills/inbox.jsonl")) throw systemError("EIO");
    };
    return { ...append(path), close };
  };
  const { turn, journal } = openJournal({ files });
  turn(draftOf("fill"));
  assert.equal(failureOf(() => journal.finish()), ["SINK_IO", false]);
});

const TYPES: readonly EventType[] = ["market_tick", "fill", "timer", "order_result"];

test("whatever the disk refuses once for want of room, every line is there once and in order", () => {
  const turns = fc.array(fc.array(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(turns, fc.nat(400), fc.integer({ min: 1, max: 200 }), (turns, at, part) => {
      const { turn, files, journal, lines } = openJournal({ rotateBytes: 4096, commitLines: 7 });
      let calls = 0;
      files.fault = (call) => {
        if (call === "sync" || call === "syncDirectory") return undefined;
        calls++;
        if (calls === at + 1) throw systemError("ENOSPC");
        return calls === at && call === "write" ? part : undefined;
      };
      const faults: AnyDraft[] = [];
      let ts = START_TS;
      for (const types of turns) {
        const fault = turn(...types.map((type) => draftOf(type, ts)));
        if (fault !== null) faults.push(fault);
        ts += 150;
      }
      turn(draftOf("timer", ts));
      try {
        journal.finish();
      } catch (error) {
        assert.is((error as JournalFailure).code, "DISK_FULL");
      }
      assert.ok(faults.length <= 1);
      for (const type of TYPES) {
        const count = turns.flat().filter((other) => other === type).length + (type === "timer" ? 1 : 0);
        assert.is(lines(repoContracts.queueOf(type)).length, count, type);
      }
    }),
    { numRuns: 60 },
  );
});

test.run();
