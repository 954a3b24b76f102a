import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event } from "../../src/core/event.ts";
import { openArtefact } from "../../src/core/journal_line.ts";
import type { Verification } from "../../src/verify/verify_run.ts";
import { type MemoryFiles, memoryFiles, systemError } from "../support/memory_files.ts";
import { eventsOf } from "../support/night_events.ts";
import { linesOf } from "../support/open_journal.ts";
import { configWith } from "../support/repo_config.ts";
import { SHORT_NIGHT, shortNight } from "../support/short_night.ts";
import type { SimNight, SimNightOptions } from "../support/sim_night.ts";
import { verifyInMemory } from "../support/verify_in_memory.ts";

/** Whole nights on a disk that fails: at every single call, for good, for want of room. */

interface FaultyNight extends SimNight {
  readonly files: MemoryFiles;
  /** Calls after the run was opened. */
  readonly calls: number;
  /** n of the last event before the first fault; null without one. */
  readonly lastNAtFault: number | null;
  readonly faultyCall: string | null;
}

/** A night whose calls, counted from its opening, fail where `fails` says so. */
async function faultyNight(
  code: string,
  fails: (call: number) => boolean,
  options: Partial<SimNightOptions> = {},
): Promise<FaultyNight> {
  const files = memoryFiles();
  let calls = 0;
  let lastNAtFault: number | null = null;
  let faultyCall: string | null = null;
  const night = await shortNight({
    ...options,
    files,
    onOpened(run) {
      files.fault = (call, path) => {
        if (!fails(++calls)) return;
        lastNAtFault ??= run.journal.lastN;
        faultyCall ??= `${call} ${path}`;
        throw systemError(code);
      };
      return run;
    },
  });
  files.fault = null;
  return { ...night, files, calls, lastNAtFault, faultyCall };
}

const causeOf = ({ payload }: Event) => (payload as { readonly cause?: string }).cause;
const isFinal = ({ complete }: Verification) => complete;
const reasons = ({ findings }: Verification) =>
  findings.problems.map(({ file, reason }) => `${file}: ${reason}`);

/** What may fail while the lines are sound: the log then says so itself. */
const BESIDE_THE_LINES =
  /\/(?:mirror|(?:metrics|portfolio|cursor)\.json|metrics(?:\.\d+)?\.jsonl)|^\w+ \/var\/runs\/\w+(?:\/queues\/\w+)?$/;

test("a night with an EIO at any one call: SINK_IO, the latch, nothing traded after, and the journal verifies", async () => {
  const seen = { said: 0, complete: 0, cutShort: 0 };
  for (let at = 1;; at++) {
    const night = await faultyNight("EIO", (call) => call === at);
    const verified = verifyInMemory(night);
    const what = `call ${at}, ${night.faultyCall}`;
    assert.equal(reasons(verified), [], what);
    if (night.calls < at) {
      assert.equal([night.verdict, night.stop, isFinal(verified)], ["PASS", null, true]);
      break;
    }
    assert.equal([night.verdict, night.stop?.reason_code], ["STOPPED", "SINK_IO"], what);
    assert.ok(night.files.exists("/var/STOP.flag"), what);
    assert.is(openArtefact(night.files.text(`${night.runFolder}/report.json`))["verdict"], "STOPPED", what);
    const after = eventsOf(night.files, night.runFolder).slice(night.lastNAtFault! + 1);
    if (after.length === 0) seen[isFinal(verified) ? "complete" : "cutShort"]++;
    else {
      assert.match(night.faultyCall!, BESIDE_THE_LINES, what);
      assertStopsSoon(after, what);
      assert.is(isFinal(verified), true, what);
      seen.said++;
    }
  }
  assert.ok(seen.said > 40 && seen.cutShort > 100 && seen.complete > 10, JSON.stringify(seen));
});

/** The turn that the fault met may just have begun; then its own input stands before the stop. Nothing trades behind it. */
function assertStopsSoon(after: readonly Event[], what: string): void {
  const inputs = after.filter((event) => causeOf(event) === undefined);
  const stopAt = inputs.findIndex(({ type }) => type === "stop_journal");
  assert.ok(stopAt === 0 || stopAt === 1, what);
  const behind = after.slice(after.indexOf(inputs[stopAt]!));
  assert.not.ok(behind.some(({ type }) => type === "order_intent" || type === "fill"), what);
}

