import { readFileSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { EXIT } from "../../src/core/exit_codes.ts";
import { openArtefact } from "../../src/core/journal_line.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { realFiles } from "../../src/edge/real_files.ts";
import { takeVarLock } from "../../src/edge/var_lock.ts";
import type { NewSnapshot } from "../../src/sinks/ai_snapshot.ts";
import { AiStore } from "../../src/sinks/ai_store.ts";
import { isSampleModel, sampleModel } from "../support/ai_run.ts";
import { sampleSnapshot } from "../support/ai_snapshots.ts";
import { atTime } from "../support/frozen_time.ts";
import { type Called, called } from "../support/recorded_var.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const TS = Date.UTC(2026, 10, 21, 22, 0, 0, 250);
const idOf = (weight: number) => `model_${sha256Hex(JSON.stringify(sampleModel(weight))).slice(0, 16)}`;

/** A var with these snapshots, and the command on it. */
function inVar(
  snapshots: readonly Partial<NewSnapshot>[],
  use: (ai: (...words: readonly string[]) => Promise<Called>, folder: string) => Promise<void>,
): Promise<void> {
  return inTempFolder(async (folder) => {
    const store = new AiStore(realFiles, folder, { isModel: isSampleModel, keptMax: 64 });
    snapshots.forEach((more, i) => store.keep(sampleSnapshot(i + 1, { created_ts: TS, ...more })));
    const ai = async (...words: readonly string[]) => {
      let answer: Called | null = null;
      await atTime(TS, async () => {
        answer = await called("ai", ...words, "--var", folder);
      });
      return answer!;
    };
    await use(ai, folder);
  });
}

const BECAUSE = ["--reason", "  it did better "];

test("ai list shows what there is, what advises and since when", () =>
  inVar([{}, { source: "binance" }, {}], async (ai, folder) => {
    assert.equal((await ai("activate", "3", ...BECAUSE)).printed, [`Snapshot 3 is active now: ${idOf(3)}`]);
    writeFileSync(`${folder}/ai/snapshots/1/dataset.json`, "[]");
    const { code, printed, said } = await ai("list");
    assert.equal([code, said], [EXIT.ok, []]);
    assert.match(printed[0]!, /^ {4}1 {2}corrupt {3}dataset\.json: SHA-256 is /);
    const rest = "30s ahead, features 1, 3 rows";
    assert.equal(printed.slice(1), [
      `    2  inactive  2026-11-21T22:00:00Z  binance, ${rest}, ${idOf(2)}, run 20261121_220000`,
      `    3  active    2026-11-21T22:00:00Z  embedded, ${rest}, ${idOf(3)}, run 20261121_220000`,
      "3 is active since 2026-11-21T22:00:00Z: it did better",
    ]);
  }));

test("ai list --json gives all of it to a program", () =>
  inVar([{}, {}], async (ai) => {
    await ai("activate", "2", ...BECAUSE);
    const { pointer, problem, snapshots } = JSON.parse((await ai("list", "--json")).printed.join("")) as {
      readonly pointer: { readonly n: number; readonly reason: string };
      readonly problem: string | null;
      readonly snapshots: readonly { readonly state: string; readonly manifest: { readonly rows: number } }[];
    };
    assert.equal([pointer.n, pointer.reason, problem], [2, "it did better", null]);
    assert.equal(snapshots.map(({ state, manifest }) => [state, manifest.rows]), [["inactive", 3], [
      "active",
      3,
    ]]);
  }));

test("ai list says that nothing has been learned, and writes nothing", () =>
  inVar([], async (ai, folder) => {
    const { code, printed } = await ai("list");
    assert.equal([code, printed], [EXIT.ok, ["Nothing has been learned yet"]]);
    assert.equal(realFiles.list(folder), []);
  }));

test("ai list ends with 4 where what should advise cannot be used", () =>
  inVar([{}, {}], async (ai, folder) => {
    for (const n of ["1", "2"]) await ai("activate", n, ...BECAUSE);
    writeFileSync(`${folder}/ai/snapshots/2/model.json`, "{}");
    const corrupt = await ai("list");
    assert.is(corrupt.code, EXIT.integrity);
    assert.match(corrupt.said[0]!, /^DAMAGED snapshot 2 is not used: model\.json: .*: 1 takes its place$/);
    writeFileSync(`${folder}/ai/active.json`, "{}");
    const lost = await ai("list");
    assert.is(lost.code, EXIT.integrity);
    assert.match(lost.said[0]!, /active\.json is damaged/);
  }));

test("ai activate and rollback move the pointer while a night holds var", () =>
  inVar([{}, {}], async (ai, folder) => {
    const lock = await takeVarLock(folder);
    try {
      for (const n of ["1", "2"]) assert.is((await ai("activate", n, ...BECAUSE)).code, EXIT.ok);
      const { n, before, since_ts, reason } = openArtefact(readFileSync(`${folder}/ai/active.json`, "utf8"));
      const model_sha256 = sha256Hex(JSON.stringify(sampleModel(1)));
      assert.equal([n, before, since_ts, reason], [2, [{ n: 1, model_sha256 }], TS, "it did better"]);
      const back = await ai("rollback", ...BECAUSE);
      assert.equal([back.code, back.printed], [EXIT.ok, [`Snapshot 1 is active now: ${idOf(1)}`]]);
      assert.match((await ai("rollback", ...BECAUSE)).printed[0]!, /^No snapshot is active now: /);
      assert.is((await ai("list")).last, "None is active since 2026-11-21T22:00:00Z: it did better");
      const none = await ai("rollback", ...BECAUSE);
      assert.equal([none.code, none.said], [EXIT.usage, [
        "Nothing was changed: no snapshot is active. There is nothing to go back from",
      ]]);
    } finally {
      lock.release();
    }
  }));

test("ai activate refuses what is corrupt, not there, or made for another night, and says what to do", () =>
  inVar(
    [{}, { source: "binance" }, { model: { ...sampleModel(3), horizon_ms: 5000 } }],
    async (ai, folder) => {
      writeFileSync(`${folder}/ai/snapshots/1/model.json`, "{}");
      const corrupt = await ai("activate", "1", ...BECAUSE);
      assert.is(corrupt.code, EXIT.integrity);
      assert.match(
        corrupt.said[0]!,
        /^Nothing was changed: snapshot 1: model\.json: .*\. Choose another from `ai list` and make it active$/,
      );
      const missing = await ai("activate", "9", ...BECAUSE);
      assert.is(missing.code, EXIT.usage);
      assert.match(missing.said[0]!, /there is no snapshot 9\. `ai list` shows/);
      const other = await ai("activate", "2", ...BECAUSE);
      assert.is(other.code, EXIT.usage);
      assert.match(
        other.said[0]!,
        /^Snapshot 2 would not be used: it was made for source binance, and embedded is /,
      );
      assert.is((await ai("activate", "3", ...BECAUSE)).code, EXIT.usage);
      assert.not.ok(realFiles.exists(`${folder}/ai/active.json`));
      assert.is((await ai("activate", "2", "--source", "binance", ...BECAUSE)).code, EXIT.ok);
      assert.is((await ai("activate", "3", "--set", "ai.horizon_ms=5000", ...BECAUSE)).code, EXIT.ok);
    },
  ));

test("ai gives way to a change that is under way", () =>
  inVar([{}], async (ai, folder) => {
    writeFileSync(`${folder}/ai/active.json.next`, "");
    const { code, said } = await ai("activate", "1", ...BECAUSE);
    assert.is(code, EXIT.failure);
    assert.match(
      said[0]!,
      /another change .* is under way, .* try again; what is left behind may be removed$/,
    );
  }));

test("ai wants a reason, and words that it knows", () =>
  inVar([{}], async (ai) => {
    for (const words of [["activate", "1"], ["rollback"], ["rollback", "--reason", " "]]) {
      const { code, said } = await ai(...words);
      assert.equal([code, said[0]], [EXIT.usage, 'Expected --reason "…": it is kept with the pointer']);
    }
    for (
      const words of [[], ["show"], ["list", "1"], ["activate"], ["activate", "1", "2"], ["rollback", "1"]]
    ) {
      const { code, said } = await ai(...words, ...BECAUSE);
      assert.is(code, EXIT.usage);
      assert.match(said[0]!, /^Expected list, activate N or rollback, got /);
    }
    assert.match(
      (await ai("activate", "01", ...BECAUSE)).said[0]!,
      /^Expected the number of a snapshot, got "01"$/,
    );
  }));

test.run();
