import { test } from "uvu";
import * as assert from "uvu/assert";
import { PROBE_ATTEMPTS, type WorkerLine } from "../../src/core/ai_mail.ts";
import type { Event, EventType, Health } from "../../src/core/event.ts";
import {
  type Advising,
  type AdvisingNight,
  advisingNight as anyNight,
  realWorker,
} from "../support/advising_night.ts";
import { DENIED, type FakeWorker, steadyWorker } from "../support/fake_worker.ts";
import { FlatTime } from "../support/flat_time.ts";
import { hostileLines } from "../support/hostile_lines.ts";
import { eventsOf } from "../support/night_events.ts";
import { linesOf } from "../support/open_journal.ts";
import { replaysWhole } from "../support/replayed.ts";
import { verifyInMemory } from "../support/verify_in_memory.ts";

/** Whole nights beside an AI process that advises, lies, floods or dies: what trades does not notice. */

const SEED = 14; // its first snapshot passes the gate
const advisingNight = (sets: readonly string[], advising: Advising | null = {}): Promise<AdvisingNight> =>
  anyNight(sets, advising, { seed: SEED });

const FOR_THE_AI: readonly EventType[] = [
  ...["health", "lifecycle", "policy_denial", "recommendation", "feature_pack"] as const,
];

const all = ({ files, runFolder }: AdvisingNight): readonly Event[] => eventsOf(files, runFolder);
const ofType = <T extends EventType>(night: AdvisingNight, wanted: T): readonly Event<T>[] =>
  all(night).filter(({ type }) => type === wanted) as readonly unknown[] as readonly Event<T>[];
const aiHealth = (night: AdvisingNight): readonly Health[] =>
  ofType(night, "health").map(({ payload }) => payload).filter(({ role }) => role === "ai_role");

/** All of the log that is not about the AI, but for ids and causes: what it says moves the numbers. */
function withoutAi(night: AdvisingNight): readonly string[] {
  return all(night).filter(({ type }) => !FOR_THE_AI.includes(type)).map(({ type, source, ts, payload }) => {
    const { cause: _, ...rest } = payload as typeof payload & { readonly cause?: string };
    return JSON.stringify({ type, source, ts, payload: rest });
  });
}

/** Path in the run → bytes as text. */
function queuesOf({ files, runFolder }: AdvisingNight): readonly (readonly [string, string])[] {
  return [...files.contents.keys()].filter((path) => path.startsWith(`${runFolder}/queues/`)).sort()
    .map((path) => [path, files.text(path)]);
}

async function provesWhole(night: AdvisingNight): Promise<void> {
  const { findings, complete } = verifyInMemory(night);
  assert.equal([findings.problems, complete], [[], true]);
  await replaysWhole(night);
}

const off = await advisingNight([], null);
const advised = await advisingNight([]);

test("a night in shadow trades as one without AI: the same, in the same order, at the same times", () => {
  const bare = withoutAi(off);
  assert.equal(withoutAi(advised), bare);
  const count = (wanted: EventType) => ofType(off, wanted).length;
  for (const type of ["signal", "risk_action", "order_intent", "order_result", "fill"] as const) {
    assert.ok(count(type) >= 10, `${type}: ${count(type)}`);
  }
  assert.ok(ofType(advised, "recommendation").length > 200);
  assert.is(ofType(off, "recommendation").length, 0);
});

test("two nights with AI and the same seed have the same queues, byte for byte", async () => {
  assert.equal(queuesOf(await advisingNight([])), queuesOf(advised));
});

test("a night with AI has the same queues in whatever order its answers come behind one another", async () => {
  const later = (work: () => void) => void Promise.resolve().then(() => {}).then(() => {}).then(work);
  assert.equal(queuesOf(await advisingNight([], { later })), queuesOf(advised));
  const macro = (work: () => void) => void setTimeout(work);
  const flags = ["duration_ms=20000"];
  const [slow, fast] = await Promise.all([{ later: macro }, {}].map((how) => advisingNight(flags, how)));
  assert.equal(queuesOf(slow!), queuesOf(fast!));
});

test("a night trains, lets a snapshot advise that passes the gate, is verified and replays exactly", async () => {
  const news = aiHealth(advised).flatMap(({ snapshot }) => snapshot ?? []);
  assert.equal(news.map(({ what, n }) => `${what} ${n}`), ["trained 1", "activated 1", "trained 2"]);
  const ids = new Set(ofType(advised, "recommendation").map(({ payload }) => payload.model_id));
  assert.equal([...ids], ["online", `model_${news[1]!.model_sha256!.slice(0, 16)}`]);
  await provesWhole(advised);
  const kept = [...advised.files.contents.keys()].filter((path) =>
    path.startsWith(`${advised.runFolder}/ai/`)
  );
  assert.is(kept.length, 1 + 2 + ofType(advised, "feature_pack").length);
  for (const path of kept) {
    const files = advised.files.afterPowerLoss();
    files.contents.set(path, new TextEncoder().encode("[]"));
    assert.is.not(verifyInMemory(advised, files).findings.problems.length, 0, path);
  }
});