test("a night with an ENOSPC at any one call: DISK_FULL, the latch, no order in any later turn, and it verifies", async () => {
  let stopsInLog = 0;
  for (let at = 1;; at++) {
    const night = await faultyNight("ENOSPC", (call) => call === at);
    const what = `call ${at}`;
    const verified = verifyInMemory(night);
    assert.equal(reasons(verified), [], what);
    if (night.calls < at) break;
    assert.equal([night.verdict, night.stop?.reason_code], ["STOPPED", "DISK_FULL"], what);
    assert.ok(night.files.exists("/var/STOP.flag"), what);
    assert.not.ok(night.files.exists("/var/ballast"), what);
    const after = eventsOf(night.files, night.runFolder).slice(night.lastNAtFault! + 1);
    if (!after.some((event) => event.type === "stop_journal" && causeOf(event) === undefined)) continue;
    stopsInLog++;
    assertStopsSoon(after, what);
    assert.is(isFinal(verified), true, what);
  }
  assert.ok(stopsInLog > 40, `${stopsInLog} stops in the log`);
});

/** What a disk that is gone for good may leave unsaid: views behind the final anchor, and its line in the mirror. */
const LOST_VIEWS =
  /^(report\.json|metrics\.json|portfolio\.json|STOP\.flag|audit\/anchors\.jsonl: \d+ anchors here)/;

test("a night whose disk is gone from some call on ends all the same, and what is left of its journal verifies", async () => {
  for (let from = 1;; from += 7) {
    const night = await faultyNight("EIO", (call) => call >= from);
    if (night.calls < from) break;
    assert.equal([night.verdict, night.stop?.reason_code], ["STOPPED", "SINK_IO"]);
    assert.ok(night.problems.some((problem) => problem.startsWith("report: EIO")), `call ${from}`);
    for (const files of [night.files, night.files.afterPowerLoss()]) {
      const verified = verifyInMemory(night, files);
      const damage = reasons(verified).filter((reason) => !LOST_VIEWS.test(reason));
      assert.equal(damage, [], `call ${from}`);
      if (!isFinal(verified)) assert.is(verified.ok, true, `call ${from}`);
    }
  }
});

test("a night on a disk too small for it ends DISK_FULL with the room of the ballast, complete", async () => {
  const config = configWith([...SHORT_NIGHT, "logging.disk_free_bytes_min=0"]);
  let opened = 0;
  const bytesOf = (files: MemoryFiles) =>
    [...files.contents.values()].reduce((sum, { length }) => sum + length, 0);
  for (let room = 500;; room += 1500) {
    const files = memoryFiles();
    const night = await shortNight({
      config,
      files,
      onOpened(run) {
        opened = bytesOf(files);
        files.capacityBytes = opened + room;
        return run;
      },
    });
    assert.equal(reasons(verifyInMemory(night)), [], `${room} bytes`);
    if (night.verdict === "PASS") {
      assert.ok(room > 10_000);
      return;
    }
    assert.is(isFinal(verifyInMemory(night)), true, `${room} bytes`);
    assert.equal([night.stop?.reason_code, night.problems], ["DISK_FULL", []]);
    const [said] = linesOf(files, "/var/mirror", `${night.runFolder.slice(-15)}.stop`);
    assert.equal([said!["schema"], said!["reason_code"]], ["nore/stop_journal", "DISK_FULL"]);
  }
});

test("a night on a disk with less free than logging.disk_free_bytes_min stops at its first anchor", async () => {
  const files = memoryFiles();
  files.freeBytesNow = 268_435_455;
  const night = await shortNight({ files });
  assert.equal([night.verdict, night.stop?.reason_code], ["STOPPED", "DISK_FULL"]);
  assert.match(night.stop!.detail, "logging.disk_free_bytes_min");
  const verified = verifyInMemory(night);
  assert.equal([verified.ok, verified.complete], [true, true]);
  assert.ok(verified.events < 40);
});

test.run();
