import { test } from "uvu";
import * as assert from "uvu/assert";
import { type AdviserSetting, GIVEN_UP, NO_ADVISER } from "../../src/commands/adviser.ts";
import { adviserAgain } from "../../src/commands/adviser_again.ts";
import type { Config } from "../../src/core/config.ts";
import type { RunBasis } from "../../src/night/run_basis.ts";
import { memoryFiles } from "../support/memory_files.ts";
import { openRepoGate } from "../support/repo_policy.ts";
import { configWith } from "../support/repo_config.ts";

const PLACE = { varFolder: "/var", runFolder: "/var/runs/20261121_220000" };
const [FIRST, SECOND, WORKER] = ["a", "b", "c"].map((letter) => letter.repeat(64)) as [
  string,
  string,
  string,
];
const gate = await openRepoGate();

/** What the adviser is opened with; null where none is. */
async function openedBy(ai: object | null | undefined, isAiOff: boolean) {
  const files = memoryFiles();
  files.makeDirectory(`${PLACE.runFolder}/ai`);
  files.writeNew(`${PLACE.runFolder}/ai/${FIRST}.pack.json`, new TextEncoder().encode("[[1],[2]]"));
  files.writeNew(`${PLACE.runFolder}/ai/${SECOND}.pack.json`, new TextEncoder().encode("[[3]]"));
  const basis = { config: configWith(), manifest: ai === undefined ? {} : { ai } } as unknown as RunBasis;
  const packs = [FIRST, SECOND].map((content_sha256) => ({
    name: "p",
    version: "1",
    rows: 1,
    content_sha256,
  }));
  const opened: AdviserSetting[] = [];
  const open = (_: Config, setting: AdviserSetting) => {
    opened.push(setting);
    return Promise.resolve(NO_ADVISER);
  };
  const adviser = await adviserAgain(PLACE, { basis, gate, files, past: { packs, isAiOff } }, open);
  return { adviser, opened };
}

test("adviserAgain() goes on with the run's own program, from the rows of its packs", async () => {
  const { opened } = await openedBy({ worker_sha256: WORKER }, false);
  assert.equal(opened.map(({ rows, programPath, varFolder }) => [rows, programPath, varFolder]), [
    [[[1], [2], [3]], `${PLACE.runFolder}/ai/${WORKER}.worker.mjs`, "/var"],
  ]);
});

test("adviserAgain() opens none where none ran, or where it was given up", async () => {
  for (
    const [ai, isOff, expected] of [
      [null, false, NO_ADVISER],
      [undefined, false, NO_ADVISER],
      [{ worker_sha256: WORKER }, true, GIVEN_UP],
    ] as const
  ) {
    const { adviser, opened } = await openedBy(ai, isOff);
    assert.equal([adviser === expected, opened.length], [true, 0]);
  }
});

test.run();
