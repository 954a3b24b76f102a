import { test } from "uvu";
import * as assert from "uvu/assert";
import { eventIds } from "../../src/core/event_id.ts";
import type { Event, EventType } from "../../src/core/event.ts";
import { formatLine } from "../../src/core/journal_line.ts";
import { tallyOf } from "../../src/sinks/tally.ts";
import { Findings, formatProblem } from "../../src/verify/findings.ts";
import { RunReader } from "../../src/verify/run_reader.ts";
import { AnchorChain } from "../../src/verify/verify_anchors.ts";
import { type LogSummary, verifyLog } from "../../src/verify/verify_log.ts";
import type { Manifest } from "../../src/verify/verify_folder.ts";
import { memoryFiles } from "../support/memory_files.ts";
import { repoContracts } from "../support/repo_contracts.ts";
import { SAMPLE_CMDLINE_HASH, SAMPLE_RUN_ID, sampleEvents } from "../support/sample_events.ts";
import { simSigner } from "../support/sim_night.ts";

const { idOf } = eventIds(SAMPLE_RUN_ID);
const startedTs = 1_795_298_400_000;
const manifest = {
  run_id: SAMPLE_RUN_ID,
  cmdline_hash: SAMPLE_CMDLINE_HASH,
  started_ts: startedTs,
} as Manifest;
const manifestBytes = new Uint8Array();

/** Event `n` as a line; inputs only, so that no cause is needed. */
function line(type: EventType, n: number, payload: object = {}): string {
  const sample = sampleEvents[type] as Event;
  return formatLine(
    JSON.stringify({ ...sample, id: idOf(n), ts: startedTs, payload: { ...sample.payload, ...payload } }),
  );
}
const start = line("lifecycle", 0);
const tick = (n: number): string => line("market_tick", n);
const timer = (n: number): string => line("timer", n);
const stop = (n: number, reason_code: string): string =>
  line("stop_journal", n, { reason_code, origin: "input", cause: undefined });

interface Read extends LogSummary {
  readonly problems: readonly string[];
  readonly progress: readonly number[];
}

function read(inboxes: Readonly<Record<string, string>>): Read {
  const disk = memoryFiles();
  const files = { "audit/anchors.jsonl": "", ...inboxes };
  for (const [path, text] of Object.entries(files)) {
    disk.contents.set(`/run/${path}`, new TextEncoder().encode(text));
  }
  const findings = new Findings();
  const reader = new RunReader(disk, "/run", findings);
  const chain = new AnchorChain(reader, findings, {
    runId: SAMPLE_RUN_ID,
    manifestBytes,
    verifier: simSigner,
    signatures: "all",
  });
  const tallying = tallyOf([{ id: "reversion", capital: "10000" }], repoContracts.types);
  const progress: number[] = [];
  const log = verifyLog(reader, findings, {
    basis: { manifest, manifestBytes, contracts: repoContracts },
    queues: ["lifecycle", "market_ticks", "timers", "stop_journal", "fills"],
    chain,
    tallying,
    tally: tallying.initial(),
    ai: { problemOf: () => null },
    onProgress: (n) => progress.push(n),
  });
  return { ...log, problems: findings.problems.map(formatProblem), progress };
}

const EMPTY = {
  "queues/lifecycle/inbox.jsonl": "",
  "queues/market_ticks/inbox.jsonl": "",
  "queues/timers/inbox.jsonl": "",
  "queues/stop_journal/inbox.jsonl": "",
  "queues/fills/inbox.jsonl": "",
};

test("verifyLog() reads the inboxes as one log when lines of several queues follow each other", () => {
  const log = read({
    ...EMPTY,
    "queues/lifecycle/inbox.jsonl": start + line("lifecycle", 5, { what: "ended" }),
    "queues/market_ticks/inbox.000001.jsonl": tick(1) + tick(2),
    "queues/market_ticks/inbox.jsonl": tick(4),
    "queues/timers/inbox.jsonl": timer(3),
  });
  assert.equal(log.problems, []);
  assert.equal([log.lastN, log.lastTs, log.isEnded, log.stop, log.tailLines], [5, startedTs, true, null, 0]);
  const places = [...log.queues].map(([queue, { lines, lastN }]) => [queue, lines, lastN]);
  assert.equal(places, [
    ["lifecycle", 2, 5],
    ["market_ticks", 3, 4],
    ["timers", 1, 3],
    ["stop_journal", 0, -1],
    ["fills", 0, -1],
  ]);
  assert.equal(log.progress, [0]);
});

test("verifyLog() gives nothing when there is no event", () => {
  const log = read(EMPTY);
  assert.equal([log.problems, log.lastN, log.isEnded, log.tailLines], [[], -1, false, 0]);
});

test("verifyLog() ends at the first gap and counts what lies behind it when no anchor covers it", () => {
  const log = read({
    ...EMPTY,
    "queues/lifecycle/inbox.jsonl": start,
    "queues/market_ticks/inbox.jsonl": tick(1) + tick(3) + tick(4),
    "queues/timers/inbox.jsonl": timer(5),
  });
  assert.equal([log.problems, log.lastN, log.tailLines], [[], 1, 3]);
});

test("verifyLog() keeps the first stop when there are two", () => {
  const log = read({
    ...EMPTY,
    "queues/lifecycle/inbox.jsonl": start,
    "queues/stop_journal/inbox.jsonl": stop(1, "OPERATOR") + stop(2, "SINK_IO"),
  });
  assert.is(log.stop?.reason_code, "OPERATOR");
  assert.is(log.stop?.ts, startedTs);
});

const PROBLEMS: readonly (readonly [what: string, inbox: string, problem: RegExp])[] = [
  ["a line is doubled", tick(1) + tick(1), /:2: event 1 stands after event 1: doubled or out of order$/],
  ["two lines are swapped", tick(1) + tick(3) + tick(2), /:3: event 2 stands after event 3/],
  ["an id is of another run", tick(1) + tick(2).replace(idOf(2), "x"), /:2: hash is/],
  ["an event has no id", formatLine('{"a":1}'), /:1: id undefined is not of this run$/],
  ["an event is not valid", line("market_tick", 1, { price: "-" }), /:1: payload\.price: /],
  [
    "an id is foreign",
    formatLine(JSON.stringify({ id: idOf(1).replace(/.$/, "z") })),
    /:1: id ".*z" is not of this run$/,
  ],
];

for (const [what, inbox, expected] of PROBLEMS) {
  test(`verifyLog() reports the line when ${what}`, () => {
    const { problems } = read({
      ...EMPTY,
      "queues/lifecycle/inbox.jsonl": start,
      "queues/market_ticks/inbox.jsonl": inbox,
    });
    assert.match(problems.join("\n"), new RegExp(`queues/market_ticks/inbox\\.jsonl${expected.source}`, "m"));
  });
}

test("verifyLog() reports a fill when no figures can be made of it", () => {
  const fill = { ...sampleEvents.fill.payload, strategy_id: "nobody", cause: idOf(0) };
  const { problems } = read({
    ...EMPTY,
    "queues/lifecycle/inbox.jsonl": start,
    "queues/fills/inbox.jsonl": line("fill", 1, fill),
  });
  assert.match(problems.join("\n"), /^queues\/fills\/inbox\.jsonl:1: .*nobody/);
});

test.run();
