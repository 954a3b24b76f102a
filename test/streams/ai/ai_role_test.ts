import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HostLine, WorkerLine } from "../../../src/core/ai_mail.ts";
import { UNPROVEN_MODEL } from "../../../src/core/ai_mail.ts";
import type { AiConfig } from "../../../src/core/config.ts";
import type { PolicyDenial } from "../../../src/core/event.ts";
import type { Deadletter } from "../../../src/core/ports.ts";
import type { AiInput } from "../../../src/streams/ai/ai_drafts.ts";
import type { ActiveModel, AiLearning, AiNews } from "../../../src/streams/ai/ai_learning.ts";
import { AiRole, type AiRoleOptions } from "../../../src/streams/ai/ai_role.ts";
import type { AiSession, ProvenListener } from "../../../src/streams/ai/ai_session.ts";
import { FlatTime } from "../../support/flat_time.ts";
import { configWith } from "../../support/repo_config.ts";
import { sampleModel } from "../../support/ai_run.ts";
import { tradeOf } from "../../support/feed_events.ts";

/** The host's side of the AI process in time that passes by itself: a stage with a session that a test speaks for. */

interface Life {
  readonly learned: { readonly rows: readonly unknown[] };
  readonly listener: ProvenListener;
  readonly sent: HostLine[];
  isKilled: boolean;
}

const ACTIVE: ActiveModel = { n: 3, model: sampleModel(0.5), modelSha256: "ab".repeat(32) };

function learningOf(more: Partial<AiLearning> = {}): AiLearning {
  return {
    rows: [],
    active: null,
    takePack: () => null,
    takeTraining: () => [],
    lookAtShelf: () => null,
    ...more,
  };
}

function stage(
  ai: Partial<AiConfig> = {},
  more: Partial<AiRoleOptions> = {},
) {
  const time = new FlatTime();
  const lives: Life[] = [];
  const said: AiInput[] = [];
  const letters: Deadletter[] = [];
  const role = new AiRole({
    ai: { ...configWith().ai, ...ai },
    boundary: "linux_namespaces",
    clock: { now: () => time.frame },
    isVirtual: false,
    speed: 1,
    scheduler: time,
    startTs: 0,
    healthEveryMs: 10_000,
    learning: learningOf(),
    startWorker(learned, listener): AiSession {
      const life: Life = { learned, listener, sent: [], isKilled: false };
      lives.push(life);
      return { send: (line) => void life.sent.push(line), kill: () => void (life.isKilled = true) };
    },
    deadletter: (letter) => void letters.push(letter),
    stopOf: (error) => ({ reason_code: "SINK_IO", detail: String(error) }),
    ...more,
  });
  const subscription = role.arrival$.subscribe((draft) => said.push(draft));
  const until = (ms: number) => {
    time.maxFrames = ms;
    time.flush();
    time.frame = ms;
  };
  const last = () => lives.at(-1)!;
  const beat = (seq: number, drift = false) =>
    last().listener.said({ type: "heartbeat", payload: { seq, rows: 0, drift } });
  const prove = () => last().listener.proven([]);
  return { time, role, lives, said, letters, until, last, beat, prove, subscription };
}

/** Each input by a word. */
const words = (said: readonly AiInput[]): readonly string[] =>
  said.map(({ type, ts, payload }) => {
    if (type === "health") return `${payload.state} ${ts}`;
    if (type === "lifecycle") return `${payload.what} ${ts}`;
    return type === "stop_journal" ? `${payload.reason_code} ${ts}` : `${type} ${ts}`;
  });
const healths = (said: readonly AiInput[]) =>
  said.flatMap((draft) => draft.type === "health" ? [draft.payload] : []);
const batches = ({ sent }: Life) =>
  sent.flatMap((line) =>
    line.type === "batch" ? [[line.seq, line.ts, line.events.length, line.dropped]] : []
  );
const event = (n: number) => tradeOf(n, n);
const advice = (model_id: string = UNPROVEN_MODEL): WorkerLine => ({
  type: "recommendation",
  payload: { symbol: "BTCUSDT", horizon_ms: 30_000, p_up: 0.5, model_id },
});

