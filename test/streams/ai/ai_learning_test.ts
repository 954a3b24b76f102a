import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AiModel, AiRow, AiTraining } from "../../../src/core/ai_mail.ts";
import type { FeaturePack } from "../../../src/core/event.ts";
import { sha256Hex } from "../../../src/core/sha256.ts";
import {
  type ActiveModel,
  type AiLearning,
  aiLearning,
  type AiLearningOptions,
  type AiNews,
  type AiShelf,
} from "../../../src/streams/ai/ai_learning.ts";
import { trainModel } from "../../../src/streams/ai/train_model.ts";
import { madeUpRows } from "../../support/ai_rows.ts";

const HORIZON_MS = 2000;
const digestOf = (value: unknown): string => sha256Hex(JSON.stringify(value));
const packOf = (rows: readonly AiRow[], more: Partial<FeaturePack> = {}): FeaturePack => ({
  name: "direction",
  version: "1",
  rows: rows.length,
  content_sha256: digestOf(rows),
  ...more,
});

/** What an honest process says it has learned of these rows. */
function trainingOf(rows: readonly AiRow[], more: Partial<AiTraining> = {}): AiTraining {
  return { rows: rows.length, dataset_sha256: digestOf(rows), model: trainModel(rows, HORIZON_MS), ...more };
}

interface Shelf extends AiShelf {
  readonly log: unknown[];
  refusal: string | null;
  byHand: { readonly active: ActiveModel | null; readonly reason: string } | null;
}

function shelf(): Shelf {
  let n = 0;
  const log: unknown[] = [];
  return {
    log,
    refusal: null,
    byHand: null,
    keepPack: (text) => void log.push(["pack", text]),
    keepSnapshot({ model, rows }, ts) {
      log.push(["snapshot", digestOf(model), rows.length, ts]);
      return ++n;
    },
    activate(wanted, { ts, reason }) {
      log.push(["activate", wanted, ts, reason]);
      return this.refusal;
    },
    changed() {
      const { byHand } = this;
      this.byHand = null;
      return byHand;
    },
  };
}

/** Enough time for all rows that are told. */
const LATE_TS = 10_000_000;

function learningOf(
  more: Partial<AiLearningOptions> = {},
): { readonly learning: AiLearning; readonly kept: Shelf } {
  const kept = shelf();
  const learning = aiLearning({
    shelf: kept,
    symbols: 1,
    horizonMs: HORIZON_MS,
    rowsMax: 1000,
    rowsMin: 50,
    margin: 0.001,
    active: null,
    startTs: 0,
    rows: [],
    ...more,
  });
  return { learning, kept };
}

/** What is there to be learned, and the same later; and where it is the other way round. */
const EARLY = madeUpRows({ seed: 1, count: 300, lean: 0.4 });
const LATER = madeUpRows({ seed: 2, count: 300, firstTs: 1_000_000, lean: 0.4 });
const AGAINST = madeUpRows({ seed: 3, count: 300, firstTs: 1_000_000, lean: -0.4 });

const take = (learning: AiLearning, rows: readonly AiRow[]) =>
  assert.is(learning.takePack(packOf(rows), rows, LATE_TS), null);
const whatOf = (news: readonly AiNews[]) => news.map(({ snapshot: { what, n } }) => `${what} ${n}`);

test("takePack() keeps the rows of a pack that is what it says, the newest", () => {
  const { learning, kept } = learningOf({ rowsMax: 400, rows: EARLY.slice(0, 10) });
  take(learning, EARLY);
  assert.equal(learning.rows, [...EARLY.slice(0, 10), ...EARLY]);
  take(learning, LATER);
  assert.equal(learning.rows, [...EARLY.slice(-100), ...LATER]);
  assert.equal(kept.log, [["pack", JSON.stringify(EARLY)], ["pack", JSON.stringify(LATER)]]);
});

test("aiLearning() begins with the newest rows of a run that goes on", () => {
  assert.equal(learningOf({ rowsMax: 100, rows: EARLY }).learning.rows, EARLY.slice(-100));
});

