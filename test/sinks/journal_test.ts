import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft, EventType, PermittedDraft } from "../../src/core/event.ts";
import { eventIds } from "../../src/core/event_id.ts";
import { formatLine } from "../../src/core/journal_line.ts";
import { draftOf, openJournal, RUN_FOLDER, START_TS } from "../support/open_journal.ts";
import { repoContracts } from "../support/repo_contracts.ts";
import { SAMPLE_CMDLINE_HASH, SAMPLE_RUN_ID, sampleEvents } from "../support/sample_events.ts";

const TYPES = Object.keys(sampleEvents) as readonly EventType[];
const TICKS = `${RUN_FOLDER}/queues/market_ticks/inbox.jsonl`;

test("append() writes the bytes that JSON.stringify gives for the event, for every type and any text", () => {
  const draft = fc.tuple(fc.constantFrom(...TYPES), fc.string({ unit: "binary" }), fc.double());
  fc.assert(
    fc.property(fc.array(draft, { minLength: 1, maxLength: 30 }), (drafts) => {
      const { journal, files } = openJournal();
      const events = drafts.map(([type, text, number], i) =>
        journal.append(draftOf(type, START_TS + i, { text, number } as object) as PermittedDraft)
      );
      journal.endTurn();
      journal.commit();
      for (const type of TYPES) {
        const expected = events.filter((event) =>
          repoContracts.queueOf(event.type) === repoContracts.queueOf(type)
        )
          .map((event) => formatLine(JSON.stringify(event)));
        const path = `${RUN_FOLDER}/queues/${repoContracts.queueOf(type)}/inbox.jsonl`;
        assert.is(files.text(path), expected.join(""));
      }
    }),
    { numRuns: 30 },
  );
});

test("append() gives the envelope of the contract, numbered in the order of the calls", () => {
  const { journal } = openJournal();
  const { idOf } = eventIds(SAMPLE_RUN_ID);
  TYPES.forEach((type, n) => {
    const draft = draftOf(type, START_TS + n) as PermittedDraft;
    const event = journal.append(draft);
    assert.is(
      Object.keys(event).join(),
      "schema,v,ts,id,source,type,run_id,cmdline_hash,payload",
    );
    assert.equal(event, {
      ...sampleEvents[type],
      ts: START_TS + n,
      id: idOf(n),
      cmdline_hash: SAMPLE_CMDLINE_HASH,
    });
    assert.is(repoContracts.checkEvent(event), null);
    assert.equal([journal.lastN, journal.ts], [n, START_TS + n]);
  });
});

test("append() refuses a type whose queue is not there", () => {
  const { journal } = openJournal();
  const stranger = { ...draftOf("timer"), type: "weather" } as unknown as PermittedDraft;
  assert.throws(() => journal.append(stranger), /weather/);
});

const isQuiet: Readonly<Record<string, boolean>> = {
  market_tick: true,
  signal: true,
  risk_action: true,
  health: true,
  recommendation: true,
  feature_pack: true,
  policy_denial: true,
  operator_command: true,
  timer: true,
  lifecycle: true,
  order_intent: false,
  order_cancel: false,
  order_result: false,
  fill: false,
  stop_journal: false,
};

for (const type of TYPES) {
  const when = isQuiet[type] ? "waits" : "is written and synced before endTurn() returns";
  test(`append() of a ${type}: it ${when}`, () => {
    const { turn, files } = openJournal();
    turn(draftOf("market_tick"), draftOf(type));
    const path = `${RUN_FOLDER}/queues/${repoContracts.queueOf(type)}/inbox.jsonl`;
    const calls = isQuiet[type] ? [] : [
      `write ${TICKS}`,
      `write ${path}`,
      `sync ${TICKS}`,
      `sync ${path}`,
    ];
    assert.equal(files.calls, calls);
    if (!isQuiet[type]) assert.is(files.afterPowerLoss().text(path), files.text(path));
  });
}

