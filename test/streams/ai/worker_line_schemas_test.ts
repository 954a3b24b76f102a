import { test } from "uvu";
import * as assert from "uvu/assert";
import { type AiTask, PROBE_ATTEMPTS, type WorkerLine } from "../../../src/core/ai_mail.ts";
import { workerLineProblem } from "../../../src/streams/ai/worker_line_schemas.ts";
import { DENIED } from "../../support/fake_worker.ts";

const TASK: AiTask = {
  symbols: ["BTCUSDT", "ETHUSDT"],
  horizon_ms: 30_000,
  advise_every_ms: 10_000,
  pack_every_ms: 60_000,
  snapshot_every_ms: 600_000,
  rows_max: 100,
  model: null,
  rows: [],
};
const problemOf = workerLineProblem(TASK);
const HASH = "ab".repeat(32);

type Lines = { readonly [T in WorkerLine["type"]]: Extract<WorkerLine, { readonly type: T }> };
const GOOD: Lines = {
  probe_result: { type: "probe_result", payload: { attempts: DENIED } },
  heartbeat: { type: "heartbeat", payload: { seq: 1, rows: 0, drift: false } },
  recommendation: {
    type: "recommendation",
    payload: { symbol: "ETHUSDT", horizon_ms: 30_000, p_up: 0.5, model_id: "online" },
  },
  feature_pack: {
    type: "feature_pack",
    payload: { name: "direction", version: "1", rows: 1, content_sha256: HASH },
    rows: [[1, 0, 1, 0.5]],
  },
  training_snapshot: {
    type: "training_snapshot",
    payload: {
      rows: 1,
      dataset_sha256: HASH,
      model: { form: "logistic_1", horizon_ms: 30_000, base_rate: 0.5, weights: [0, 1], calibration: [1, 0] },
    },
  },
};
const KINDS = Object.keys(GOOD) as readonly WorkerLine["type"][];

type Loose = Record<string, unknown>;

/** A copy with what lies at a path such as "payload/model/form" changed. */
function changed(
  type: WorkerLine["type"],
  path: string,
  change: (parent: Loose, key: string) => void,
): unknown {
  const copy = structuredClone(GOOD[type]) as unknown as Loose;
  const keys = path.split("/");
  const key = keys.pop()!;
  change(keys.reduce((parent, name) => parent[name] as Loose, copy), key);
  return copy;
}
const setTo = (value: unknown) => (parent: Loose, key: string) => void (parent[key] = value);

/** The paths of all objects and their fields; of a list its first entry stands for all. */
function fieldsOf(value: unknown, path = ""): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return fieldsOf(value[0], `${path}0/`);
  return Object.entries(value).flatMap(([name, inner]) => [
    `${path}${name}`,
    ...fieldsOf(inner, `${path}${name}/`),
  ]);
}

for (const type of KINDS) {
  test(`workerLineProblem() knows a ${type}, all of its fields, and no other`, () => {
    assert.is(problemOf(type, GOOD[type]), null);
    for (const path of fieldsOf(GOOD[type])) {
      const refused = (what: string, change: (parent: Loose, key: string) => void) =>
        assert.type(problemOf(type, changed(type, path, change)), "string", `${what} ${path}`);
      refused("without", (parent, key) => void delete parent[key]);
      refused("one beside", (parent) => void (parent["more"] = 1));
      for (const wrong of [null, {}, [[{}]], [null], { type: "order_intent" }, () => {}]) {
        refused(`${JSON.stringify(wrong)} as`, setTo(wrong));
      }
      const right = path.split("/").reduce<unknown>((inner, name) => (inner as Loose)[name], GOOD[type]);
      if (typeof right !== "string") refused("a text as", setTo(String(right)));
      if (typeof right !== "number") refused("a number as", setTo(1));
      if (typeof right !== "boolean") refused("true as", setTo(true));
    }
  });
}