test("AiRole is given what happens step by step, from its proof on", () => {
  const { role, until, last, lives, beat, prove, said } = stage({ step_ms: 1000 });
  role.take(event(1));
  assert.is(lives.length, 0);
  until(1500);
  assert.equal([lives.length, last().sent], [1, []], "it is not proven yet");
  prove();
  role.take(event(2));
  until(2500);
  beat(1);
  until(3500);
  assert.equal(batches(last()), [[1, 2000, 2, 0], [2, 3000, 0, 0]]);
  assert.equal(words(said), ["UP 1500"]);
  assert.is(healths(said)[0]!.detail, "linux_namespaces");
});

test("AiRole leaves no more than two batches unanswered, keeps the rest, and loses the oldest", () => {
  const { role, until, last, beat, prove, said } = stage({ step_ms: 1000, mailbox_max: 3 });
  until(1000);
  prove();
  for (let ms = 2000; ms <= 3500; ms += 500) {
    role.take(event(ms));
    until(ms);
  }
  assert.is(batches(last()).length, 2);
  for (let n = 1; n <= 5; n++) role.take(event(n));
  until(4600);
  assert.is(batches(last()).length, 2, "a third waits");
  beat(1);
  until(5000);
  assert.equal(batches(last()).at(-1), [3, 5000, 3, 3]); // of six that waited
  beat(2);
  beat(3);
  until(6000);
  assert.equal(batches(last()).at(-1), [4, 6000, 0, 0]);
  beat(4);
  assert.equal(words(said), ["UP 1000"]);
});

test("AiRole tells now and then how it does: what was lost, and whether the market has changed", () => {
  const { role, until, beat, prove, said } = stage({ step_ms: 1000, mailbox_max: 3 });
  const live = (fromMs: number, toMs: number, seq: number) => {
    for (let ms = fromMs; ms <= toMs; ms += 1000) {
      until(ms);
      beat(seq++);
    }
    return seq;
  };
  until(1000);
  prove();
  for (let n = 1; n <= 5; n++) role.take(event(n));
  let seq = live(2000, 12_000, 1);
  assert.equal(healths(said).map(({ state, dropped }) => [state, dropped]), [["UP", 0], ["DEGRADED", 2]]);
  assert.match(healths(said)[1]!.detail!, "2 events were lost");
  until(13_000);
  beat(seq++, true);
  until(14_000);
  beat(seq++, true);
  assert.match(healths(said)[2]!.detail!, "the market is no longer");
  assert.is(healths(said).length, 3, "told when it changes");
  seq = live(15_000, 16_000, seq);
  assert.equal(healths(said).slice(3).map(({ state, dropped, uptime_s }) => [state, dropped, uptime_s]), [[
    "UP",
    2,
    14,
  ]]);
});

test("AiRole is down where no answer comes in time, and comes again only where it is asked to", () => {
  const { role, until, last, lives, prove, said } = stage({ step_ms: 1000, answer_timeout_ms: 3000 });
  until(1000);
  prove();
  until(4999);
  assert.is(last().isKilled, false);
  until(5000);
  assert.is(last().isKilled, true);
  assert.equal([words(said), healths(said)[1]!.detail], [
    ["UP 1000", "DOWN 5000"],
    "no answer within 3000 ms",
  ]);
  assert.is(role.uptimeS(5000), null);
  last().listener.said(advice());
  last().listener.ended("killed");
  until(600_000);
  assert.equal([lives.length, said.length], [1, 2], "nobody has asked for it");
  role.restart(false);
  until(601_000);
  assert.is(lives.length, 2);
  assert.equal(words(said).at(-1), "role_restarted 601000");
});

test("AiRole gives each answer its time anew, and no more than that", () => {
  const { until, last, beat, prove } = stage({ step_ms: 1000, answer_timeout_ms: 3000 });
  until(1000);
  prove();
  until(4500); // batches at 2000 and 3000
  beat(1);
  until(7499);
  assert.is(last().isKilled, false);
  until(7500);
  assert.is(last().isKilled, true);
});

test("AiRole is down where it does not begin in time", () => {
  const { until, last, said, prove } = stage({ step_ms: 1000, start_timeout_ms: 2000 });
  until(3000);
  assert.equal([healths(said)[0]!.detail, last().isKilled], ["it has not begun within 2000 ms", true]);
  prove();
  assert.is(said.length, 1, "it is too late");
});

