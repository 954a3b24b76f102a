import { defer, of } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event, Lifecycle } from "../../src/core/event.ts";
import { openArtefact, sealArtefact } from "../../src/core/journal_line.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { readResumable, type RefusedRun, resumeRun } from "../../src/night/resume_run.ts";
import { writeArtefact } from "../../src/sinks/atomic_file.ts";
import {
  assess,
  type Crash,
  type CrashedNight,
  crashedNight,
  recordCrashes,
  recoverOn,
} from "../support/crashed_nights.ts";
import { type MemoryFiles, memoryFiles } from "../support/memory_files.ts";
import { command, eventsOf } from "../support/night_events.ts";
import { configWith } from "../support/repo_config.ts";
import { crashesIn, optionsOn, RESUMED_HASH, resumeOn } from "../support/resumed_nights.ts";
import { SHORT_NIGHT } from "../support/short_night.ts";
import { SIM_START_TS } from "../support/sim_night.ts";

/** Which run may be gone on with, and what is said of the time in which nobody was there. */

const isCommit = (call: string, path: string) => call === "write" && path.includes("/inbox");
const crashed = await crashedNight({}, isCommit);
const { night, turnEnds } = crashed;
const runId = night.runFolder.slice(-15);

/** Killed between two turns, the last such crash of which the log says so. */
function between(from: CrashedNight, isMeant: (log: readonly Event[]) => boolean): Crash {
  return from.crashes.findLast((crash) => {
    if (crash.kind !== "killed" || assess(from, crash.disk()).need !== "end") return false;
    const log = eventsOf(crash.disk(), from.night.runFolder);
    return from.turnEnds.includes(log.length) && isMeant(log);
  })!;
}
const middle = between(crashed, ({ length }) => length > 0 && length < turnEnds.at(-2)!);

const STOP = { ts: 1, component: "process", reason_code: "LOOP_STALLED", detail: "it hung" };
const lifted = (files: MemoryFiles, run_id: string) => {
  const flag = sealArtefact({ schema: "nore/stop_flag", v: 1, run_id, ...STOP });
  writeArtefact(files, "/var/unlatched/1.json", { flag_base64: Buffer.from(flag).toString("base64") });
};

const REFUSED: readonly (readonly [what: string, make: (files: MemoryFiles) => void, refused: RefusedRun])[] =
  [
    ["that its disk has stopped", (files) => {
      writeArtefact(files, `${night.runFolder}/STOP.flag`, { run_id: runId, ...STOP });
    }, { kind: "stopped", why: "LOOP_STALLED (process): it hung" }],
    ["whose recovery had begun", (files) => {
      writeArtefact(files, `${night.runFolder}/STOP.flag.torn`, { run_id: runId, ...STOP });
    }, { kind: "stopped", why: "LOOP_STALLED (process): it hung" }],
    ["that was stopped from outside, though the latch is lifted", (files) => lifted(files, runId), {
      kind: "stopped",
      why: "LOOP_STALLED (process): it hung",
    }],
    ["that has failed", (files) => {
      writeArtefact(files, `${night.runFolder}/report.json`, { verdict: "FAILED" });
    }, { kind: "stopped", why: "it has failed, and its report says so" }],
  ];

for (const [what, make, refused] of REFUSED) {
  test(`readResumable() refuses a run ${what}`, async () => {
    const disk = middle.disk();
    make(disk);
    const { length: calls } = disk.calls;
    assert.equal(await resumeOn(crashed, disk), refused);
    assert.is(disk.calls.length, calls, "nothing is written");
  });
}

test("readResumable() does not mind the lifted latch of another run", async () => {
  const disk = middle.disk();
  lifted(disk, "20200101_000000");
  assert.is((await readResumable(optionsOn(crashed, disk))).kind, "resumable");
});

