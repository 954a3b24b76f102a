import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AiTask, WorkerLine } from "../../../src/core/ai_mail.ts";
import type { AnyDraft, Draft } from "../../../src/core/event.ts";
import type { PolicyGate } from "../../../src/core/ports.ts";
import { admitLine, byPolicy, bySchema, byType, type LineCheck } from "../../../src/streams/ai/admit_line.ts";
import type { Advice, AiInput } from "../../../src/streams/ai/ai_drafts.ts";
import { workerLineProblem } from "../../../src/streams/ai/worker_line_schemas.ts";
import { hostileLines, hostileOrders } from "../../support/hostile_lines.ts";
import { openRepoGate } from "../../support/repo_policy.ts";

/** The boundary of the AI process: three checks, of which each alone keeps an order out. */

const TASK: AiTask = {
  symbols: ["BTCUSDT"],
  horizon_ms: 30_000,
  advise_every_ms: 10_000,
  pack_every_ms: 60_000,
  snapshot_every_ms: 600_000,
  rows_max: 100,
  model: null,
  rows: [],
};
const gate = await openRepoGate();
const ALL: readonly LineCheck[] = [byType, bySchema(workerLineProblem(TASK)), byPolicy(gate)];
const ALONE: Readonly<Record<string, LineCheck>> = { type: ALL[0]!, schema: ALL[1]!, policy: ALL[2]! };

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const HASH = "ab".repeat(32);
const GOOD: readonly WorkerLine[] = [
  { type: "probe_result", payload: { attempts: [{ name: "tcp", succeeded: false, detail: "refused" }] } },
  { type: "heartbeat", payload: { seq: 1, rows: 0, drift: true } },
  {
    type: "recommendation",
    payload: { symbol: "BTCUSDT", horizon_ms: 30_000, p_up: 0.25, model_id: "online" },
  },
  {
    type: "feature_pack",
    payload: { name: "direction", version: "1", rows: 1, content_sha256: HASH },
    rows: [[1, 0, 1, 0.5]],
  },
  {
    type: "training_snapshot",
    payload: {
      rows: 1,
      dataset_sha256: HASH,
      model: { form: "logistic_1", horizon_ms: 30_000, base_rate: 0.5, weights: [0], calibration: [1, 0] },
    },
  },
];

test("admitLine() lets the five kinds of lines through", () => {
  for (const line of GOOD) assert.equal(admitLine(bytesOf(line), ALL), { ok: true, line });
});

test("admitLine() admits none of 10,000 hostile lines", () => {
  let count = 0;
  for (const raw of hostileLines(10_000)) {
    const admission = admitLine(raw, ALL);
    assert.is(admission.ok, false, new TextDecoder().decode(raw).slice(0, 200));
    if (!admission.ok) assert.ok(admission.violation.detail.length <= 200);
    count++;
  }
  assert.is(count, 10_000);
});

for (const [name, check] of Object.entries(ALONE)) {
  test(`admitLine() keeps every order out by ${name} alone`, () => {
    for (const raw of hostileOrders(2000)) {
      assert.is(admitLine(raw, [check]).ok, false, new TextDecoder().decode(raw));
    }
  });
}

test("AiInput has no type for an order, nor for what else the core decides", () => {
  const asInput = (draft: AiInput): AnyDraft => draft;
  const attempts = [
    // @ts-expect-error an order
    (draft: Draft<"order_intent">): Advice => draft,
    // @ts-expect-error an order among all that comes of the process
    (draft: Draft<"order_intent">) => asInput(draft),
    // @ts-expect-error its end
    (draft: Draft<"order_cancel">) => asInput(draft),
    // @ts-expect-error a fill
    (draft: Draft<"fill">) => asInput(draft),
    // @ts-expect-error a signal
    (draft: Draft<"signal">) => asInput(draft),
    // @ts-expect-error what may be anything
    (draft: AnyDraft) => asInput(draft),
  ];
  assert.is(attempts.length, 6);
});

test("admitLine() keeps what policy said of a hostile line, unless it is too long to be journaled", () => {
  const order = { type: "order_intent", payload: { symbol: "BTCUSDT" } };
  const admission = admitLine(bytesOf(order), ALL);
  assert.not(admission.ok);
  const { denial, detail } = (admission as { violation: { denial: unknown; detail: string } }).violation as {
    readonly denial: { readonly codes: readonly string[]; readonly denied_type: string };
    readonly detail: string;
  };
  assert.equal([detail, denial.codes, denial.denied_type], [
    'type "order_intent", expected one of five',
    ["AI_ORDER_FORBIDDEN", "AI_TYPE"],
    "ai_message",
  ]);
  const long = admitLine(bytesOf({ ...order, type: `order_${"x".repeat(5000)}` }), ALL);
  assert.is(long.ok ? "admitted" : long.violation.denial, null);
});

test("admitLine() looks for depth in what is nested alone, not in texts", () => {
  const detailOf = (text: string): string => {
    const admission = admitLine(new TextEncoder().encode(text), ALL);
    return admission.ok ? "" : admission.violation.detail;
  };
  const brackets = "[{".repeat(100);
  assert.match(detailOf(`{"type":"\\"${brackets}"}`), /^type /);
  assert.match(detailOf(`{"type":${"[".repeat(31)}${"]".repeat(31)}}`), /^type /);
  assert.is(
    detailOf(`{"type":${"[".repeat(32)}${"]".repeat(32)}}`),
    "a line that is nested deeper than 32 levels",
  );
});

test("byPolicy() denies where the gate gives no answer, and asks nothing about what is for the host alone", () => {
  const silent: PolicyGate = {
    policySha256: HASH,
    decide() {
      throw new Error("no answer");
    },
  };
  const [, heartbeat, advice] = GOOD;
  assert.equal(admitLine(bytesOf(heartbeat), [byPolicy(silent)]).ok, true);
  const admission = admitLine(bytesOf(advice), [byPolicy(silent)]);
  assert.equal(admission.ok ? null : admission.violation.denial?.codes, ["POLICY_ERROR"]);
});

test.run();
