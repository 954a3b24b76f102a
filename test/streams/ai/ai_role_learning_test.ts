import { test } from "uvu";
import * as assert from "uvu/assert";
import type { WorkerLine } from "../../../src/core/ai_mail.ts";
import type { AiNews } from "../../../src/streams/ai/ai_learning.ts";
import { ACTIVE, advice, healths, learningOf, stage, words } from "../../support/ai_stage.ts";

const PACK = {
  type: "feature_pack",
  payload: { name: "direction", version: "1", rows: 1, content_sha256: "cd".repeat(32) },
  rows: [[1, 2]],
} as const;
const TRAINING: WorkerLine = {
  type: "training_snapshot",
  payload: { rows: 1, dataset_sha256: "cd".repeat(32), model: ACTIVE.model },
};
const newsOf = (what: AiNews["snapshot"]["what"], n: number | null = 3): AiNews => ({
  snapshot: { what, n, model_sha256: ACTIVE.modelSha256, dataset_sha256: null },
  detail: what,
});

test("AiRole keeps a pack before it tells it, and stops for one that is not what it says", () => {
  const kept: unknown[] = [];
  let problem: string | null = null;
  const on = stage({ step_ms: 1000 }, {
    learning: learningOf({
      takePack(_, rows) {
        if (on.said.some(({ type }) => type === "feature_pack")) throw new Error("told before it was kept");
        kept.push(rows);
        return problem;
      },
    }),
  });
  on.until(1000);
  on.prove();
  on.until(2000);
  on.last().listener.said(PACK);
  assert.equal(kept, [PACK.rows]);
  const [told] = on.said.slice(-1);
  assert.equal([told!.type, told!.payload], ["feature_pack", PACK.payload], "without its rows");
  on.said.length = 0;
  problem = "feature_pack: is none";
  on.last().listener.said(PACK);
  assert.equal(words(on.said), ["AI_BOUNDARY 2000"]);
});

test("AiRole tells what is learned, and gives the model that advises from then on", () => {
  const learning = learningOf({
    active: ACTIVE,
    takeTraining: () => [newsOf("activated"), newsOf("trained", 4)],
  });
  const on = stage({ step_ms: 1000 }, { learning });
  on.until(1000);
  on.prove();
  on.until(2000);
  on.last().listener.said(TRAINING);
  assert.equal(healths(on.said).slice(1).map(({ state, snapshot }) => [state, snapshot!.what, snapshot!.n]), [
    ["UP", "activated", 3],
    ["UP", "trained", 4],
  ]);
  assert.equal(on.last().sent.slice(1), [{ type: "model", model: ACTIVE.model }]);
  on.last().listener.said(advice(`model_${"ab".repeat(8)}`));
  assert.is(words(on.said).at(-1), "recommendation 2000");
});

test("AiRole sends no model where only something was trained", () => {
  const on = stage({ step_ms: 1000 }, { learning: learningOf({ takeTraining: () => [newsOf("trained")] }) });
  on.until(1000);
  on.prove();
  on.until(2000);
  on.last().listener.said(TRAINING);
  assert.equal(on.last().sent.map(({ type }) => type), ["batch"]);
});

test("AiRole looks now and then whether somebody has made another model active", () => {
  let changed: AiNews | null = null;
  const on = stage({ step_ms: 1000, answer_timeout_ms: 60_000 }, {
    learning: learningOf({
      lookAtShelf() {
        const seen = changed;
        changed = null;
        return seen;
      },
    }),
  });
  on.until(1000);
  on.prove();
  changed = newsOf("rolled_back", null);
  on.until(10_999);
  assert.is(healths(on.said).length, 1);
  on.until(11_000);
  assert.equal(healths(on.said).slice(1).map(({ snapshot }) => snapshot?.what), ["rolled_back", undefined]);
  assert.equal(on.last().sent.at(-1), { type: "model", model: null });
});

const fails = (why: string) => (): never => {
  throw new Error(why);
};
for (const [what, broken] of [["a pack", "takePack"], ["a look at the shelf", "lookAtShelf"]] as const) {
  test(`AiRole stops the night where what it was told could not be kept: ${what}`, () => {
    const on = stage({ step_ms: 1000, answer_timeout_ms: 60_000 }, {
      learning: learningOf({ [broken]: fails("no room") }),
    });
    on.until(1000);
    on.prove();
    on.until(2000);
    on.last().listener.said(PACK);
    on.until(20_000);
    const stops = on.said.flatMap(({ type, payload }) => type === "stop_journal" ? [payload] : []);
    assert.equal(stops.map(({ reason_code, detail }) => [reason_code, detail]), [[
      "SINK_IO",
      "Error: no room",
    ]]);
    assert.is(on.last().isKilled, true);
    assert.is(on.lives.length, 1);
  });
}

test("AiRole stops the night where it cannot look at the shelf between two steps", () => {
  let looks = 0;
  const lookAtShelf = () => ++looks === 1 ? null : fails("no room")();
  const on = stage({ step_ms: 1000, answer_timeout_ms: 60_000 }, { learning: learningOf({ lookAtShelf }) });
  on.until(1000);
  on.prove();
  on.until(20_000);
  assert.equal(words(on.said), ["UP 1000", "SINK_IO 11000"]);
});

test("AiRole begins anew with what was learned so far", () => {
  const on = stage({ step_ms: 1000 }, { learning: learningOf({ rows: [[7]], active: ACTIVE }) });
  on.until(1000);
  assert.equal(on.last().learned, { model: ACTIVE.model, rows: [[7]] });
});

test.run();
