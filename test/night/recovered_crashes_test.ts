import { test } from "uvu";
import * as assert from "uvu/assert";
import { tornFiles } from "../../src/sinks/cut_back.ts";
import { assess, type Crash, crashedNight, recordCrashes, recovered } from "../support/crashed_nights.ts";
import type { MemoryFiles } from "../support/memory_files.ts";
import { eventsOf } from "../support/night_events.ts";

/** A night is crashed at every call that it makes, and recovered; and its recovery is crashed and recovered, too. */

const crashed = await crashedNight();
const { night } = crashed;

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
/** Acks and cursors of an anchor, and then no anchor. */
const noAnchor = crashed.crashes.filter(({ kind, before }) =>
  kind === "killed" && before === `syncDirectory ${night.runFolder}/queues/lifecycle`
).find((crash) =>
  isUnended(crash) && crash.disk().size(`${night.runFolder}/queues/lifecycle/acks.jsonl`) > 0
)!;

/** What the log says of what was put aside. */
function tornTailsIn(files: MemoryFiles): readonly string[] {
  return eventsOf(files, night.runFolder)
    .map(({ payload }) => payload as { readonly what?: string; readonly detail: string })
    .filter(({ what }) => what === "torn_tail")
    .map(({ detail }) => detail);
}

for (const [what, crash] of [["torn events", tornEvents], ["acks without an anchor", noAnchor]] as const) {
  test(`recoverRun() that is crashed itself, at any of its calls, is made good by the next one: ${what}`, async () => {
    const disk = crash.disk();
    const again = recordCrashes(disk);
    const { length: kept } = (await recovered(crashed, disk, what))!;
    disk.fault = null;
    const cut = tornFiles(disk, night.runFolder);
    assert.ok(again.length > 100 && cut.size > 1);
    for (const [i, { before, kind, disk }] of again.entries()) {
      if (kind === "power") continue; // nobody has synced what the first crash left
      const what = `crash ${i} of the recovery, ${kind} before ${before}`;
      const files = disk();
      assert.is.not(assess(crashed, files).need, "damaged", what);
      await recovered(crashed, files, what, kept);
      const said = tornTailsIn(files);
      for (const file of cut.keys()) assert.match(said.join("\n"), ` of ${file}`, what);
      assert.is(new Set(said).size, said.length, `${what}: said twice`);
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
    const [said] = tornTailsIn(disk);
    assert.match(said!, /^lines put aside: \d+ of /);
    for (const path of torn) {
      assert.match(said!, ` of ${path.slice(night.runFolder.length + 1, -".torn".length)}`);
    }
  });
}

test.run();