test("AiRole waits twice as long before each restart, up to the most", () => {
  const { role, until, lives, said, last } = stage({
    step_ms: 10,
    restarts: { limit: 9, first_ms: 1000, most_ms: 5000 },
  });
  const waits: number[] = [];
  until(10);
  for (let i = 1, ms = 10; i <= 5; i++) {
    last().listener.ended("gone");
    role.restart(false);
    const before = ms;
    while (lives.length === i) until(ms += 10);
    waits.push(ms - before);
  }
  assert.equal(waits, [1000, 2000, 4000, 5000, 5000]);
  assert.equal(
    said.flatMap(({ type, payload }) => type === "lifecycle" ? [payload.detail] : []).at(-1),
    "ai_role: restart 5",
  );
});

test("AiRole stays off where the watchdog has given it up", () => {
  const { role, until, lives, said, last, prove } = stage({ step_ms: 1000 });
  until(1000);
  prove();
  last().listener.ended("gone");
  role.restart(true);
  role.take(event(1));
  until(1_000_000);
  assert.equal([lives.length, words(said)], [1, ["UP 1000", "DOWN 1000"]]);
  assert.is(healths(said)[1]!.detail, "its process has ended: gone");
});

const DENIAL = { codes: ["AI_ORDER"] } as unknown as PolicyDenial;
const RAW = new Uint8Array([1]);

test("AiRole stops the night for a violation, once, with the evidence", () => {
  const { until, last, said, letters, prove, role } = stage({ step_ms: 1000 });
  until(1000);
  prove();
  last().listener.violated({ detail: "an order", raw: RAW, denial: DENIAL });
  assert.equal(words(said), ["UP 1000", "policy_denial 1000", "AI_BOUNDARY 1000"]);
  assert.equal(letters.map(({ queue, reason_code, detail, raw }) => [queue, reason_code, detail, raw]), [
    ["recommendations", "AI_BOUNDARY", "an order", RAW],
  ]);
  assert.is(last().isKilled, true);
  last().listener.violated({ detail: "more", raw: RAW, denial: DENIAL });
  last().listener.ended("killed");
  role.restart(false);
  until(100_000);
  assert.equal([said.length, letters.length], [3, 1]);
});

test("AiRole under quarantine is down for a violation, and comes again", () => {
  const { until, last, said, letters, prove, role, lives } = stage({
    step_ms: 1000,
    on_violation: "quarantine",
  });
  until(1000);
  prove();
  last().listener.violated({ detail: "an order", raw: RAW, denial: DENIAL });
  assert.equal(words(said), ["UP 1000", "policy_denial 1000", "DOWN 1000"]);
  assert.equal([healths(said)[1]!.detail, letters.length], ["AI_BOUNDARY: an order", 1]);
  role.restart(false);
  until(3000);
  assert.is(lives.length, 2);
});

const WRONG: readonly (readonly [string, (role: ReturnType<typeof stage>) => void])[] = [
  [
    "its isolation leaks: tcp worked; dns worked",
    ({ last }) => last().listener.proven(["tcp worked", "dns worked"]),
  ],
  ["recommendation that nobody has asked for", ({ prove, last }) => {
    prove();
    last().listener.said(advice());
  }],
  ["heartbeat of batch 2, expected 1", ({ prove, until, beat }) => {
    prove();
    until(2000);
    beat(2);
  }],
  ["advice by model_x, which it was not given", ({ prove, until, last }) => {
    prove();
    until(2000);
    last().listener.said(advice("model_x"));
  }],
];
for (const [detail, act] of WRONG) {
  test(`AiRole stops the night: ${detail}`, () => {
    const on = stage({ step_ms: 1000 });
    on.until(1000);
    act(on);
    const stops = on.said.flatMap(({ type, payload }) => type === "stop_journal" ? [payload] : []);
    assert.equal(stops, [{ component: "ai_role", reason_code: "AI_BOUNDARY", detail, origin: "input" }]);
    assert.equal([on.letters, on.last().isKilled], [[], true]);
  });
}

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

