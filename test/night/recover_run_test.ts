import { defer, of } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event, StopJournal } from "../../src/core/event.ts";
import { openArtefact, sealArtefact } from "../../src/core/journal_line.ts";
import {
  assess,
  type Crash,
  type CrashedNight,
  crashedNight,
  recordCrashes,
  RECOVERED_TS,
  recoverOn,
} from "../support/crashed_nights.ts";
import type { MemoryFiles } from "../support/memory_files.ts";
import { command, eventsOf } from "../support/night_events.ts";
import { SIM_START_TS } from "../support/sim_night.ts";

/** A night is crashed at every call that it makes, and recovered. */

const raw = new Uint8Array([1, 2, 3]);
const crashed = await crashedNight({
  onOpened(run) {
    const letter = { queue: "market_ticks", reason_code: "TICK_UNUSABLE", detail: "no price", raw };
    run.journal.deadletter({ ts: SIM_START_TS, ...letter });
    return run;
  },
});
const { night, events } = crashed;

const causeOf = ({ payload }: Event) => (payload as { readonly cause?: string }).cause;
/** Behind each turn the number of events so far. */
const turnEnds: readonly number[] = [
  0,
  ...events.flatMap((event, n) => n > 0 && causeOf(event) === undefined ? [n] : []),
  events.length,
];

/** Recovers, checks all that must hold of any recovered run, and gives what was kept of its log. */
async function recovered(
  from: CrashedNight,
  disk: MemoryFiles,
  what: string,
  keptMax = Infinity,
): Promise<readonly Event[] | null> {
  const { need, verification } = assess(from, disk);
  if (need === "damaged" || need === "nothing") return null;
  const closed = await recoverOn(from, disk, need);
  assert.equal(closed?.problems ?? [], [], what);
  const after = assess(from, disk);
  assert.equal(after.verification.findings.problems, [], what);
  assert.equal([after.need, after.verification.complete], ["nothing", true], what);
  assert.not.ok(disk.exists("/var/ballast"), what);
  const all = eventsOf(disk, night.runFolder);
  if (need === "views") return all;
  const kept = turnEnds.findLast((end) => end <= Math.min(verification.events, keptMax))!;
  assert.equal(all.slice(0, kept), from.events.slice(0, kept), what);
  return all.slice(0, kept);
}

test("recoverRun() makes a complete run of what a crash leaves at any call, and cuts no whole turn", async () => {
  const seen: Record<string, number> = {};
  const begun = crashed.crashes.findIndex(({ before }) => /^write .*lifecycle\/inbox/.test(before));
  for (const [i, { before, kind, disk }] of crashed.crashes.entries()) {
    const what = `crash ${i}, ${kind} before ${before}`;
    const files = disk();
    const { need } = assess(crashed, files);
    seen[`${kind} ${need}`] = (seen[`${kind} ${need}`] ?? 0) + 1;
    if (need === "damaged") assert.ok(i < begun, `${what}: damaged`);
    else await recovered(crashed, files, what);
  }
  for (const kind of ["killed", "torn", "power"]) assert.ok(seen[`${kind} end`]! > 30, JSON.stringify(seen));
  assert.ok(seen["killed views"]! > 10 && seen["killed nothing"]! > 0, JSON.stringify(seen));
});

const isUnended = ({ disk }: Crash) => assess(crashed, disk()).need === "end";
/** Events behind a gap, and the beginning of one. */
const tornEvents = crashed.crashes.filter(({ kind, before }) => kind === "torn" && before.includes("inbox"))
  .filter(isUnended)
  .find(({ disk }) => {
    const notes = assess(crashed, disk()).verification.findings.notes.join("\n");
    return /in the middle of/.test(notes) && /a crash left/.test(notes);
  })!;
/** All that an anchor needs, and then no anchor. */
const noAnchor = crashed.crashes.filter(({ kind, before }) =>
  kind === "killed" && /^write .*audit\/anchors/.test(before)
).find(isUnended)!;

for (const [what, crash] of [["torn events", tornEvents], ["acks without an anchor", noAnchor]] as const) {
  test(`recoverRun() that is crashed itself, at any of its calls, is made good by the next one: ${what}`, async () => {
    const disk = crash.disk();
    const again = recordCrashes(disk);
    const { length: kept } = (await recovered(crashed, disk, what))!;
    disk.fault = null;
    assert.ok(again.length > 100);
    for (const [i, { before, kind, disk }] of again.entries()) {
      if (kind === "power") continue; // nobody has synced what the first crash left
      const what = `crash ${i} of the recovery, ${kind} before ${before}`;
      const files = disk();
      assert.is.not(assess(crashed, files).need, "damaged", what);
      await recovered(crashed, files, what, kept);
    }
  });

  test(`recoverRun() puts all that it cuts off aside, byte for byte, and the log says so: ${what}`, async () => {
    const disk = crash.disk();
    const before = new Map(disk.contents);
    await recovered(crashed, disk, what);
    const torn = [...disk.contents.keys()].filter((path) => path.endsWith(".jsonl.torn"));
    assert.ok(torn.length > 1);
    for (const path of torn) {
      const log = path.slice(0, -".torn".length);
      const [was, tail] = [before.get(log)!, disk.read(path)];
      assert.equal(was.subarray(was.length - tail.length), tail);
    }
    const said = eventsOf(disk, night.runFolder).map(({ payload }) =>
      payload as { what?: string; detail: string }
    )
      .find(({ what }) => what === "torn_tail")!;
    assert.match(said.detail, /^lines put aside: \d+ of /);
    for (const path of torn) {
      assert.match(said.detail, ` of ${path.slice(night.runFolder.length + 1, -".torn".length)}`);
    }
  });
}

