import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type Adviser,
  type AdviserMeans,
  missedText,
  NO_ADVISER,
  openAdviser,
} from "../../src/commands/adviser.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { type Boundary, findBoundary, WORKER_PATH } from "../../src/edge/ai_boundary.ts";
import { virtualClock } from "../../src/edge/clocks.ts";
import { AiStore } from "../../src/sinks/ai_store.ts";
import type { AiInput } from "../../src/streams/ai/ai_drafts.ts";
import { FEATURES_VERSION } from "../../src/streams/ai/ai_rows.ts";
import { isModel, trainModel } from "../../src/streams/ai/train_model.ts";
import { madeUpRows } from "../support/ai_rows.ts";
import { DENIED, fakeStarter, type FakeWorker, PROBED, steadyWorker } from "../support/fake_worker.ts";
import { type MemoryFiles, memoryFiles, systemError } from "../support/memory_files.ts";
import { configWith } from "../support/repo_config.ts";
import { openRepoGate } from "../support/repo_policy.ts";

const gate = await openRepoGate();
const BOUNDARY: Boundary = {
  name: "linux_namespaces",
  isolation: "user_namespaces",
  runtime: { name: "node", version: "20.20.2", path: "/node" } as unknown as Boundary["runtime"],
  programPath: WORKER_PATH,
  detail: "as a test has it",
};
const TARGETS = {
  tcp_port: 1,
  udp_port: 2,
  unix_path: "/u",
  read_path: "/r",
  write_folder: "/w",
  host_pid: 3,
};

function meansOf(workers: readonly (() => FakeWorker)[], more: Partial<AdviserMeans> = {}) {
  const starter = fakeStarter(workers);
  const means: AdviserMeans = {
    findBoundary: () => Promise.resolve({ boundary: BOUNDARY, missed: [], todo: null }),
    starterOf: () => starter,
    openTargets: () =>
      Promise.resolve({
        targets: TARGETS,
        arrived: () => Promise.resolve([]),
        close: () => Promise.resolve(),
      }),
    ...more,
  };
  return { means, starter };
}

function openWith(
  flags: readonly string[],
  means: AdviserMeans,
  files: MemoryFiles = memoryFiles(),
): Promise<Adviser> {
  return openAdviser(configWith(flags), { gate, files, varFolder: "/var" }, means);
}

const unused = meansOf([], { findBoundary: () => Promise.reject(new Error("it was asked for")) }).means;

test("openAdviser() is off where it is not wanted, and nobody misses it", async () => {
  for (
    const [flag, text] of [
      ["ai.enabled=false", "off: ai.enabled is false"],
      ["ai.boundary=off", "off: ai.boundary is off"],
    ] as const
  ) {
    const adviser = await openWith([flag], unused);
    assert.equal([adviser.text, adviser.runAi, adviser.problem, missedText(adviser)], [
      text,
      null,
      null,
      null,
    ]);
    assert.is(adviser.open(NIGHT()), null);
    adviser.close();
  }
  assert.is(NO_ADVISER.text, "off");
});

/** A night that has just been opened; `kept` is what the run keeps. */
function NIGHT(more: { readonly isVirtual?: boolean } = {}) {
  const clock = virtualClock(0);
  const kept: string[] = [];
  const letters: unknown[] = [];
  const setTs = (ts: number) => clock.set(ts);
  return {
    plan: {
      runId: "20261121_220000",
      pace: { clock, speed: 1, ...(more.isVirtual === false ? {} : { setTs }) },
    },
    startTs: 0,
    journal: { deadletter: (letter: unknown) => void letters.push(letter) },
    keepAiFile: (kind: string) => {
      kept.push(kind);
      return "";
    },
    kept,
    letters,
  };
}

const nowhere = (todo: string | null) =>
  meansOf([], { findBoundary: () => Promise.resolve({ boundary: null, missed: ["a: no", "b: no"], todo }) })
    .means;

test("openAdviser() is off and missed where nothing denies it the network", async () => {
  const adviser = await openWith([], nowhere("install more"));
  const why = "nothing here denies it the network: a: no; b: no; install more";
  assert.equal([adviser.text, adviser.problem, missedText(adviser)], [`OFF: ${why}`, null, `OFF: ${why}`]);
});