test("append() of a risk_action: only a STOP is written and synced before endTurn() returns", () => {
  for (const action of ["ALLOW", "DENY", "REDUCE", "FREEZE", "UNFREEZE", "STOP"] as const) {
    const { turn, files } = openJournal();
    turn(draftOf("risk_action", START_TS, { action }));
    assert.is(files.calls.length > 0, action === "STOP", action);
  }
});

test("endTurn() writes and syncs when logging.commit_lines lines wait, never within a turn", () => {
  const { turn, files, journal } = openJournal({ commitLines: 500 });
  for (let i = 0; i < 499; i++) turn(draftOf("market_tick"));
  assert.equal(files.calls, []);
  journal.append(draftOf("market_tick") as PermittedDraft);
  journal.append(draftOf("market_tick") as PermittedDraft);
  assert.equal(files.calls, []);
  journal.endTurn();
  assert.equal(files.calls, [`write ${TICKS}`, `sync ${TICKS}`]);
  assert.is(files.text(TICKS).split("\n").length, 502);
});

test("append() touches the disk only before the first line of a turn", () => {
  const turnArbitrary = fc.tuple(
    fc.array(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 40 }),
    fc.integer({ min: 0, max: 1500 }),
  );
  fc.assert(
    fc.property(fc.array(turnArbitrary, { maxLength: 30 }), (turns) => {
      const { journal, files } = openJournal({ commitLines: 20, rotateBytes: 8192 });
      let ts = START_TS;
      for (const [types, step] of turns) {
        ts += step;
        const before = journal.lastN;
        types.forEach((type, i) => {
          files.calls.length = 0;
          const { id } = journal.append(draftOf(type, ts) as PermittedDraft);
          if (i > 0) assert.equal(files.calls, []);
          const written = [...files.contents.keys()].some((path) =>
            path.includes("/inbox.") && files.text(path).includes(`"id":"${id}"`)
          );
          assert.not.ok(written, `event ${before + 1 + i} in the middle of its turn`);
        });
        journal.endTurn();
      }
    }),
    { numRuns: 15 },
  );
});

test("commit() in virtual time writes, and syncs nothing before finish()", () => {
  const { turn, files, journal } = openJournal({ isDurable: false });
  for (let i = 0; i < 2000; i++) turn(draftOf(i % 10 === 0 ? "fill" : "market_tick", START_TS + i * 7));
  assert.ok(files.text(TICKS).length > 0);
  assert.equal(files.calls.filter((call) => call.startsWith("sync")), []);
  journal.finish();
  assert.is(files.afterPowerLoss().text(TICKS), files.text(TICKS));
});

test("deadletter() waits for the next commit and is counted", () => {
  const { journal, lines, files } = openJournal();
  journal.deadletter({
    ts: START_TS,
    queue: "market_ticks",
    reason_code: "TICK_UNUSABLE",
    detail: "no price",
    raw: new Uint8Array([1]),
  });
  assert.equal(files.calls, []);
  assert.is(journal.deadletters, 1);
  journal.flushAged();
  assert.is(lines("market_ticks", "deadletter").length, 1);
  assert.is(journal.lastN, -1);
});

const LETTER = { ts: START_TS, reason_code: "X", detail: "", raw: new Uint8Array() };

test("deadletter() refuses a queue that is not there", () => {
  const { journal } = openJournal();
  assert.throws(() => journal.deadletter({ ...LETTER, queue: "weather" }), /No queue "weather"/);
});

test("finish() is the end: nothing can be added after it", () => {
  const { journal, turn } = openJournal();
  turn(draftOf("timer"));
  journal.finish();
  const late: AnyDraft = draftOf("timer");
  assert.throws(() => journal.append(late as PermittedDraft), /final anchor/);
  assert.throws(() => journal.deadletter({ ...LETTER, queue: "timers" }), /final anchor/);
  assert.throws(() => journal.finish(), /final anchor/);
});

test.run();
