import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { OpenRun } from "../../src/night/open_run.ts";
import { assess, type Crash, crashedNight, recordCrashes } from "../support/crashed_nights.ts";
import { configWith } from "../support/repo_config.ts";
import { crashesIn, resumed, resumeOn } from "../support/resumed_nights.ts";
import { SHORT_NIGHT, shortConfig } from "../support/short_night.ts";
import { simNight } from "../support/sim_night.ts";

/** A night is crashed at every call that it makes, and gone on with; and so is the night that goes on. */

const crashed = await crashedNight();
const { runFolder } = crashed.night;
const nameOf = ({ before, kind }: Crash, i: number) => `crash ${i}, ${kind} before ${before}`;

test("resumeRun() makes of what a crash leaves at any call the night that it would have been", async () => {
  const seen: Record<string, number> = {};
  for (const [i, crash] of crashed.crashes.entries()) {
    const disk = crash.disk();
    const became = await resumed(crashed, disk, nameOf(crash, i));
    const key = `${crash.kind} ${became}`;
    seen[key] = (seen[key] ?? 0) + 1;
  }
  for (const kind of ["killed", "torn", "power"]) {
    assert.ok(seen[`${kind} resumed`]! > 30, JSON.stringify(seen));
    assert.ok(seen[`${kind} over`]! > 10 && seen[`${kind} unproven`]! < 10, JSON.stringify(seen));
    assert.is(seen[`${kind} stopped`], undefined);
  }
});

const isWrite = (call: string, path: string) => call === "write" && path.includes("/inbox");
const busyConfig = configWith([
  ...SHORT_NIGHT,
  "duration_ms=6000",
  "logging.commit_lines=1", // every turn in a write of its own
  "risk.cooldown.after_loss_ms=0",
  "risk.stoploss_guard.losses=100",
  `strategy.list=${JSON.stringify(["LIMIT", "MARKET"].map((type) => strategyWith(type)))}`,
]);
function strategyWith(type: string): unknown {
  const [strategy] = shortConfig.strategy.list;
  return { ...strategy, id: type.toLowerCase(), order: { type, tif: "GTC" } };
}
let like: OpenRun | null = null;
await simNight({ config: busyConfig, onOpened: (run) => like = run });
const busy = await crashedNight({ config: busyConfig, seed: 23, like: like! }, isWrite);
const found = ({ disk }: Crash) => assess(busy, disk()).verification.events;
const offsets = busy.crashes.filter((crash) => crash.kind === "killed" && found(crash) > 0);

test("resumeRun() goes on from behind any turn of a night that trades", async () => {
  assert.ok(busy.events.filter(({ type }) => type === "fill").length > 15);
  const kept = new Set<number>();
  for (const [i, crash] of offsets.entries()) {
    const events = found(crash);
    assert.is(await resumed(busy, crash.disk(), nameOf(crash, i)), "resumed", nameOf(crash, i));
    kept.add(busy.turnEnds.findLast((end) => end <= events)!);
  }
  assert.equal(kept, new Set(busy.turnEnds.slice(1, -1)));
});

test("resumeRun() of a night that was crashed twice, at any two turns, is still that night", () =>
  fc.assert(
    fc.asyncProperty(
      fc.nat(offsets.length - 2),
      fc.nat(1000),
      fc.boolean(),
      async (first, second, isDurable) => {
        const disk = offsets[first]!.disk();
        const again = recordCrashes(disk, isWrite);
        await resumeOn(busy, disk, { isDurable });
        disk.fault = null;
        const crash = again[second % again.length]!;
        const became = await resumed(busy, crash.disk(), nameOf(crash, second), { isDurable });
        assert.ok(became === "resumed" || became === "over" || became === "nothing", became);
      },
    ),
    { numRuns: 15 },
  ));

const isUnended = ({ disk }: Crash) => assess(crashed, disk()).need === "end";
/** Events behind a gap, and the beginning of one. */
const tornEvents = crashed.crashes.filter(({ kind, before }) => kind === "torn" && before.includes("inbox"))
  .filter(isUnended)
  .find(({ disk }) => {
    const { verification: { events, findings } } = assess(crashed, disk());
    const notes = findings.notes.join("\n");
    return events > 0 && /in the middle of/.test(notes) && /a crash left/.test(notes);
  })!;

test("resumeRun() that is crashed itself, at any of its calls, is gone on with, and no tail is told of twice", async () => {
  const disk = tornEvents.disk();
  const again = recordCrashes(disk);
  assert.is(await resumed(crashed, disk, "torn"), "resumed");
  disk.fault = null;
  const [torn, ...more] = crashesIn(disk, runFolder);
  assert.equal([torn!.what, more.map(({ what }) => what)], ["torn_tail", ["resumed"]]);
  let count = 0;
  for (const [i, crash] of again.entries()) {
    if (crash.kind !== "killed") continue;
    const files = crash.disk();
    const became = await resumed(crashed, files, nameOf(crash, i));
    assert.is.not(became, "damaged", nameOf(crash, i));
    if (became !== "resumed") continue;
    count++;
    const said = crashesIn(files, runFolder).filter(({ what }) => what === "torn_tail");
    assert.is(new Set(said.map(({ detail }) => detail)).size, said.length, nameOf(crash, i));
    assert.ok(said.length > 0);
  }
  assert.ok(count > 30, String(count));
});

test.run();