const ROWS = EARLY.slice(0, 3);
const OTHER: AiRow = [...ROWS[0]!.slice(0, -1), 0.123];
const WRONG_PACKS: readonly (readonly [string, FeaturePack, readonly AiRow[], RegExp])[] = [
  ["another number of rows", packOf(ROWS, { rows: 4 }), ROWS, /^feature_pack: says 4 rows, has 3$/],
  [
    "another hash",
    packOf(ROWS, { content_sha256: "0".repeat(64) }),
    ROWS,
    /^feature_pack: SHA-256 of its rows is /,
  ],
  [
    "another row than was hashed",
    packOf(ROWS),
    [OTHER, ...ROWS.slice(1)],
    /^feature_pack: SHA-256 of its rows is /,
  ],
  ["a row that is too short", packOf([[1, 0, 1]]), [[1, 0, 1]], /^feature_pack: a row that is none$/],
  [
    "a row of another symbol",
    packOf([ROWS[0]!.with(1, 1)]),
    [ROWS[0]!.with(1, 1)],
    /^feature_pack: a row that is none$/,
  ],
];
for (const [what, pack, rows, problem] of WRONG_PACKS) {
  test(`takePack() keeps nothing of a pack with ${what}`, () => {
    const { learning, kept } = learningOf();
    assert.match(learning.takePack(pack, rows, LATE_TS)!, problem);
    assert.equal([learning.rows, kept.log], [[], []]);
  });
}

test("takeTraining() keeps a snapshot that whoever trains again gets as well; it advises nobody", () => {
  const { learning, kept } = learningOf();
  take(learning, EARLY);
  const training = trainingOf(EARLY);
  const [news, ...more] = learning.takeTraining(training, 77);
  assert.equal(news, {
    snapshot: {
      what: "trained",
      n: 1,
      model_sha256: digestOf(training.model),
      dataset_sha256: training.dataset_sha256,
    },
    detail: "snapshot 1: trained on 300 rows, waits for later data",
  });
  assert.equal([more, learning.active], [[], null]);
  assert.equal(kept.log.slice(1), [["snapshot", digestOf(training.model), 300, 77]]);
});

const bent = (model: AiModel): AiModel => ({
  ...model,
  weights: model.weights.map((weight) => weight + 1e-12),
});
const WRONG_TRAININGS: readonly (readonly [string, Partial<AiTraining>, RegExp])[] = [
  ["of other rows", { dataset_sha256: "0".repeat(64) }, /trained on the rows 0+, its packs give /],
  ["of another number of rows", { rows: 299 }, /says 299 rows, its packs give 300/],
  [
    "that does not come out again",
    { model: bent(trainModel(EARLY, HORIZON_MS)) },
    /training again gives the model /,
  ],
  ["that is made for another horizon", { model: trainModel(EARLY, HORIZON_MS + 1) }, /training again gives/],
];
for (const [what, more, problem] of WRONG_TRAININGS) {
  test(`takeTraining() refuses a snapshot ${what}`, () => {
    const { learning, kept } = learningOf();
    take(learning, EARLY);
    const news = learning.takeTraining(trainingOf(EARLY, more), 1);
    assert.equal(whatOf(news), ["refused null"]);
    assert.match(news[0]!.detail, problem);
    assert.equal(news[0]!.snapshot.dataset_sha256, more.dataset_sha256 ?? digestOf(EARLY));
    assert.is(kept.log.length, 1, "the pack alone");
  });
}

test("takeTraining() refuses a snapshot where no pack was told", () => {
  const { learning } = learningOf();
  assert.equal(whatOf(learning.takeTraining(trainingOf(EARLY), 1)), ["refused null"]);
});

test("takeTraining() makes a snapshot active that later data speaks for, with the next one", () => {
  const { learning, kept } = learningOf();
  take(learning, EARLY);
  learning.takeTraining(trainingOf(EARLY), 1);
  take(learning, LATER);
  const news = learning.takeTraining(trainingOf([...EARLY, ...LATER]), 2);
  assert.equal(whatOf(news), ["activated 1", "trained 2"]);
  assert.match(
    news[0]!.detail,
    /^snapshot 1 advises from now on: Brier score .* better by more than 0\.001$/,
  );
  const model = trainModel(EARLY, HORIZON_MS);
  assert.equal(learning.active, { n: 1, model, modelSha256: digestOf(model) });
  const [, , , activate] = kept.log as readonly (readonly unknown[])[];
  assert.equal(activate!.slice(0, 3), ["activate", 1, 2]);
});