test("openAdviser() refuses the night there where a boundary is required", async () => {
  const { problem, isMissed } = await openWith(["ai.boundary=required"], nowhere(null));
  assert.equal([isMissed, problem], [true, {
    component: "ai_role",
    reason_code: "AI_BOUNDARY",
    detail: "ai.boundary is required: nothing here denies it the network: a: no; b: no",
  }]);
});

test("openAdviser() refuses the night where the boundary leaks, whatever is required", async () => {
  const attempts = DENIED.map((attempt) => ({ ...attempt, succeeded: attempt.name === "tcp" }));
  const leaking = (): FakeWorker => ({ answer: () => [{ type: "probe_result", payload: { attempts } }] });
  for (const boundary of ["auto", "required"]) {
    const { problem, runAi, text } = await openWith([`ai.boundary=${boundary}`], meansOf([leaking]).means);
    const detail = "its isolation leaks: tcp worked: denied";
    assert.equal([problem, runAi, text], [
      { component: "ai_role", reason_code: "AI_BOUNDARY", detail },
      null,
      detail,
    ]);
  }
});

test("openAdviser() refuses the night where it speaks of an order before its night", async () => {
  const hostile = (): FakeWorker => ({ answer: () => [new TextEncoder().encode('{"type":"order_intent"}')] });
  const { problem } = await openWith([], meansOf([hostile]).means);
  assert.is(problem!.detail, 'type "order_intent", expected one of five');
});

test("openAdviser() is off where its process does not come to life; required refuses the night", async () => {
  const broken = meansOf([], { openTargets: () => Promise.reject(new Error("EMFILE")) }).means;
  const why = "its process has ended: nothing could be set up that it may try: EMFILE";
  const auto = await openWith([], broken);
  assert.equal([auto.text, auto.problem, auto.isMissed], [`OFF: ${why}`, null, true]);
  const required = await openWith(["ai.boundary=required"], broken);
  assert.is(required.problem!.detail, `ai.boundary is required: ${why}`);
});

test("openAdviser() gives one that is proven, by name of what shuts it in", async () => {
  const { means, starter } = meansOf([() => steadyWorker()]);
  const adviser = await openWith([], means);
  assert.is(adviser.text, "shadow, in linux_namespaces (as a test has it); no snapshot is proven yet");
  assert.equal([adviser.problem, adviser.isMissed, adviser.runAi!.boundary, adviser.runAi!.active], [
    null,
    false,
    "linux_namespaces",
    null,
  ]);
  assert.ok(adviser.runAi!.worker.length > 10_000);
  const night = NIGHT();
  const role = adviser.open(night)!;
  assert.equal([role.agenda()!.take(0), night.kept], [[], []]);
  await Promise.resolve();
  assert.is(role.agenda()!.isReady!(() => {}), true);
  assert.is(starter.started.length, 1, "the one that was proven");
  await role.close();
});

const ROWS = madeUpRows({ seed: 1, count: 200, lean: 0.4 });

test("openAdviser() begins with the snapshot that is active, and keeps its model in the run", async () => {
  const files = memoryFiles();
  const { ai: { horizon_ms }, symbols } = configWith();
  const model = trainModel(ROWS, horizon_ms);
  const store = new AiStore(files, "/var", { isModel, keptMax: 9 });
  store.pointer();
  const from = { created_ts: 1, run_id: "20261121_220000", symbols, features: FEATURES_VERSION };
  store.keep({ ...from, source: "embedded", rows: ROWS, model });
  store.activate(1, { ts: 1, reason: "by hand" });
  const heard: unknown[] = [];
  const listening = (): FakeWorker => ({
    answer(line) {
      if (line.type === "begin") heard.push(line.task.model);
      return [PROBED];
    },
  });
  const adviser = await openWith(["ai.advice=filter"], meansOf([listening]).means, files);
  assert.is(adviser.text, "filter, in linux_namespaces (as a test has it); snapshot 1 advises");
  const modelSha256 = sha256Hex(JSON.stringify(model));
  assert.equal([adviser.runAi!.active, heard], [{ n: 1, model, modelSha256 }, [model]]);
  const night = NIGHT();
  await adviser.open(night)!.close();
  assert.equal(night.kept, ["model"]);
  adviser.close();
  const other = await openWith(["ai.horizon_ms=5000"], meansOf([listening]).means, files);
  assert.match(
    other.text,
    /no snapshot is proven yet; snapshot 1 is not used: it was made for horizon_ms 30000/,
  );
  other.close();
});