const BOUNDS: readonly (readonly [
  WorkerLine["type"],
  path: string,
  good: readonly unknown[],
  bad: readonly unknown[],
])[] = [
  ["heartbeat", "payload/seq", [0, Number.MAX_SAFE_INTEGER], [-1, 0.5, 2 ** 53, NaN, Infinity]],
  ["heartbeat", "payload/rows", [0, Number.MAX_SAFE_INTEGER], [-1, 0.5, 2 ** 53]],
  ["recommendation", "payload/symbol", ["BTCUSDT"], ["", "btcusdt", "DOGEUSDT", "BTCUSDT "]],
  ["recommendation", "payload/horizon_ms", [30_000], [29_999, 30_001, 0, -30_000, 30_000.5]],
  ["recommendation", "payload/p_up", [0, 1, 0.5], [-1e-9, 1 + 1e-9, NaN, Infinity]],
  ["recommendation", "payload/model_id", ["online", "model_0123456789abcdef"], [
    "Online",
    "online ",
    "online\n",
    "model_0123456789abcde",
    "model_0123456789abcdeg",
    "model_0123456789ABCDEF",
    "xmodel_0123456789abcdef",
  ]],
  ["feature_pack", "payload/name", ["a", "a".repeat(64)], ["", "a".repeat(65), "A", "a/b", "a\n"]],
  ["feature_pack", "payload/version", ["1", "1.0-b_c"], ["", "1".repeat(65), "é"]],
  ["feature_pack", "payload/rows", [1, 20_000], [0, 20_001, 1.5]],
  ["feature_pack", "payload/content_sha256", ["0".repeat(64)], [
    "0".repeat(63),
    "0".repeat(65),
    "A".repeat(64),
  ]],
  ["feature_pack", "rows", [Array(20_000).fill([1])], [[], Array(20_001).fill([1])]],
  ["feature_pack", "rows/0", [[], Array(64).fill(1), [1e15, -1e15]], [
    Array(65).fill(1),
    [1e15 + 1],
    [-1e16],
    [NaN],
    ["1"],
  ]],
  ["training_snapshot", "payload/rows", [1, 20_000], [0, 20_001]],
  ["training_snapshot", "payload/dataset_sha256", ["9".repeat(64)], ["9".repeat(63), ""]],
  ["training_snapshot", "payload/model/form", ["logistic_1"], ["logistic_2", ""]],
  ["training_snapshot", "payload/model/horizon_ms", [30_000], [1000]],
  ["training_snapshot", "payload/model/base_rate", [0, 1], [-0.1, 1.1]],
  ["training_snapshot", "payload/model/weights", [[], Array(64).fill(-1e15)], [Array(65).fill(0), [1e16]]],
  ["training_snapshot", "payload/model/calibration", [[], [1, 2, 3]], [["1"], [null]]],
  ["probe_result", "payload/attempts", [[]], [[...DENIED, DENIED[0]]]],
  ["probe_result", "payload/attempts/0/name", [...PROBE_ATTEMPTS], ["TCP", "", "telepathy"]],
  ["probe_result", "payload/attempts/0/detail", ["", "x".repeat(200)], ["x".repeat(201)]],
  ["probe_result", "payload/attempts/0/succeeded", [true, false], [0, 1, "false"]],
];

for (const [type, path, good, bad] of BOUNDS) {
  test(`workerLineProblem() holds the bounds of ${path} of a ${type}`, () => {
    const problem = (value: unknown) => problemOf(type, changed(type, path, setTo(value)));
    for (const value of good) assert.is(problem(value), null, String(value).slice(0, 80));
    for (const value of bad) assert.type(problem(value), "string", String(value).slice(0, 80));
  });
}

test("workerLineProblem() says what was wrong, and where", () => {
  const advice = changed("recommendation", "payload/p_up", setTo(2));
  assert.match(problemOf("recommendation", advice)!, /recommendation.*p_up/);
});

test("workerLineProblem() lets a dataset be as large as the task wants", () => {
  const wide = workerLineProblem({ ...TASK, rows_max: 50_000 });
  const told = (rows: number) => changed("training_snapshot", "payload/rows", setTo(rows));
  assert.equal([
    wide("training_snapshot", told(50_000)),
    problemOf("training_snapshot", told(50_000)) === null,
  ], [
    null,
    false,
  ]);
});

test("workerLineProblem() takes each kind by its own form alone", () => {
  for (const type of KINDS) {
    for (const other of KINDS) {
      assert.is(problemOf(type, GOOD[other]) === null, type === other, `${other} as ${type}`);
    }
  }
});

test.run();