test("takeTraining() leaves a snapshot inactive that later data speaks against, and does not judge it again", () => {
  const { learning, kept } = learningOf();
  take(learning, EARLY);
  learning.takeTraining(trainingOf(EARLY), 1);
  take(learning, AGAINST);
  const news = learning.takeTraining(trainingOf([...EARLY, ...AGAINST]), 2);
  assert.equal([whatOf(news), learning.active], [["trained 2"], null]);
  assert.match(
    news[0]!.detail,
    /waits for later data; snapshot 1 stays inactive: .* not better by more than 0\.001$/,
  );
  assert.is(kept.log.filter((entry) => (entry as readonly unknown[])[0] === "activate").length, 0);
});

test("takeTraining() leaves a snapshot inactive where there is too little later data", () => {
  const { learning } = learningOf();
  take(learning, EARLY);
  learning.takeTraining(trainingOf(EARLY), 1);
  take(learning, LATER.slice(0, 49));
  const [news] = learning.takeTraining(trainingOf([...EARLY, ...LATER.slice(0, 49)]), 2);
  assert.match(news!.detail, /snapshot 1 stays inactive: 49 later rows, wanted at least 50$/);
});

test("takeTraining() judges a snapshot by the active one, where there is one", () => {
  const model = trainModel(EARLY, HORIZON_MS);
  const active = { n: 9, model, modelSha256: digestOf(model) };
  const { learning } = learningOf({ active });
  take(learning, EARLY);
  learning.takeTraining(trainingOf(EARLY), 1);
  take(learning, LATER);
  const [news] = learning.takeTraining(trainingOf([...EARLY, ...LATER]), 2);
  assert.match(news!.detail, /snapshot 1 stays inactive: .* of the active model /);
  assert.is(learning.active, active);
});

test("takeTraining() judges the one before it even where the new one is refused", () => {
  for (
    const [later, whats] of [[LATER, ["activated 1", "refused null"]], [AGAINST, ["refused null"]]] as const
  ) {
    const { learning } = learningOf();
    take(learning, EARLY);
    learning.takeTraining(trainingOf(EARLY), 1);
    take(learning, later);
    const news = learning.takeTraining(trainingOf(EARLY), 2);
    assert.equal(whatOf(news), whats);
    assert.is(/snapshot 1 stays inactive/.test(news.at(-1)!.detail), later === AGAINST);
    const [next, ...more] = learning.takeTraining(trainingOf([...EARLY, ...later]), 3);
    assert.equal([next!.snapshot.what, more, next!.detail.includes("snapshot 1")], ["trained", [], false]);
  }
});

test("takeTraining() leaves all as it is where somebody else has changed what is active", () => {
  const { learning, kept } = learningOf();
  kept.refusal = "the pointer was changed";
  take(learning, EARLY);
  learning.takeTraining(trainingOf(EARLY), 1);
  take(learning, LATER);
  const news = learning.takeTraining(trainingOf([...EARLY, ...LATER]), 2);
  assert.equal([whatOf(news), learning.active], [["trained 2"], null]);
  assert.match(news[0]!.detail, /snapshot 1 stays inactive: the pointer was changed$/);
});

test("lookAtShelf() follows an operator, to another one and to none", () => {
  const model = trainModel(LATER, HORIZON_MS);
  const { learning, kept } = learningOf();
  assert.is(learning.lookAtShelf(), null);
  kept.byHand = { active: { n: 4, model, modelSha256: digestOf(model) }, reason: "rollback" };
  assert.equal(learning.lookAtShelf(), {
    snapshot: { what: "rolled_back", n: 4, model_sha256: digestOf(model), dataset_sha256: null },
    detail: "by hand, snapshot 4 advises from now on: rollback",
  });
  assert.is(learning.active!.n, 4);
  kept.byHand = { active: null, reason: "no more" };
  assert.equal(learning.lookAtShelf(), {
    snapshot: { what: "rolled_back", n: null, model_sha256: null, dataset_sha256: null },
    detail: "by hand, none advises any more: no more",
  });
  assert.equal([learning.active, learning.lookAtShelf()], [null, null]);
});

test("takePack() keeps no more rows than the time has room for", () => {
  const { learning, kept } = learningOf({ startTs: 1000 });
  const rows = EARLY.slice(0, 3);
  assert.is(
    learning.takePack(packOf(rows), rows, 3000),
    "feature_pack: 3 rows by now, the time has room for 2",
  );
  assert.equal([learning.rows, kept.log], [[], []]);
});

test.run();
