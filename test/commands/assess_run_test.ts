import { test } from "uvu";
import * as assert from "uvu/assert";
import { assessRun, type Need } from "../../src/commands/assess_run.ts";
import { diskOf } from "../support/crashed_nights.ts";
import type { MemoryFiles } from "../support/memory_files.ts";
import { rehashed, resealed } from "../support/run_bytes.ts";
import { shortConfig, shortNight } from "../support/short_night.ts";

const night = await shortNight();
const { runFolder } = night;
const { contents } = night.files as MemoryFiles;
const MIRROR = `/var/mirror/${runFolder.slice(-15)}.anchors.jsonl`;
const ANCHORS = `${runFolder}/audit/anchors.jsonl`;
const TICKS = `${runFolder}/queues/market_ticks/inbox.jsonl`;
const VIEWS = ["report.json", "report.html", "metrics.json", "portfolio.json"];

type Change = (disk: MemoryFiles) => void;
const inRun = (name: string): string => `${runFolder}/${name}`;
const edit = (path: string, change: (text: string) => string): Change => (disk) =>
  void disk.contents.set(path, new TextEncoder().encode(change(disk.text(path))));
const remove = (...paths: readonly string[]): Change => (disk) => paths.forEach((path) => disk.remove(path));
const all = (...changes: readonly Change[]): Change => (disk) => changes.forEach((change) => change(disk));
const lastLine = (text: string): number => text.lastIndexOf("\n", text.length - 2) + 1;
const withoutLast = (text: string): string => text.slice(0, lastLine(text));
const torn = (text: string): string => text.slice(0, -9);
const flipped = (text: string): string => text.replace("embedded", "embodied");

/** Killed behind its last event, before the final anchor. */
const unended = all(
  remove(...VIEWS.map(inRun)),
  edit(ANCHORS, withoutLast),
  edit(MIRROR, withoutLast),
);
/** Killed between the final anchor and the report. */
const unreported = remove(inRun("report.json"), inRun("report.html"));

const CASES: readonly (readonly [what: string, change: Change, need: Need])[] = [
  ["left as it was", () => {}, "nothing"],
  ["without a mirror", remove(MIRROR), "nothing"],
  ["without its log for the eye", remove(inRun("metrics.jsonl")), "nothing"],
  ["without its report", unreported, "views"],
  ["without any view", remove(...VIEWS.map(inRun)), "views"],
  ["without its page", remove(inRun("report.html")), "views"],
  ["with a torn line for the eye", edit(inRun("metrics.jsonl"), torn), "views"],
  ["without its report, metrics half-written", all(unreported, edit(inRun("metrics.json"), torn)), "views"],
  ["without its report, the mirror a line behind", all(unreported, edit(MIRROR, withoutLast)), "views"],
  ["without its report, the mirror torn", all(unreported, edit(MIRROR, torn)), "views"],
  [
    "without its report, an anchor half-written behind the final one",
    all(unreported, edit(ANCHORS, (text) => text + "sha")),
    "damaged",
  ],
  ["without its end", unended, "end"],
  [
    "without its end, half an event behind it",
    all(unended, edit(TICKS, (text) => text + "sha256:01")),
    "end",
  ],
  ["without its end, an acknowledged event torn", all(unended, edit(TICKS, torn)), "damaged"],
  ["without its end, its last anchor torn", all(unended, edit(ANCHORS, (text) => text + "sha256:01")), "end"],
  ["without its end, the mirror a line behind", all(unended, edit(MIRROR, withoutLast)), "end"],
  ["with a report, the mirror a line behind", edit(MIRROR, withoutLast), "damaged"],
  ["with a report, metrics changed", edit(inRun("metrics.json"), torn), "damaged"],
  [
    "with a report that was changed",
    edit(inRun("report.json"), (text) => text.replace("PASS", "FAIL")),
    "damaged",
  ],
  ["with a report that says something else, sealed", (disk) => {
    const path = inRun("report.json");
    disk.contents.set(path, resealed(disk.read(path), (fields) => fields["trades"] = 1_000_000));
  }, "damaged"],
  [
    "with a line for the eye changed",
    edit(inRun("metrics.jsonl"), (text) => text.replace("PASS", "FAIL")),
    "damaged",
  ],
  ["without its report, an event changed", all(unreported, edit(TICKS, flipped)), "damaged"],
  [
    "without its report, a deadletter added",
    all(unreported, edit(inRun("queues/fills/deadletter.jsonl"), () => "x\n")),
    "damaged",
  ],
  ["without its end, an event changed", all(unended, edit(TICKS, flipped)), "damaged"],
  [
    "without its end, an event forged with its hash",
    all(
      unended,
      edit(
        TICKS,
        (text) =>
          text.replace(/^.*\n/, (line) => rehashed(line.trimEnd(), (fields) => fields["ts"] = 1) + "\n"),
      ),
    ),
    "damaged",
  ],
  ["without its end, the mirror a line ahead", all(unended, edit(ANCHORS, withoutLast)), "damaged"],
  ["without its end, the mirror another's", all(unended, edit(MIRROR, () => "other\n")), "damaged"],
  [
    "without its end, the report there",
    all(edit(ANCHORS, withoutLast), edit(MIRROR, withoutLast)),
    "damaged",
  ],
  ["without its anchors", remove(ANCHORS), "damaged"],
  ["without its configuration", remove(inRun("config.json")), "damaged"],
  ["with a configuration that is none", edit(inRun("config.json"), () => "{"), "damaged"],
  ["without its manifest", remove(inRun("manifest.json")), "damaged"],
];

for (const [what, change, need] of CASES) {
  test(`assessRun() of a run ${what}: ${need}`, () => {
    const disk = diskOf(contents);
    change(disk);
    disk.calls.length = 0;
    const assessed = assessRun(disk, night, () => {});
    const { problems } = assessed.verification.findings;
    assert.is(assessed.need, need, problems.map(({ file, reason }) => `${file}: ${reason}`).join("\n"));
    if (need === "damaged") assert.ok(problems.length > 0);
    assert.equal(disk.calls, [], "it writes nothing");
  });
}

test("assessRun() looks for the mirror where the run's configuration says", async () => {
  for (const [setting, path] of [["/elsewhere", "/elsewhere"], ["deep/er", "/var/deep/er"]] as const) {
    const config = { ...shortConfig, audit: { ...shortConfig.audit, anchor_mirror: setting } };
    const night = await shortNight({ config });
    const disk = diskOf((night.files as MemoryFiles).contents);
    const mirror = `${path}/${runFolder.slice(-15)}.anchors.jsonl`;
    assert.is(assessRun(disk, night, () => {}).need, "nothing");
    edit(mirror, () => "other\n")(disk);
    assert.is(assessRun(disk, night, () => {}).need, "damaged");
  }
});

test.run();