test("readResumable() refuses a run in whose log a stop has begun, and one that has ended", async () => {
  const operator$ = defer(() => of(command("stop", "enough")));
  const stopped = await crashedNight({ operator$ }, isCommit);
  const disk = memoryFiles();
  for (const [path, bytes] of stopped.night.files.contents) {
    if (!/STOP\.flag|report/.test(path)) disk.contents.set(path, bytes);
  }
  const why = "OPERATOR (operator): enough";
  assert.equal(await readResumable(optionsOn(stopped, disk)), { kind: "stopped", why });

  const over = memoryFiles();
  for (const [path, bytes] of night.files.contents) over.contents.set(path, bytes);
  over.remove(`${night.runFolder}/report.json`);
  const ended = { kind: "over", why: "its log has come to its end" };
  assert.equal(await readResumable(optionsOn(crashed, over)), ended);
});

test("readResumable() refuses a run without an event, and one that keeps too little to be folded again", async () => {
  const empty = crashed.crashes.find((crash) => assess(crashed, crash.disk()).need === "end")!.disk();
  const none = { kind: "unproven", why: "no event of it has reached the disk" };
  assert.equal(await readResumable(optionsOn(crashed, empty)), none);

  const options = optionsOn(crashed, middle.disk());
  const older = { ...options, basis: { ...options.basis, startFacts: "an older program wrote it" } };
  assert.equal(await readResumable(older), { kind: "unproven", why: "an older program wrote it" });
});

test("readResumable() refuses a run without an event that recover had begun to end", async () => {
  const config = configWith([...SHORT_NIGHT, "duration_ms=500", "logging.commit_lines=1"]);
  const from = await crashedNight({ config }, isCommit);
  const disk = from.crashes.find((crash) => assess(from, crash.disk()).need === "end")!.disk();
  const again = recordCrashes(disk, isCommit);
  await recoverOn(from, disk, "end");
  const begun = again.find(({ kind, before }) => kind === "killed" && before.includes("/stop_journal/"))!;
  assert.equal(await resumeOn(from, begun.disk()), {
    kind: "unproven",
    why: "its first event knows no symbol: recover had begun to end it",
  });
});

test("readResumable() refuses a run of which this program would have made something else", async () => {
  const [strategy] = crashed.config.strategy.list;
  const list = [{ ...strategy!, parameters: { ...strategy!.parameters, entry_bps: 1000 } }];
  const config = { ...crashed.config, strategy: { list } };
  const refused = await readResumable(optionsOn({ ...crashed, config }, middle.disk())) as RefusedRun;
  const first = crashed.events.findIndex(({ type }) => type === "signal");
  assert.equal(refused, {
    kind: "unproven",
    why: `the program makes something else of its inputs than event ${first} says`,
  });
});

test("resumeRun() says who goes on, from where, and for how long nobody was there", async () => {
  const disk = middle.disk();
  const log = eventsOf(disk, night.runFolder);
  await resumeOn(crashed, disk, { downMs: 300 });
  assert.equal(crashesIn(disk, night.runFolder), [{
    what: "resumed",
    detail: `from event ${log.length} on, after 300 ms`,
    cmdline_hash: RESUMED_HASH,
    down_ms: 300,
  } as Lifecycle]);
  const all = eventsOf(disk, night.runFolder);
  assert.ok(all.every(({ cmdline_hash }) => cmdline_hash === all[0]!.cmdline_hash));
  const { uptime_s, ended_ts } = openArtefact(disk.text(`${night.runFolder}/report.json`)) as unknown as {
    readonly uptime_s: { readonly risk_role: number };
    readonly ended_ts: number;
  };
  assert.is(uptime_s.risk_role, (ended_ts - SIM_START_TS - 300) / 1000);
});

test("resumeRun() of a night whose time was over meanwhile ends it in order, and trades no more", async () => {
  const disk = middle.disk();
  const { length } = eventsOf(disk, night.runFolder);
  const closed = await resumeOn(crashed, disk, { downMs: 3_600_000 });
  assert.equal(["verdict" in closed && closed.verdict, assess(crashed, disk).need], ["PASS", "nothing"]);
  const more = eventsOf(disk, night.runFolder).slice(length);
  const counts = new Set(more.map(({ type }) => type));
  for (const type of ["order_intent", "fill", "signal"] as const) assert.not.ok(counts.has(type), type);
  const timers = more.flatMap((event) => event.type === "timer" ? [event.payload.name] : []);
  assert.equal(timers, ["night_end"], "what fell due meanwhile is passed over");
});