test("AiRole says for how long it is up, also when the night is over", async () => {
  const { role, until, prove, last } = stage({ step_ms: 1000 });
  assert.is(role.uptimeS(500), null);
  until(1000);
  prove();
  assert.is(role.uptimeS(3500), 2.5);
  assert.is(role.uptimeS(0), 0);
  let isClosed = false;
  const closed = role.close().then(() => isClosed = true);
  assert.equal([last().isKilled, role.uptimeS(3500)], [true, 2.5]);
  await Promise.resolve();
  assert.is(isClosed, false, "its process is not gone yet");
  last().listener.ended("killed");
  await closed;
});

test("AiRole without a process is closed at once", async () => {
  const { role, said } = stage();
  await role.close();
  assert.equal(said, []);
});

test("AiRole says nothing once nobody listens, and steps no more", () => {
  const { until, lives, subscription } = stage({ step_ms: 1000 });
  subscription.unsubscribe();
  until(10_000);
  assert.is(lives.length, 0);
});

test("AiRole steps faster where time does, though not without end", () => {
  const on = stage({ step_ms: 1000 }, { speed: 10 });
  on.until(100);
  assert.is(on.lives.length, 1);
  const most = stage({ step_ms: 1000 }, { speed: 1e9 });
  most.until(9);
  assert.is(most.lives.length, 0);
  most.until(10);
  assert.is(most.lives.length, 1);
});

/** In virtual time: its steps stand in the agenda. */
function virtualStage(ai: Partial<AiConfig> = {}, more: Partial<AiRoleOptions> = {}) {
  const on = stage({ step_ms: 1000, ...ai }, { isVirtual: true, ...more });
  return { ...on, agenda: on.role.agenda()! };
}

test("AiRole in real time has no agenda, in virtual time nothing arrives by itself", () => {
  assert.is(stage().role.agenda(), null);
  const { until, lives, said } = virtualStage();
  until(100_000);
  assert.equal([lives.length, said.length], [0, 0]);
});

test("AiRole in virtual time waits with each step for the answer to the one before", () => {
  const { agenda, last, beat, prove } = virtualStage();
  const called: string[] = [];
  const isReady = (name: string) => agenda.isReady!(() => called.push(name));
  assert.equal([agenda.nextTs, isReady("a"), agenda.take(0)], [0, true, []]);
  assert.equal([agenda.nextTs, isReady("b")], [1000, false]);
  prove();
  assert.equal(called, ["b"]);
  assert.is(isReady("c"), true);
  assert.equal(words(agenda.take(1000) as readonly AiInput[]), ["UP 1000"]);
  assert.is(isReady("d"), false);
  last().listener.said(advice());
  assert.equal(called, ["b"]);
  beat(1);
  assert.equal(called, ["b", "d"], "once");
  assert.equal(words(agenda.take(2000) as readonly AiInput[]), ["recommendation 2000"]);
  assert.is(isReady("e"), false);
});

test("AiRole in virtual time ends with its last word", () => {
  const { agenda, last } = virtualStage();
  agenda.take(0);
  let calls = 0;
  agenda.isReady!(() => calls++);
  last().listener.violated({ detail: "an order", raw: RAW, denial: null });
  assert.equal([calls, agenda.nextTs], [1, 1000], "it has something to say");
  assert.equal(words(agenda.take(1000) as readonly AiInput[]), ["AI_BOUNDARY 1000"]);
  assert.is(agenda.nextTs, Infinity);
});

test("AiRole in virtual time waits for nobody who is down, and does not look at the shelf", () => {
  const learning = learningOf({ lookAtShelf: () => newsOf("rolled_back") });
  const { agenda, last, role, prove, beat } = virtualStage({}, { learning, clock: { now: () => 20_000 } });
  agenda.take(0);
  prove();
  agenda.take(20_000);
  beat(1);
  assert.equal(last().sent.map(({ type }) => type), ["batch"]);
  last().listener.ended("gone");
  assert.is(agenda.isReady!(() => {}), true);
  assert.equal(words(agenda.take(21_000) as readonly AiInput[]), ["UP 21000", "DOWN 21000"].slice(1));
  role.restart(true);
  assert.is(agenda.nextTs, Infinity);
});

test.run();
