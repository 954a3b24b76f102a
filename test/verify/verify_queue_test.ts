import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatLine, sealArtefact } from "../../src/core/journal_line.ts";
import { Findings, formatProblem } from "../../src/verify/findings.ts";
import { RunReader } from "../../src/verify/run_reader.ts";
import { readQueueSide, verifyDeadletters, verifyQueue } from "../../src/verify/verify_queue.ts";
import { memoryFiles } from "../support/memory_files.ts";

const runId = "20261121_220000";
const ACKS = "queues/signals/acks.jsonl";
const CURSOR = "queues/signals/cursor.json";

type Ack = readonly [consumer: string, from: number, to: number, ts: number];
const END = { file: "inbox.jsonl", offset: 500, line: 5, n: 90 };

interface Queue {
  readonly acks: readonly Ack[];
  readonly consumers?: unknown;
  readonly cursor?: Readonly<Record<string, unknown>>;
  readonly isComplete?: boolean;
}

/** Five lines, three of them at the first anchor and two at the second; two roles read them. */
const LOG = { lines: 5, lastN: 90, anchored: [{ to: 2, ts: 1000 }, { to: 4, ts: 2000 }] };
const WHOLE: readonly Ack[] = [
  ["risk_role", 0, 2, 1000],
  ["watchdog_role", 0, 2, 1000],
  ["risk_role", 3, 4, 2000],
  ["watchdog_role", 3, 4, 2000],
];
const BOTH = { risk_role: END, watchdog_role: END };

function problemsOf(queue: Queue): readonly string[] {
  const disk = memoryFiles();
  const findings = new Findings();
  const reader = new RunReader(disk, "/run", findings);
  const put = (path: string, text: string) =>
    disk.contents.set(`/run/${path}`, new TextEncoder().encode(text));
  put(
    ACKS,
    queue.acks.map(([consumer, from, to, ts]) => formatLine(JSON.stringify({ consumer, from, to, ts }))).join(
      "",
    ),
  );
  put(
    CURSOR,
    sealArtefact({
      schema: "nore/cursor",
      v: 1,
      run_id: runId,
      queue: "signals",
      consumers: queue.consumers ?? BOTH,
      ...queue.cursor,
    }),
  );
  reader.lengths.set("queues/signals/inbox.jsonl", [500, 5]);
  const side = readQueueSide(reader, findings, { runId, queue: "signals" });
  verifyQueue(reader, findings, { side, log: LOG, isComplete: queue.isComplete ?? true });
  return findings.problems.map(formatProblem);
}

test("verifyQueue() accepts an ack of each consumer for each anchor and cursors at the end", () => {
  assert.equal(problemsOf({ acks: WHOLE }), []);
});

const swap = (acks: readonly Ack[], i: number, ack: Ack): readonly Ack[] =>
  acks.map((one, at) => at === i ? ack : one);

const WRONG_ACKS: readonly (readonly [what: string, acks: readonly Ack[], line: number, problem: string])[] =
  [
    [
      "of lines twice",
      swap(WHOLE, 2, ["risk_role", 2, 4, 2000]),
      3,
      "risk_role acks lines 2 to 4 at 2000, expected risk_role with lines 3 to 4 at 2000",
    ],
    ["with a gap", swap(WHOLE, 2, ["risk_role", 4, 4, 2000]), 3, "risk_role acks lines 4 to 4 at 2000"],
    ["of too few lines", swap(WHOLE, 1, ["watchdog_role", 0, 1, 1000]), 2, "watchdog_role acks lines 0 to 1"],
    [
      "at another time",
      swap(WHOLE, 0, ["risk_role", 0, 2, 1001]),
      1,
      "risk_role acks lines 0 to 2 at 1001, expected risk_role with lines 0 to 2 at 1000",
    ],
    [
      "of another role",
      swap(WHOLE, 0, ["ai_role", 0, 2, 1000]),
      1,
      "ai_role acks lines 0 to 2 at 1000, expected risk_role with",
    ],
    [
      "in another order",
      [WHOLE[1]!, WHOLE[0]!, ...WHOLE.slice(2)],
      1,
      "watchdog_role acks lines 0 to 2 at 1000, expected risk_role",
    ],
    [
      "beyond the last anchor",
      [...WHOLE, ["risk_role", 5, 5, 3000]],
      5,
      "risk_role acks lines 5 to 5 at 3000, expected risk_role with what follows line 5 of 5",
    ],
  ];

for (const [what, acks, line, problem] of WRONG_ACKS) {
  test(`verifyQueue() reports an ack ${what}`, () => {
    const [first] = problemsOf({ acks });
    assert.ok(first?.startsWith(`${ACKS}:${line}: ${problem}`), `${first}`);
  });
}

test("verifyQueue() reports acks that are missing", () => {
  assert.equal(problemsOf({ acks: WHOLE.slice(0, 3) }), [
    `${ACKS}: 3 lines are acked by all that read them, the anchors cover 5`,
  ]);
  assert.equal(problemsOf({ acks: [] }), [
    `${ACKS}: 0 lines are acked by all that read them, the anchors cover 5`,
  ]);
});