test("resumeRun() cancels what has rested for too long before anything can fill", async () => {
  const isResting = (log: readonly Event[]) => {
    const results = log.flatMap((event) => event.type === "order_result" ? [event.payload.result] : []);
    return results.at(-1) === "ACCEPTED";
  };
  const disk = between(crashed, isResting).disk();
  const { length } = eventsOf(disk, night.runFolder);
  await resumeOn(crashed, disk, { downMs: crashed.config.risk.order_ttl_ms });
  const more = eventsOf(disk, night.runFolder).slice(length);
  const turn = more.slice(0, more.findIndex(({ payload }, i) => i > 0 && !("cause" in payload)));
  assert.equal(turn.map(({ type }) => type), ["lifecycle", "risk_action", "order_cancel", "order_result"]);
});

test("resumeRun() has an eye on all that the dead process had written", async () => {
  const files = [
    "manifest.json",
    "config.json",
    "queues/fills/cursor.json",
    "queues/health/inbox.000001.jsonl",
  ];
  for (const name of files) {
    const disk = middle.disk();
    const options = optionsOn(crashed, disk);
    const found = await readResumable(options);
    if (found.kind !== "resumable") throw new Error(found.why);
    const startFacts = options.basis.startFacts as Exclude<typeof options.basis.startFacts, string>;
    const more = { startFacts, cmdlineHash: RESUMED_HASH };
    const { run: { fileWatch } } = resumeRun(options, found, { ...more, isDurable: true });
    options.clock.set(SIM_START_TS);
    assert.is(fileWatch!.look(), null, name);
    const path = `${night.runFolder}/${name}`;
    disk.contents.set(path, disk.read(path).fill(32));
    let stop = null;
    for (let s = 1; s < 5 && stop === null; s++) {
      options.clock.set(SIM_START_TS + s * 60_000);
      stop = fileWatch!.look();
    }
    assert.match(stop?.payload.detail ?? "", name);
  }
});

test("resumeRun() has an eye on what the AI has told, and on what it tells from now on", async () => {
  const config = configWith([...SHORT_NIGHT, "duration_ms=500", "logging.commit_lines=1"]);
  const worker = new TextEncoder().encode("export {};");
  const from = await crashedNight({ config, ai: { boundary: "namespaces", worker, active: null } }, isCommit);
  const moment = between(from, ({ length }) => length > 0 && length < from.turnEnds.at(-2)!);
  for (const isOld of [true, false]) {
    const disk = moment.disk();
    const options = optionsOn(from, disk);
    const found = await readResumable(options);
    if (found.kind !== "resumable") throw new Error(found.why);
    const startFacts = options.basis.startFacts as Exclude<typeof options.basis.startFacts, string>;
    const more = { startFacts, cmdlineHash: RESUMED_HASH, isDurable: true };
    const { run: { fileWatch, keepAiFile } } = resumeRun(options, found, more);
    const pack = `${keepAiFile("pack", "[[1]]")}.pack.json`;
    options.clock.set(SIM_START_TS);
    assert.is(fileWatch!.look(), null);
    const name = isOld ? `${sha256Hex(worker)}.worker.mjs` : pack;
    disk.contents.set(`${night.runFolder}/ai/${name}`, new Uint8Array(7));
    options.clock.set(SIM_START_TS + 1000);
    assert.match(fileWatch!.look()?.payload.detail ?? "", name);
  }
  const disk = moment.disk();
  await resumeOn(from, disk);
  assert.is(assess(from, disk).need, "nothing");
  const ended = moment.disk();
  assert.equal((await recoverOn(from, ended, "end"))?.problems, []);
  assert.is(assess(from, ended).need, "nothing", "recovered, it verifies with its files of the AI");
});

test("resumeRun() in virtual time watches nothing, and syncs at the end", async () => {
  const disk = middle.disk();
  const options = optionsOn(crashed, disk);
  const found = await readResumable(options);
  if (found.kind !== "resumable") throw new Error(found.why);
  const startFacts = options.basis.startFacts as Exclude<typeof options.basis.startFacts, string>;
  const { run } = resumeRun(options, found, { startFacts, cmdlineHash: RESUMED_HASH, isDurable: false });
  assert.is(run.fileWatch, null);
});

test.run();