test("openAdviser() kills the process of a night that did not begin", async () => {
  const { means, starter } = meansOf([() => steadyWorker()]);
  const adviser = await openWith([], means);
  let reason = "";
  const { ended } = starter.started[0]!;
  starter.started[0]!.ended = (why) => {
    reason = why;
    ended(why);
  };
  adviser.close();
  await new Promise<void>((resolve) => setTimeout(resolve));
  assert.is(reason, "killed");
});

const PACK = {
  name: "direction",
  version: "1",
  rows: 1,
  content_sha256: sha256Hex(JSON.stringify([ROWS[0]])),
};

for (
  const [what, error, said] of [
    ["the disk takes no more", systemError("ENOSPC"), ["DISK_FULL", /ENOSPC/]],
    ["it fails", new Error("broken"), ["ROLE_DEAD", /broken/]],
    ["it fails with what is no error", "broken", ["ROLE_DEAD", /^broken$/]],
  ] as const
) {
  test(`a night whose adviser has told what cannot be kept stops: ${what}`, async () => {
    const telling = () => steadyWorker(() => [{ type: "feature_pack", payload: PACK, rows: [ROWS[0]!] }]);
    const adviser = await openWith([], meansOf([telling]).means);
    const night = NIGHT();
    const role = adviser.open({
      ...night,
      keepAiFile() {
        throw error;
      },
    })!;
    const agenda = role.agenda()!;
    const told: AiInput[] = [];
    for (let ts = 0; ts < 5000; ts += 1000) {
      night.plan.pace.clock.set(ts);
      told.push(...agenda.take(ts) as readonly AiInput[]);
      await new Promise<void>((resolve) => setTimeout(resolve));
    }
    const [stop, ...more] = told.flatMap(({ type, payload }) => type === "stop_journal" ? [payload] : []);
    assert.is(more.length, 0);
    assert.is(stop!.reason_code, said[0]);
    assert.match(stop!.detail, said[1]);
  });
}

test("a night whose adviser dies begins another one, and keeps as evidence what it may not say", async () => {
  const hostile = () => steadyWorker(() => [new TextEncoder().encode('{"type":"order_intent"}')]);
  const { means, starter } = meansOf([hostile]);
  const adviser = await openWith(["ai.on_violation=quarantine"], means);
  const night = NIGHT({ isVirtual: true });
  const role = adviser.open(night)!;
  const agenda = role.agenda()!;
  for (let ts = 0; ts < 8000; ts += 1000) {
    night.plan.pace.clock.set(ts);
    for (const { type, payload } of agenda.take(ts) as readonly AiInput[]) {
      if (type === "health" && payload.state === "DOWN") role.restart(false);
    }
    await new Promise<void>((resolve) => setTimeout(resolve));
  }
  assert.equal([starter.started.length > 1, night.letters.length > 1], [true, true]);
  await role.close();
});

const { boundary: here } = await findBoundary();

(here === null ? test.skip : test)("openAdviser() starts, proves and closes the real one", async () => {
  const adviser = await openAdviser(configWith(["ai.boundary=required", "ai.start_timeout_ms=60000"]), {
    gate,
    files: memoryFiles(),
    varFolder: "/var",
  });
  assert.is(adviser.problem, null, adviser.text);
  assert.is(adviser.runAi!.boundary, here!.name);
  const role = adviser.open(NIGHT({ isVirtual: false }))!;
  await role.close(); // it has not begun yet: the process is still the adviser's own
  adviser.close();
});

test.run();
