import { defer, of } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openArtefact, sealArtefact } from "../../src/core/journal_line.ts";
import { assess, crashedNight, diskOf, recovered } from "../support/crashed_nights.ts";
import type { MemoryFiles } from "../support/memory_files.ts";
import { command } from "../support/night_events.ts";

/** What is written of a run whose process ended between its final anchor and its report. */

const stopped = await crashedNight({ operator$: defer(() => of(command("stop", "enough"))) }, () => false);
const passed = await crashedNight({}, () => false);
const { runFolder } = stopped.night;
const artefact = (files: MemoryFiles, name: string) => openArtefact(files.text(`${runFolder}/${name}`));

test("recoverViews() writes what is missing behind the final anchor: report, page, or a stop's copy too", async () => {
  const views = ["report.json", "metrics.json", "portfolio.json", "STOP.flag", "report.html"];
  for (let count = 1; count <= views.length; count++) {
    const disk = diskOf(stopped.night.files.contents);
    for (const name of count === views.length ? ["report.html"] : views.slice(0, count)) {
      disk.remove(`${runFolder}/${name}`);
    }
    disk.contents.set("/var/ballast", new Uint8Array(1));
    assert.is(assess(stopped, disk).need, "views", `${count}`);
    await recovered(stopped, disk, `${count}`);
    const { verdict, detail } = artefact(disk, "report.json");
    assert.equal([verdict, detail], ["STOPPED", "enough"]);
    assert.not(disk.exists("/var/ballast"));
    assert.is(artefact(disk, "STOP.flag")["latch"], disk.text("/var/STOP.flag"));
  }
});

const disk = {
  run_id: runFolder.slice(-15),
  ts: 1,
  component: "journal",
  reason_code: "SINK_IO",
  detail: "EIO at the mirror",
};
const COPIES: readonly (readonly [what: string, name: string, fields: object, told: readonly unknown[]])[] = [
  ["the copy of a disk that failed behind it", "STOP.flag", disk, ["STOPPED", "EIO at the mirror"]],
  ["such a copy, put aside before", "STOP.flag.torn", disk, ["STOPPED", "EIO at the mirror"]],
  ["such a copy of another run", "STOP.flag.torn", { ...disk, run_id: "20200101_000000" }, ["PASS", null]],
];

for (const [what, name, fields, told] of COPIES) {
  test(`recoverViews() of a night that ended in order, with ${what}: ${told[0]}`, async () => {
    const files = diskOf(passed.night.files.contents);
    for (const view of ["report.json", "metrics.json"]) files.remove(`${runFolder}/${view}`);
    const copy = sealArtefact({ schema: "nore/stop_flag", v: 1, ...fields, latch: null });
    files.contents.set(`${runFolder}/${name}`, new TextEncoder().encode(copy));
    await recovered(passed, files, what);
    const { verdict, detail, deadletter } = artefact(files, "report.json");
    assert.equal([verdict, detail, deadletter], [...told, 1]);
    assert.is(files.exists(`${runFolder}/STOP.flag`), told[0] === "STOPPED");
  });
}

test.run();
