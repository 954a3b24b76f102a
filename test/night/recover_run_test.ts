import { defer, of } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event, StopJournal } from "../../src/core/event.ts";
import { openArtefact, sealArtefact } from "../../src/core/journal_line.ts";
import {
  assess,
  type Crash,
  crashedNight,
  recordCrashes,
  recovered,
  RECOVERED_TS,
  recoverOn,
} from "../support/crashed_nights.ts";
import type { MemoryFiles } from "../support/memory_files.ts";
import { command, eventsOf } from "../support/night_events.ts";
import { SIM_START_TS } from "../support/sim_night.ts";

/** What a recovered run says of itself, and what it leaves alone. */

const crashed = await crashedNight();
const { night, events, turnEnds } = crashed;
const isUnended = ({ disk }: Crash) => assess(crashed, disk()).need === "end";
/** Killed between two turns, with an order at rest. */
const middle = crashed.crashes.findLast((crash) => {
  if (crash.kind !== "killed" || !isUnended(crash)) return false;
  const all = eventsOf(crash.disk(), night.runFolder);
  return turnEnds.includes(all.length) && all.length < turnEnds.at(-2)! && restingIn(all) === 1;
})!;

function restingIn(log: readonly Event[]): number {
  const resting = new Set<string>();
  for (const { type, payload } of log) {
    if (type !== "order_result") continue;
    if (payload.result === "ACCEPTED") resting.add(payload.client_order_id);
    else if (payload.result !== "PARTIAL") resting.delete(payload.client_order_id);
  }
  return resting.size;
}
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
  const uptime = (events[kept - 1]!.ts - SIM_START_TS) / 1000;
  assert.is((artefact(disk, "report.json")["uptime_s"] as { risk_role: number }).risk_role, uptime);
  assert.is(
    disk.text(`/var/mirror/${night.runFolder.slice(-15)}.anchors.jsonl`),
    disk.text(`${night.runFolder}/audit/anchors.jsonl`),
  );
});

test("recoverRun() syncs what the dead process may not have synced, before it anchors it", async () => {
  const disk = middle.disk();
  await recovered(crashed, disk, "middle");
  const anchored = disk.calls.lastIndexOf(`write ${night.runFolder}/audit/anchors.jsonl`);
  const logs = [...disk.contents.keys()].filter((path) =>
    /\/queues\/\w+\/(?:inbox|acks|deadletter)\.jsonl$/.test(path)
  );
  for (const path of logs.filter((path) => disk.size(path) > 0)) {
    const at = disk.calls.lastIndexOf(`sync ${path}`);
    assert.ok(at > -1 && at < anchored, path);
  }
  const first = disk.calls.indexOf(`write ${night.runFolder}/audit/anchors.jsonl`);
  for (
    const folder of [
      "audit",
      ...disk.list(`${night.runFolder}/queues`).map((queue) => `queues/${queue}`),
    ]
  ) {
    const at = disk.calls.indexOf(`syncDirectory ${night.runFolder}/${folder}`);
    assert.ok(at > -1 && at < first, folder);
  }
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

/** The disk failed there, and the night could still say so beside the log. */
function endedByDisk(): MemoryFiles {
  const disk = ended.disk();
  disk.contents.set(COPY, notice({ reason_code: "SINK_IO", detail: "EIO at the final anchor" }));
  disk.contents.set(
    `${night.runFolder}/report.json`,
    new TextEncoder().encode(sealArtefact({ verdict: "STOPPED" })),
  );
  return disk;
}

test("recoverRun() of a night whose disk failed behind its last event keeps that word: STOPPED", async () => {
  const disk = endedByDisk();
  await recovered(crashed, disk, "ended by its disk");
  const { verdict, detail } = artefact(disk, "report.json");
  assert.equal([verdict, detail], ["STOPPED", "EIO at the final anchor"]);
  assert.is(artefact(disk, "STOP.flag")["reason_code"], "SINK_IO");
  assert.is(artefact(disk, "report.json.torn")["verdict"], "STOPPED");
  assert.is(artefact(disk, "STOP.flag.torn")["ts"], 1, "what the night itself said lies there, too");
});

test("recoverRun() that is crashed itself does not forget that word", async () => {
  const disk = endedByDisk();
  const again = recordCrashes(disk, (call) => call === "rename");
  await recovered(crashed, disk, "ended by its disk");
  assert.ok(again.length > 20);
  for (const [i, { before, kind, disk }] of again.entries()) {
    if (kind === "power") continue; // nobody has synced what the first crash left
    const what = `crash ${i}, ${kind} before ${before}`;
    const files = disk();
    await recovered(crashed, files, what);
    const { verdict, detail } = artefact(files, "report.json");
    assert.equal([verdict, detail], ["STOPPED", "EIO at the final anchor"], what);
    assert.is(artefact(files, "STOP.flag")["reason_code"], "SINK_IO", what);
  }
});

test("recoverRun() of a night that broke an invariant says so, and stops it", async () => {
  const failed = await crashedNight({
    onOpened: (run) => ({
      ...run,
      roles: run.roles.map((entry) => ({
        ...entry,
        machine: {
          ...entry.machine,
          step(state, event) {
            if (event.ts > SIM_START_TS + 1000) throw new Error("out of order\nand more");
            return entry.machine.step(state, event);
          },
        },
      })),
    }),
  }, () => false);
  assert.is(failed.night.verdict, "FAILED");
  const { files } = failed.night;
  await recovered(failed, files, "failed");
  const { reason_code, detail } = stopOf(files)!.payload;
  assert.equal([reason_code, detail], ["ROLE_DEAD", "the night failed: Error: out of order"]);
  const told = (name: string) => [artefact(files, name)["verdict"], artefact(files, name)["detail"]];
  assert.equal(told("report.json"), ["STOPPED", detail]);
  assert.is(told("report.json.torn")[0], "FAILED");
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
  const list = [{ ...strategy, parameters: { ...strategy.parameters, entry_bps: 1000 } }];
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
