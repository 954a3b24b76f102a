import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Config } from "../../src/core/config.ts";
import { openArtefact } from "../../src/core/journal_line.ts";
import { addAdviceEffect } from "../../src/commands/advice_effect.ts";
import type { AdviceSection } from "../../src/night/advice_counterfactual.ts";
import type { Tally } from "../../src/sinks/tally.ts";
import { advice, advisedNight, LONGER } from "../support/advised_night.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import type { NightToReplay } from "../support/night_to_replay.ts";
import { configWith } from "../support/repo_config.ts";
import { bytesIn } from "../support/run_bytes.ts";
import { verifyInMemory } from "../support/verify_in_memory.ts";
import { hasPython, RunsOnDisk } from "../support/verify_py.ts";
import { memoryFiles } from "../support/memory_files.ts";
import { UNPROVEN_MODEL } from "../../src/core/ai_mail.ts";

const shadow = await advisedNight([]);

/** The same night once more, on files of its own. */
function copyOf(night: NightToReplay): NightToReplay {
  const files = memoryFiles();
  for (const [path, bytes] of night.files.contents) files.contents.set(path, bytes);
  return { ...night, files };
}

async function added(
  night: NightToReplay,
  more: {
    readonly config?: Config;
    readonly counts?: Partial<Tally["counts"]>;
    readonly nowMs?: () => number;
  } = {},
) {
  const terminal = fakeTerminal();
  const counts = { ...night.report["counts"] as Tally["counts"], ...more.counts };
  const closed = await addAdviceEffect(night, {
    files: night.files,
    config: more.config ?? configWith(["ai.enabled=true"]),
    runFolder: night.runFolder,
    tally: { counts } as Tally,
    terminal,
    nowMs: more.nowMs ?? (() => 0),
  });
  const text = (name: string) => night.files.text(`${night.runFolder}/${name}`);
  return { closed, terminal, report: openArtefact(text("report.json")), page: text("report.html") };
}

test("addAdviceEffect() tells in report.json and report.html what a filter would have changed", async () => {
  const night = copyOf(shadow);
  const { closed, report, page } = await added(night);
  const { effect } = closed.report["ai_filter"] as AdviceSection;
  assert.ok(effect!.vetoed > 0 && effect!.shrunk > 0);
  const { sha256: _, ...fields } = report;
  assert.equal(fields, JSON.parse(JSON.stringify(closed.report)));
  assert.match(page, `<tr><th>ai_filter · effect · vetoed</th><td>${effect!.vetoed}</td></tr>`);
  assert.match(page, /ai_filter · note<\/th><td>an experiment/);
  const { ai_filter: __, ...rest } = closed.report;
  assert.equal(rest, shadow.report, "and nothing else");
});

test("verify and verify.py take a report that tells of it", async () => {
  const night = copyOf(shadow);
  await added(night);
  const { ok, complete, findings } = verifyInMemory(night);
  assert.equal([ok, complete, findings.problems], [true, true, []]);
  if (!hasPython()) return;
  const disk = new RunsOnDisk();
  try {
    const { ok, complete, problems } = await disk.verify({
      night,
      older: new Map(),
      ...bytesIn(night.files.contents, night),
    });
    assert.equal([ok, complete, problems], [true, true, []]);
  } finally {
    disk.remove();
  }
});

test("addAdviceEffect() gives up when the end of the night would have to wait", async () => {
  const longer = await advisedNight(LONGER);
  let now = 0;
  const { report } = await added(longer, { nowMs: () => now += 7001 });
  const { effect, note } = report["ai_filter"] as AdviceSection;
  assert.is(effect, null);
  assert.match(note, /^not computed in time: nore replay /);
});

const AS_IT_IS: readonly (readonly [
  what: string,
  night: () => NightToReplay | Promise<NightToReplay>,
  more?: Parameters<typeof added>[1],
])[] = [
  ["the AI did not run", () => copyOf(shadow), { config: configWith(["ai.enabled=false"]) }],
  ["the AI was off", () => copyOf(shadow), { config: configWith(["ai.enabled=true", "ai.boundary=off"]) }],
  ["advice was heeded", () => copyOf(shadow), {
    config: configWith(["ai.enabled=true", "ai.advice=filter"]),
  }],
  ["somebody has ended it", () => copyOf(shadow), { counts: { operator_command: 1 } }],
  ["nobody has advised", () => copyOf(shadow), { counts: { recommendation: 0 } }],
  ["it was stopped", () => ({ ...copyOf(shadow), verdict: "STOPPED" })],
  ["its disk has failed", () => ({ ...copyOf(shadow), problems: ["report: EIO"] })],
  ["no proven model has advised", () => advisedNight([], advice({ model_id: UNPROVEN_MODEL }))],
];
for (const [what, nightOf, more] of AS_IT_IS) {
  test(`addAdviceEffect() leaves the report of a night as it is where ${what}`, async () => {
    const night = await nightOf();
    const { length } = night.files.calls;
    const { closed, report, terminal } = await added(night, more);
    assert.is(closed, night);
    assert.is(report["ai_filter"], undefined);
    assert.equal([night.files.calls.length, terminal.said], [length, []]);
  });
}

test("addAdviceEffect() says what keeps it from telling, and the night has ended as it had", async () => {
  const night = copyOf(shadow);
  night.files.fault = (call) => {
    if (call === "write") throw new Error("ENOSPC");
  };
  const { closed, terminal } = await added(night);
  assert.is(closed, night);
  assert.equal(terminal.said, ["What the advice would have changed is not in the report: ENOSPC"]);
});

test.run();