/** Killed in the middle of the night, between two turns, with an order at rest. */
const middle = crashed.crashes.find(({ kind, before, disk }) =>
  kind === "killed" && /^sync .*order_results\/inbox/.test(before) && assess(crashed, disk()).need === "end"
)!;
const stopOf = (files: MemoryFiles) =>
  eventsOf(files, night.runFolder).find((event): event is Event<"stop_journal"> =>
    event.type === "stop_journal"
  );
const artefact = (files: MemoryFiles, name: string) => openArtefact(files.text(`${night.runFolder}/${name}`));

test("recoverRun() says in the log why the night stops, cancels what rests, ends, latches and reports", async () => {
  const disk = middle.disk();
  const kept = (await recovered(crashed, disk, "middle"))!.length;
  const added = eventsOf(disk, night.runFolder).slice(kept);
  assert.equal(added.map(({ type }) => type).filter((type) => type !== "order_result"), [
    "stop_journal",
    "lifecycle",
  ]);
  assert.ok(added.every(({ ts }) => ts === RECOVERED_TS));
  const { payload } = stopOf(disk)!;
  assert.equal(payload, {
    component: "process",
    reason_code: "ROLE_DEAD",
    detail: "the process ended without a word",
    origin: "input",
    recovered: true,
  } as StopJournal);
  assert.is(openArtefact(disk.text("/var/STOP.flag"))["reason_code"], "ROLE_DEAD");
  assert.is(artefact(disk, "STOP.flag")["latch"], disk.text("/var/STOP.flag"));
  assert.equal([artefact(disk, "report.json")["verdict"], artefact(disk, "report.json")["ended_ts"]], [
    "STOPPED",
    RECOVERED_TS,
  ]);
  assert.is(
    disk.text(`/var/mirror/${night.runFolder.slice(-15)}.anchors.jsonl`),
    disk.text(`${night.runFolder}/audit/anchors.jsonl`),
  );
});

function notice(fields: Readonly<Record<string, unknown>>): Uint8Array {
  const run_id = night.runFolder.slice(-15);
  const said = { run_id, ts: 1, component: "loop_watchdog", reason_code: "LOOP_STALLED", detail: "hung" };
  return new TextEncoder().encode(sealArtefact({ schema: "nore/stop_flag", v: 1, ...said, ...fields }));
}

const LATCH = "/var/STOP.flag";
const COPY = `${night.runFolder}/STOP.flag`;
const REASONS: readonly (readonly [what: string, path: string, bytes: Uint8Array, code: string])[] = [
  ["the latch of this run", LATCH, notice({}), "LOOP_STALLED"],
  ["the latch of another run", LATCH, notice({ run_id: "20200101_000000" }), "ROLE_DEAD"],
  ["a latch by hand", LATCH, new TextEncoder().encode("by hand"), "ROLE_DEAD"],
  ["a latch with a code that is none", LATCH, notice({ reason_code: "no code" }), "ROLE_DEAD"],
  ["a latch without a detail", LATCH, notice({ detail: undefined }), "ROLE_DEAD"],
  ["the copy in the run", COPY, notice({ reason_code: "SINK_IO" }), "SINK_IO"],
  ["a copy of another run", COPY, notice({ run_id: "20200101_000000", reason_code: "SINK_IO" }), "ROLE_DEAD"],
];

for (const [what, path, bytes, code] of REASONS) {
  test(`recoverRun() with ${what}: ${code}`, async () => {
    const disk = middle.disk();
    disk.contents.set(path, bytes);
    await recovered(crashed, disk, what);
    assert.is(stopOf(disk)!.payload.reason_code, code);
    if (path === LATCH) assert.equal(disk.read(path), bytes, "the latch keeps its words");
  });
}

/** The last moment before the final anchor: the log has its last event, nothing counts it. */
const ended = crashed.crashes.findLast(({ kind, disk }) =>
  kind === "killed" && assess(crashed, disk()).need === "end"
)!;