/** Each life begins where the one before it stopped, and writes twenty lines in answer to its first batch. */
function hostileWorkers(): { readonly written: Uint8Array[]; readonly worker: () => FakeWorker } {
  const lines = hostileLines(2000);
  const written: Uint8Array[] = [];
  return {
    written,
    worker: () =>
      steadyWorker(() => {
        const some = Array.from({ length: 20 }, () => lines.next().value).filter((line) =>
          line !== undefined
        );
        written.push(...some);
        return some;
      }),
  };
}

const UNTIRING = ["ai.step_ms=100", "ai.restarts={limit: 1000, first_ms: 10, most_ms: 10}"];

test("of 2,000 hostile lines none reaches a queue, and a night under quarantine trades on", async () => {
  const { written, worker } = hostileWorkers();
  const night = await advisingNight(["ai.on_violation=quarantine", ...UNTIRING], { workers: [worker] });
  assert.is(night.verdict, "PASS");
  assert.is(written.length, 2000);
  assert.equal(withoutAi(night), withoutAi(off));
  assert.equal([ofType(night, "recommendation").length, ofType(night, "feature_pack").length], [0, 0]);
  for (const { payload } of ofType(night, "policy_denial")) assert.is(payload.denied_type, "ai_message");
  const letters = linesOf(night.files, `${night.runFolder}/queues/recommendations`, "deadletter");
  assert.ok(letters.length > 90, String(letters.length)); // of each life the first; an empty one leaves no evidence
  const downs = aiHealth(night).filter(({ state, origin }) => state === "DOWN" && origin === "input");
  assert.ok(downs.length >= 100, String(downs.length));
  for (const { detail } of downs) assert.match(detail!, /^AI_BOUNDARY: /);
  await provesWhole(night);
});

test("the first hostile line stops a night, once, where the night is to stop", async () => {
  const { worker } = hostileWorkers();
  const night = await advisingNight([], { workers: [worker] });
  assert.equal([night.verdict, night.stop!.reason_code], ["STOPPED", "AI_BOUNDARY"]);
  const stops = ofType(night, "stop_journal").map(({ payload }) => [payload.component, payload.reason_code]);
  assert.equal(stops, [["ai_role", "AI_BOUNDARY"]]);
  assert.is(ofType(night, "policy_denial").length, 1);
  assert.is(linesOf(night.files, `${night.runFolder}/queues/recommendations`, "deadletter").length, 1);
  await provesWhole(night);
});

test("a leak of the boundary stops a night", async () => {
  const attempts = DENIED.map((attempt) => ({ ...attempt, succeeded: attempt.name === PROBE_ATTEMPTS[2] }));
  const leaking = (): FakeWorker => ({ answer: () => [{ type: "probe_result", payload: { attempts } }] });
  const night = await advisingNight([], { workers: [leaking] });
  assert.equal([night.verdict, night.stop!.reason_code], ["STOPPED", "AI_BOUNDARY"]);
  assert.match(night.stop!.detail, /^its isolation leaks: tcp worked/);
});

/** Lets the deadline pass, and none that is set then: in virtual time nobody else does. */
function miss(scheduler: FlatTime): void {
  scheduler.maxFrames = scheduler.nextMs;
  scheduler.flush();
}

const RESTARTS = ["ai.restarts={limit: 2, first_ms: 1000, most_ms: 60000}"];

test("a worker that never answers is given up after its restarts, and the night trades on", async () => {
  const scheduler = new FlatTime();
  const silent = (): FakeWorker => {
    const steady = realWorker();
    return {
      answer(line): readonly WorkerLine[] {
        if (line.type !== "batch" || line.seq < 5) return steady.answer(line) as readonly WorkerLine[];
        miss(scheduler);
        return [];
      },
    };
  };
  const night = await advisingNight(RESTARTS, { workers: [silent], scheduler });
  assert.equal(withoutAi(night), withoutAi(off));
  const told = aiHealth(night).filter(({ state }) => state === "DOWN");
  const input = told.filter(({ origin }) => origin === "input").map(({ detail }) => detail);
  assert.equal(input, Array(3).fill("no answer within 3000 ms"));
  assert.equal(told.filter(({ origin }) => origin === "derived").map(({ off }) => off ?? false), [
    false,
    false,
    true,
  ]);
  const restarts = ofType(night, "lifecycle").filter(({ payload: { what } }) => what === "role_restarted");
  assert.equal(restarts.map(({ payload }) => payload.detail), ["ai_role: restart 1", "ai_role: restart 2"]);
  await provesWhole(night);
});

test("a worker that does not even begin, or dies in the middle of an answer, does not hold up the night", async () => {
  const scheduler = new FlatTime();
  const unborn = (): FakeWorker => ({
    answer() {
      miss(scheduler);
      return [];
    },
  });
  const dying = (): FakeWorker => {
    const worker = steadyWorker();
    return {
      answer(line) {
        if (line.type === "batch") miss(scheduler);
        return worker.answer(line);
      },
    };
  };
  const night = await advisingNight(RESTARTS, { workers: [unborn, dying, unborn], scheduler });
  assert.equal(withoutAi(night), withoutAi(off));
  const said = aiHealth(night).filter(({ state, origin }) => state === "DOWN" && origin === "input");
  assert.equal(said.map(({ detail }) => detail), [
    "it has not begun within 10000 ms",
    "no answer within 3000 ms",
    "it has not begun within 10000 ms",
  ]);
});

test.run();
