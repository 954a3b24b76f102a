import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Lifecycle } from "../../src/core/event.ts";
import { sealArtefact } from "../../src/core/journal_line.ts";
import { virtualClock } from "../../src/edge/clocks.ts";
import type { RebuiltRun } from "../../src/night/rebuild_run.ts";
import {
  endReason,
  lastInputs,
  readStopCopy,
  readStopCopyAside,
  type RecoveryFacts,
} from "../../src/night/recovery_inputs.ts";
import type { RunManifest } from "../../src/night/run_basis.ts";
import type { StopNotice } from "../../src/sinks/stop_flag.ts";
import { memoryFiles } from "../support/memory_files.ts";
import { RUN_FOLDER, START_TS } from "../support/open_journal.ts";
import { configWith } from "../support/repo_config.ts";
import { repoContracts } from "../support/repo_contracts.ts";
import { SAMPLE_RUN_ID } from "../support/sample_events.ts";

const config = configWith();
const manifest = {
  run_id: SAMPLE_RUN_ID,
  started_ts: START_TS,
  venue: "embedded",
  prices: "invented",
} as RunManifest;

const reason: StopNotice = {
  run_id: SAMPLE_RUN_ID,
  ts: START_TS + 5,
  component: "loop_watchdog",
  reason_code: "LOOP_STALLED",
  detail: "hung",
};

type Contents = Readonly<Record<string, string>>;

function factsWith(contents: Contents, nowTs: number = START_TS + 100): RecoveryFacts {
  const files = memoryFiles();
  for (const [path, text] of Object.entries(contents)) {
    files.contents.set(path, new TextEncoder().encode(text));
  }
  const places = { varFolder: "/var", runFolder: RUN_FOLDER };
  return { files, clock: virtualClock(nowTs), ...places, manifest, config, contracts: repoContracts };
}

const flag = (fields: Readonly<Record<string, unknown>> = {}): string =>
  sealArtefact({ schema: "nore/stop_flag", v: 1, ...reason, ...fields });
const LATCH = "/var/STOP.flag";
const COPY = `${RUN_FOLDER}/STOP.flag`;
const REPORT = `${RUN_FOLDER}/report.json`;
const failed = sealArtefact({ verdict: "FAILED", detail: "Error: Order 7 is not open\n    at x.ts" });
const DISK = { reason_code: "SINK_IO" };
const SILENT = ["ROLE_DEAD", "the process ended without a word"] as const;
const FAILED = ["ROLE_DEAD", "the night failed: Error: Order 7 is not open"] as const;

const REASONS: readonly (readonly [what: string, contents: Contents, said: readonly [string, string]])[] = [
  ["nothing", {}, SILENT],
  ["the latch of this run", { [LATCH]: flag() }, ["LOOP_STALLED", "hung"]],
  ["the latch of another run", { [LATCH]: flag({ run_id: "20200101_000000" }) }, SILENT],
  ["a latch by hand", { [LATCH]: "stop!" }, SILENT],
  ["a latch that is no stop of ours", { [LATCH]: flag({ reason_code: "not a code" }) }, SILENT],
  ["the run's copy", { [COPY]: flag(DISK) }, ["SINK_IO", "hung"]],
  ["latch and copy", { [LATCH]: flag(), [COPY]: flag(DISK) }, ["LOOP_STALLED", "hung"]],
  ["another's latch and the copy", { [LATCH]: "stop!", [COPY]: flag(DISK) }, ["SINK_IO", "hung"]],
  ["a copy put aside", { [`${COPY}.torn`]: flag(DISK) }, ["SINK_IO", "hung"]],
  ["a copy of another run", { [COPY]: flag({ run_id: "20200101_000000" }) }, SILENT],
  ["a copy that was changed", { [COPY]: flag().replace("hung", "fine") }, SILENT],
  ["the report of a failed night", { [REPORT]: failed }, FAILED],
  ["such a report put aside", { [`${REPORT}.torn`]: failed }, FAILED],
  ["such a report changed", { [REPORT]: failed.replace("Order 7", "Order 8") }, SILENT],
  ["the report of a stopped night", { [REPORT]: sealArtefact({ verdict: "STOPPED" }) }, SILENT],
];