test("verifyQueue() reports a line that is no ack", () => {
  const ack = ["risk_role", 0, 2, undefined] as unknown as Ack;
  assert.is(
    problemsOf({ acks: [ack, ...WHOLE] })[0],
    `${ACKS}:1: is not an ack with consumer, from, to and ts`,
  );
});

test("verifyQueue() wants no acks and no cursors when nobody reads the queue", () => {
  assert.equal(problemsOf({ acks: [], consumers: {} }), []);
  assert.match(
    problemsOf({ acks: WHOLE, consumers: {} })[0]!,
    /^queues\/signals\/acks\.jsonl:1: risk_role acks/,
  );
});

test("verifyQueue() wants cursors at the end when the run is complete", () => {
  const wrong = [{ offset: 499 }, { line: 4 }, { n: 89 }, { file: "inbox.000001.jsonl" }];
  for (const change of wrong) {
    const [problem] = problemsOf({ acks: WHOLE, consumers: { ...BOTH, risk_role: { ...END, ...change } } });
    assert.match(
      problem!,
      /^queues\/signals\/cursor\.json: risk_role stands at .*, the end is at inbox\.jsonl offset 500/,
    );
  }
});

test("verifyQueue() lets cursors and acks stand anywhere in what is there when the run was cut short", () => {
  const early = { file: "inbox.jsonl", offset: 0, line: 0, n: -1 };
  const cut = (queue: Queue) => problemsOf({ ...queue, isComplete: false });
  assert.equal(cut({ acks: WHOLE, consumers: { risk_role: early, watchdog_role: END } }), []);
  assert.match(
    cut({ acks: WHOLE, consumers: { ...BOTH, risk_role: { ...END, line: 6 } } })[0]!,
    /risk_role stands at/,
  );
  assert.match(
    cut({ acks: WHOLE, consumers: { ...BOTH, risk_role: { ...END, n: 91 } } })[0]!,
    /risk_role stands at/,
  );
  assert.match(
    cut({ acks: WHOLE.slice(0, 2) })[0]!,
    /stands at .* line 5 .*, 3 lines are acked$|the anchors cover 5$/,
  );
});

test("verifyQueue() takes acks without an anchor when a run that was cut short had no time for it", () => {
  const log = { ...LOG, anchored: LOG.anchored.slice(0, 1) };
  const cut = (acks: readonly Ack[]) => {
    const findings = new Findings();
    const reader = new RunReader(memoryFiles(), "/run", findings);
    const side = {
      queue: "signals",
      cursor: new Map(Object.entries(BOTH).map(([role, end]) => [role, { ...end, line: 3 }])),
      acks: acks.map(([consumer, from, to, ts], i) => ({ consumer, from, to, ts, file: ACKS, line: i + 1 })),
    };
    verifyQueue(reader, findings, { side, log, isComplete: false });
    return findings.count;
  };
  assert.is(cut(WHOLE.slice(0, 2)), 0);
  assert.is(cut(WHOLE.slice(0, 3)), 0);
  assert.is(cut(WHOLE), 0);
  assert.is(cut(swap(WHOLE, 3, ["watchdog_role", 3, 3, 2000])), 1, "not what the other role acked");
  assert.is(cut(swap(WHOLE, 2, ["risk_role", 3, 5, 2000])), 2, "more than there is");
});

test("readQueueSide() reports a cursor of another queue or form", () => {
  const wrong = [{ run_id: "20261121_220001" }, { queue: "fills" }, { schema: "nore/report" }, { v: 2 }];
  for (const cursor of wrong) {
    assert.match(
      problemsOf({ acks: WHOLE, cursor })[0]!,
      /^queues\/signals\/cursor\.json: schema, v, run_id, queue are/,
    );
  }
  const forms = [null, 7, { risk_role: null }, { risk_role: {} }, { risk_role: { ...END, line: "5" } }, {
    risk_role: { ...END, file: null },
  }];
  for (const consumers of forms) {
    const problems = problemsOf({ acks: [], cursor: { consumers } });
    assert.is(problems[0], `${CURSOR}: consumers are not positions with file, offset, line and n`);
  }
});

test("verifyDeadletters() counts them and reports those out of form or time", () => {
  const disk = memoryFiles();
  const letter = (ts: unknown, more = {}) =>
    formatLine(JSON.stringify({ ts, reason_code: "TICK_UNUSABLE", detail: "", bytes: 0, raw: "", ...more }));
  const text = [letter(1000), letter(1000), letter(999), letter(1001, { more: 1 }), letter("x"), letter(1002)]
    .join("");
  disk.contents.set("/run/queues/signals/deadletter.jsonl", new TextEncoder().encode(text));
  const findings = new Findings();
  assert.is(verifyDeadletters(new RunReader(disk, "/run", findings), findings, "signals"), 6);
  assert.equal(findings.problems.map(({ line }) => line), [3, 4, 5]);
});

test.run();