test("recoverRun() of a log that has its last event adds none: the night has ended in order", async () => {
  const disk = ended.disk();
  assert.is((await recovered(crashed, disk, "ended"))!.length, events.length);
  assert.equal([artefact(disk, "report.json")["verdict"], disk.exists(LATCH)], ["PASS", false]);
});

test("recoverRun() of a night whose disk failed behind its last event keeps that word: STOPPED", async () => {
  const disk = ended.disk();
  disk.contents.set(COPY, notice({ reason_code: "SINK_IO", detail: "EIO at the final anchor" }));
  disk.contents.set(
    `${night.runFolder}/report.json`,
    new TextEncoder().encode(sealArtefact({ verdict: "STOPPED" })),
  );
  await recovered(crashed, disk, "ended by its disk");
  const { verdict, detail } = artefact(disk, "report.json");
  assert.equal([verdict, detail], ["STOPPED", "EIO at the final anchor"]);
  assert.is(artefact(disk, "STOP.flag")["reason_code"], "SINK_IO");
  assert.is(openArtefact(disk.text(`${night.runFolder}/report.json.torn`))["verdict"], "STOPPED");
});

test("recoverRun() keeps the stop that the log holds, and says no other", async () => {
  const stopped = await crashedNight(
    { operator$: defer(() => of(command("stop", "enough"))) },
    (call, path) => call === "write" && path.includes("/acks"),
  );
  const { disk } = stopped.crashes.find(({ kind, disk }) =>
    kind === "killed" && assess(stopped, disk()).need === "end"
  )!;
  const files = disk();
  const cut = eventsOf(files, night.runFolder).findIndex(({ type }) => type === "stop_journal");
  assert.ok(cut > 0);
  // Take the end away again, as if it had not been written.
  const path = `${night.runFolder}/queues/lifecycle/inbox.jsonl`;
  files.contents.set(
    path,
    new TextEncoder().encode(files.text(path).split("\n").slice(0, 1).join("\n") + "\n"),
  );
  assert.is(assess(stopped, files).need, "end");
  await recoverOn(stopped, files, "end");
  assert.is(assess(stopped, files).need, "nothing");
  const all = eventsOf(files, night.runFolder);
  assert.is(all.filter(({ type }) => type === "stop_journal").length, 1);
  assert.is(artefact(files, "report.json")["detail"], "enough");
  const last = all.findLast(({ type }) => type === "lifecycle")!;
  assert.is((last.payload as { readonly detail: string }).detail, "stopped: OPERATOR, recovered");
});

test("recoverRun() by a program that would decide otherwise cuts the last turn where nobody can prove it, no more", async () => {
  const strategy = crashed.config.strategy.list[0]!;
  const list = [{ ...strategy, parameters: { ...strategy.parameters, cooldown_ms: 600_000 } }];
  const other = { ...crashed, config: { ...crashed.config, strategy: { list } } };
  let cut = 0;
  for (const { kind, before, disk } of crashed.crashes) {
    if (kind !== "killed" || !before.startsWith("sync") || assess(crashed, disk()).need !== "end") continue;
    const files = disk();
    const { verification: { events: found } } = assess(crashed, files);
    await recoverOn(other, files, "end");
    assert.is(assess(crashed, files).need, "nothing");
    const all = eventsOf(files, night.runFolder);
    const kept = all.findIndex((event, n) => JSON.stringify(event) !== JSON.stringify(events[n]));
    const wholeTurns = turnEnds.filter((end) => end <= found);
    const lost = wholeTurns.length - 1 - wholeTurns.indexOf(kept === -1 ? events.length : kept);
    assert.ok(lost === 0 || lost === 1, `${before}: ${lost} turns`);
    cut += lost;
  }
  assert.ok(cut > 0);
});

test("recoverRun() makes no mirror where it is gone, and prints it where it is standard output", async () => {
  const disk = middle.disk();
  const mirror = `/var/mirror/${night.runFolder.slice(-15)}.anchors.jsonl`;
  disk.remove(mirror);
  await recovered(crashed, disk, "no mirror");
  assert.is(disk.exists(mirror), false);

  const printed: string[] = [];
  const config = { ...crashed.config, audit: { ...crashed.config.audit, anchor_mirror: "stdout" } };
  const files = middle.disk();
  await recoverOn({ ...crashed, config }, files, "end", (line) => void printed.push(line));
  const anchors = files.text(`${night.runFolder}/audit/anchors.jsonl`);
  assert.ok(printed.length > 0 && anchors.endsWith(printed.join("")));
});

test("recoverRun() refuses a mirror of another run, and then nothing is anchored", async () => {
  const disk = middle.disk();
  disk.contents.set(
    `/var/mirror/${night.runFolder.slice(-15)}.anchors.jsonl`,
    new TextEncoder().encode("x\n"),
  );
  assert.is(assess(crashed, disk).need, "damaged");
  try {
    await recoverOn(crashed, disk, "end");
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /holds other anchors/);
  }
});

test.run();