for (const [what, contents, [code, detail]] of REASONS) {
  test(`endReason() with ${what}: ${code}, ${detail}`, () => {
    const facts = factsWith(contents);
    const { run_id, ts: _, ...stop } = endReason(facts, START_TS);
    assert.equal([stop.reason_code, stop.detail, run_id], [code, detail, SAMPLE_RUN_ID]);
    assert.is(stop.component, code === "ROLE_DEAD" ? "process" : "loop_watchdog");
    const payload = { ...stop, origin: "input" };
    assert.is(repoContracts.checkPayload("stop_journal", "watchdog_role", payload), null);
  });
}

test("endReason() cuts a long failure", () => {
  const facts = factsWith({ [REPORT]: sealArtefact({ verdict: "FAILED", detail: "x".repeat(9000) }) });
  assert.is(endReason(facts, START_TS).detail, `the night failed: ${"x".repeat(500)}`);
});

test("readStopCopy() and readStopCopyAside() each read their own", () => {
  const facts = factsWith({ [COPY]: flag(), [`${COPY}.torn`]: flag(DISK) });
  assert.equal([readStopCopy(facts)?.reason_code, readStopCopyAside(facts)?.reason_code], [
    "LOOP_STALLED",
    "SINK_IO",
  ]);
  assert.is(readStopCopyAside(factsWith({ [COPY]: flag() })), null);
});

interface Behind {
  readonly nextN?: number;
  readonly ts?: number;
  readonly hasEnded?: boolean;
  readonly stop?: StopNotice | null;
}

function behind({ nextN = 9, ts = START_TS + 50, hasEnded = false, stop = null }: Behind): RebuiltRun {
  return { position: { nextN, ts, hasEnded }, stop } as RebuiltRun;
}

/** What is said: each with its words. */
function saidOf(state: Behind, torn: string | null = null): readonly string[] {
  const inputs = lastInputs(factsWith({}), behind(state), { reason, torn });
  return inputs.map(({ type, payload }) => {
    if (type === "stop_journal") return `stop ${payload.reason_code} ${payload.origin}`;
    const { what, detail } = payload as Lifecycle;
    return `${what}: ${detail}`;
  });
}

const STARTED = "started: NORE on embedded, prices invented";
const STOP = "stop LOOP_STALLED input";
const ENDED = "ended: stopped: LOOP_STALLED, recovered";
const OPERATOR = { ...reason, reason_code: "OPERATOR" };
const INPUTS: readonly (readonly [
  what: string,
  state: Behind,
  torn: string | null,
  said: readonly string[],
])[] = [
  ["a night in its middle", {}, null, [STOP, ENDED]],
  ["one that was cut", {}, "1 of log.jsonl", ["torn_tail: 1 of log.jsonl", STOP, ENDED]],
  ["one without an event", { nextN: 0, ts: 0 }, null, [STARTED, STOP, ENDED]],
  ["one that had been stopped", { stop: OPERATOR }, null, ["ended: stopped: OPERATOR, recovered"]],
  ["one that has ended", { hasEnded: true }, "1 of log.jsonl", []],
];

for (const [what, state, torn, said] of INPUTS) {
  test(`lastInputs() of ${what}: ${said.length}`, () => assert.equal(saidOf(state, torn), said));
}

const TIMES: readonly (readonly [what: string, state: Behind, nowTs: number, ts: readonly number[]])[] = [
  ["now", {}, START_TS + 100, [START_TS + 100, START_TS + 100]],
  ["not before the last event, where the clock was set back", {}, 7, [START_TS + 50, START_TS + 50]],
  ["not before the start", { nextN: 0, ts: 0 }, 7, [START_TS, START_TS, START_TS]],
];

for (const [what, state, nowTs, ts] of TIMES) {
  test(`lastInputs() says it ${what}`, () => {
    const inputs = lastInputs(factsWith({}, nowTs), behind(state), { reason, torn: null });
    assert.equal(inputs.map((input) => input.ts), ts);
  });
}

test("lastInputs() are inputs of the watchdog that fit their schemas", () => {
  const inputs = lastInputs(factsWith({}), behind({ nextN: 0 }), {
    reason,
    torn: "1 of log.jsonl",
  });
  assert.is(inputs.length, 4);
  for (const { type, source, cause, payload } of inputs) {
    assert.equal([source, cause], ["watchdog_role", null]);
    assert.is(repoContracts.checkPayload(type, source, payload), null);
  }
  assert.is((inputs[2]!.payload as { readonly recovered?: boolean }).recovered, true);
});

test.run();
