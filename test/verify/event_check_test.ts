import { test } from "uvu";
import * as assert from "uvu/assert";
import { eventIds } from "../../src/core/event_id.ts";
import type { Event, EventType } from "../../src/core/event.ts";
import { EventCheck } from "../../src/verify/event_check.ts";
import type { Manifest } from "../../src/verify/verify_folder.ts";
import { repoContracts } from "../support/repo_contracts.ts";
import { SAMPLE_CMDLINE_HASH, SAMPLE_RUN_ID, sampleEvents } from "../support/sample_events.ts";

const { idOf, numberOf } = eventIds(SAMPLE_RUN_ID);
const startedTs = 1_795_298_400_000;
const manifest = {
  run_id: SAMPLE_RUN_ID,
  cmdline_hash: SAMPLE_CMDLINE_HASH,
  started_ts: startedTs,
} as Manifest;

interface Row {
  readonly type: EventType;
  /** After the start. */
  readonly ms?: number;
  readonly cause?: number;
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly envelope?: Readonly<Record<string, unknown>>;
  readonly queue?: string;
}

const start: Row = { type: "lifecycle" };
const tick = (ms: number): Row => ({ type: "market_tick", ms });
const stopJournal: Row = { type: "stop_journal", ms: 1, payload: { origin: "input" } };
const end: Row = { type: "lifecycle", ms: 9, payload: { what: "ended" } };

/** What the check says of each row, numbered from 0. */
function verdicts(rows: readonly Row[]): readonly (string | null)[] {
  const check = new EventCheck(manifest, repoContracts, numberOf);
  return rows.map((row, n) => {
    const sample = structuredClone(sampleEvents[row.type]) as Event & { payload: { cause?: string } };
    const payload = { ...sample.payload, ...row.payload };
    if (row.cause === undefined) delete payload.cause;
    else payload.cause = idOf(row.cause);
    const event = {
      ...sample,
      id: idOf(n),
      ts: startedTs + (row.ms ?? 0),
      payload,
      ...row.envelope,
    } as Event;
    return check.problemOf(event, n, row.queue ?? repoContracts.queueOf(row.type));
  });
}

test("EventCheck accepts a night that starts, trades and ends", () => {
  const rows: Row[] = [
    start,
    { type: "health", cause: 0, payload: { origin: "derived" } },
    tick(5),
    { type: "signal", ms: 5, cause: 2 },
    { type: "order_intent", ms: 5, cause: 3 },
    tick(6),
    end,
  ];
  assert.equal(verdicts(rows), rows.map(() => null));
});

const LAST_IS_WRONG: readonly (readonly [what: string, rows: readonly Row[], problem: RegExp])[] = [
  ["its schema refuses it", [start, { ...tick(1), payload: { price: 7 } }], /^payload\.price: 7, expected/],
  [
    "it lies in another queue",
    [start, { ...tick(1), queue: "fills" }],
    /^market_tick belongs into market_ticks, not into fills$/,
  ],
  [
    "it is of another run",
    [start, { ...tick(1), envelope: { run_id: "20261121_220001" } }],
    /^run_id is 20261121_220001, expected/,
  ],
  [
    "it has another command line",
    [start, { ...tick(1), envelope: { cmdline_hash: "0".repeat(64) } }],
    /^cmdline_hash is not/,
  ],
  ["its time goes back", [start, tick(5), tick(4)], /^ts \d+ is before that of the event before, \d+$/],
  ["the first is no start", [tick(0)], /^expected lifecycle started$/],
  [
    "the night starts twice",
    [start, tick(1), { type: "lifecycle", ms: 1 }],
    /^the night has started before$/,
  ],
  [
    "it starts at another time than the manifest says",
    [{ ...start, ms: 1 }],
    /^ts is \d+, the manifest says \d+$/,
  ],
  [
    "a fill comes after a stop",
    [start, stopJournal, { type: "fill", ms: 1, cause: 1 }],
    /^fill after a stop had begun$/,
  ],
  [
    "an order comes after a stop",
    [start, stopJournal, { type: "order_intent", ms: 1, cause: 1 }],
    /^order_intent after a stop/,
  ],
  ["anything comes after the end", [start, end, tick(10)], /^market_tick after the end$/],
  [
    "its cause is of another turn",
    [start, tick(1), tick(2), { type: "signal", ms: 2, cause: 1 }],
    /^cause \S+ is not an event of the same turn$/,
  ],
  ["its cause comes later", [start, tick(1), { type: "signal", ms: 1, cause: 3 }], /^cause \S+ is not/],
  ["it is its own cause", [start, tick(1), { type: "signal", ms: 1, cause: 2 }], /^cause \S+ is not/],
  [
    "its time is not that of its turn",
    [start, tick(1), { type: "signal", ms: 2, cause: 1 }],
    /^ts is \d+, that of its turn \d+$/,
  ],
];

for (const [what, rows, expected] of LAST_IS_WRONG) {
  test(`EventCheck refuses an event when ${what}`, () => {
    const results = verdicts(rows);
    assert.equal(results.slice(0, -1), rows.slice(1).map(() => null));
    assert.match(results.at(-1)!, expected);
  });
}

test("EventCheck refuses an envelope when its fields stand in another order, ts_iso aside", () => {
  const { schema, v, ts, ...rest } = { ...sampleEvents.lifecycle, ts: startedTs };
  const problemOf = (event: object) =>
    new EventCheck(manifest, repoContracts, numberOf).problemOf(event as Event, 0, "lifecycle");
  assert.is(problemOf({ schema, v, ts, ...rest }), null);
  assert.is(problemOf({ schema, v, ts, ts_iso: "2026-11-21T22:00:00.000Z", ...rest }), null);
  assert.match(
    problemOf({ v, schema, ts, ...rest })!,
    /^has the fields v,schema,ts,.*, expected schema,v,ts,id,/,
  );
});

test("EventCheck knows the end when the log has said its last word", () => {
  const check = new EventCheck(manifest, repoContracts, numberOf);
  assert.is(check.phase, "RUNNING");
  check.problemOf({ ...sampleEvents.lifecycle, ts: startedTs }, 0, "lifecycle");
  const payload = { ...sampleEvents.lifecycle.payload, what: "ended" as const };
  check.problemOf({ ...sampleEvents.lifecycle, id: idOf(1), ts: startedTs, payload }, 1, "lifecycle");
  assert.is(check.phase, "STOPPED");
});

test.run();
