import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCommand } from "../../src/commands/command_table.ts";
import { EXIT } from "../../src/core/exit_codes.ts";
import { realFiles } from "../../src/edge/real_files.ts";
import { writeArtefact } from "../../src/sinks/atomic_file.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { atTime } from "../support/frozen_time.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const BEAT_TS = Date.UTC(2026, 10, 21, 22);
const RUN_ID = "20261121_220000";

const METRICS = {
  verdict: null,
  prices: "invented",
  counts: { market_tick: 158, signal: 3, fill: 2 },
  virtual_pnl: { equity_end: "20001.5", total: "1.5" },
};

function beat(folder: string): void {
  writeArtefact(realFiles, `${folder}/current.json`, { run_id: RUN_ID, pid: 4711, beat_ts: BEAT_TS });
}

function measure(folder: string, verdict: string | null): void {
  mkdirSync(`${folder}/runs/${RUN_ID}`, { recursive: true });
  writeArtefact(realFiles, `${folder}/runs/${RUN_ID}/metrics.json`, { ...METRICS, verdict });
}

/** What `status` prints, this long after the last beat. */
async function statusOf(
  folder: string,
  ageMs: number,
  ...words: readonly string[]
): Promise<readonly string[]> {
  const terminal = fakeTerminal();
  await atTime(BEAT_TS + ageMs, async () => {
    assert.is(await runCommand(["status", "--var", folder, ...words], terminal), EXIT.ok);
  });
  assert.equal(terminal.said, []);
  return terminal.printed;
}

const FIGURES = ["  158 ticks, 3 signals, 2 fills, prices invented", "  equity 20001.5 (1.5)"];
const CUT_SHORT = "not running, without a verdict: it was cut short";

test("status says that no night has run, and makes nothing", async () => {
  await inTempFolder(async (folder) => {
    assert.equal(await statusOf(folder, 0), [`No night has run in ${folder}`]);
    assert.equal(await statusOf(`${folder}/nowhere`, 0), [`No night has run in ${folder}/nowhere`]);
    assert.equal(readdirSync(folder), []);
  });
});

test("status says how a night fares by its last beat and its verdict", async () => {
  const table: readonly (readonly [
    verdict: string | null | undefined, // undefined: no metrics yet
    ageMs: number,
    state: string,
    age: string,
  ])[] = [
    [undefined, 0, "running", "0s"],
    [null, 1500, "running", "1s"],
    [null, 9999, "running", "9s"],
    [null, 10_000, CUT_SHORT, "10s"],
    [undefined, 3_600_000, CUT_SHORT, "1h 00m 00s"],
    ["PASS", 1500, "PASS", "1s"],
    ["PASS", 60_000, "PASS", "1m 00s"],
    ["STOPPED", 60_000, "STOPPED", "1m 00s"],
  ];
  for (const [verdict, ageMs, state, age] of table) {
    await inTempFolder(async (folder) => {
      beat(folder);
      if (verdict !== undefined) measure(folder, verdict);
      assert.equal(await statusOf(folder, ageMs), [
        `${RUN_ID}: ${state} · last beat ${age} ago (pid 4711)`,
        ...(verdict === undefined ? [] : FIGURES),
      ]);
    });
  }
});

test("status says what the latch says, with and without a night", async () => {
  await inTempFolder(async (folder) => {
    writeFileSync(`${folder}/STOP.flag`, "not tonight\n");
    assert.equal((await statusOf(folder, 0)).slice(1), ["STOP.flag is set: not tonight"]);
    writeFileSync(`${folder}/STOP.flag`, "");
    beat(folder);
    assert.equal((await statusOf(folder, 0)).slice(1), ["STOP.flag is set: (nothing)"]);
  });
});

test("status --json prints all of it on one line", async () => {
  await inTempFolder(async (folder) => {
    const empty = { run_id: null, running: false, current: null, metrics: null, latch: null };
    assert.equal(JSON.parse((await statusOf(folder, 0, "--json")).join("\n")), empty);

    beat(folder);
    measure(folder, null);
    writeFileSync(`${folder}/STOP.flag`, "not tonight");
    const printed = await statusOf(folder, 1000, "--json");
    assert.is(printed.length, 1);
    const { current, metrics, ...rest } = JSON.parse(printed[0]!);
    assert.equal(rest, { run_id: RUN_ID, running: true, latch: "not tonight" });
    assert.is(current.pid, 4711);
    assert.equal(metrics.counts, METRICS.counts);

    const late = await statusOf(folder, 10_000, "--json");
    assert.is(JSON.parse(late[0]!).running, false);
  });
});

test("status fails on an artefact whose hash does not fit", async () => {
  await inTempFolder(async (folder) => {
    beat(folder);
    mkdirSync(`${folder}/runs/${RUN_ID}`, { recursive: true });
    writeFileSync(`${folder}/runs/${RUN_ID}/metrics.json`, `{"sha256":"${"0".repeat(64)}","verdict":"PASS"}`);
    const terminal = fakeTerminal();
    assert.is(await runCommand(["status", "--var", folder], terminal), EXIT.failure);
    assert.match(terminal.said[0]!, /sha256 is 0+, the bytes give/);
    assert.equal(terminal.printed, []);
  });
});

test("status refuses an operand", async () => {
  const terminal = fakeTerminal();
  assert.is(await runCommand(["status", "/srv/nore/var"], terminal), EXIT.usage);
  assert.equal(terminal.printed, []);
});

test.run();
