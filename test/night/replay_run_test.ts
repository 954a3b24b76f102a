import { concat, map, NEVER, timer, VirtualTimeScheduler } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event } from "../../src/core/event.ts";
import { formatLine } from "../../src/core/journal_line.ts";
import type { PolicyGate } from "../../src/core/ports.ts";
import type { OpenRun } from "../../src/night/open_run.ts";
import { crashedNight, diskOf } from "../support/crashed_nights.ts";
import { type MemoryFiles, memoryFiles, systemError } from "../support/memory_files.ts";
import { command, eventsOf, onceAt } from "../support/night_events.ts";
import { nightToReplay } from "../support/night_to_replay.ts";
import { replayed, replaysWhole } from "../support/replayed.ts";
import { configWith } from "../support/repo_config.ts";
import { SHORT_NIGHT } from "../support/short_night.ts";
import { SIM_START_TS, simNight } from "../support/sim_night.ts";

const busy = await nightToReplay([]);
const events = eventsOf(busy.files, busy.runFolder);

test("replayRun() gives every event of a night again, and asks only for its inputs", async () => {
  const seen: number[] = [];
  const { events: count, inputs } = await replaysWhole({
    ...busy,
    onProgress: (events) => seen.push(events),
  });
  assert.is(count, events.length);
  const isInput = ({ payload }: Event) => (payload as { readonly cause?: string }).cause === undefined;
  assert.is(inputs, events.filter(isInput).length);
  assert.ok(events.some(({ type }) => type === "fill"), "it traded");
  assert.equal(seen, []);
});

test("replayRun() writes nothing", async () => {
  const files = diskOf(busy.files.contents);
  await replaysWhole({ ...busy, files });
  assert.equal(files.calls, []);
});

const STOPPED: readonly (readonly [what: string, code: string, sets: readonly string[]])[] = [
  ["its drawdown", "RISK_DRAWDOWN", ["risk.drawdown.limit=0.000001"]],
  ["its rate of trades", "RISK_TRADE_RATE", [
    "risk.trade_rate.limit=1",
    "risk.trade_rate.action=STOP",
    "risk.cooldown.after_loss_ms=0",
  ]],
];

for (const [what, code, sets] of STOPPED) {
  test(`replayRun() gives a night again that ${what} has stopped`, async () => {
    const night = await nightToReplay(sets);
    assert.is(night.stop?.reason_code, code);
    await replaysWhole(night);
  });
}

test("replayRun() gives a night again that an operator has stopped, and counts nothing of what was refused", async () => {
  const agenda = onceAt(SIM_START_TS + 1700, (ts) => command("stop", "enough", ts));
  const night = await nightToReplay([], { operator$: NEVER, agenda });
  assert.is(night.stop?.reason_code, "OPERATOR");
  await replaysWhole(night);
});

test("replayRun() gives a night again that could not begin", async () => {
  const startProblem = {
    component: "secrets_guard",
    reason_code: "SECRET_FOUND",
    detail: "in the environment",
  };
  const night = await nightToReplay([], { startProblem });
  assert.is(night.stop?.reason_code, "SECRET_FOUND");
  assert.is((await replaysWhole(night)).events, eventsOf(night.files, night.runFolder).length);
});

test("replayRun() gives a night again that its disk has stopped between two inputs", async () => {
  const scheduler = new VirtualTimeScheduler(undefined, 1_000_000);
  const clock = { now: () => SIM_START_TS + scheduler.now() };
  const files = memoryFiles();
  let isFull = true;
  files.fault = (call, path) => {
    if (!isFull || call !== "write" || !path.endsWith("/operator_commands/inbox.jsonl")) return;
    isFull = false;
    throw systemError("ENOSPC");
  };
  const note$ = timer(110, scheduler).pipe(map(() => command("note", "still here")));
  const silent = { nextTs: SIM_START_TS + 3_600_000, take: () => [] };
  const night = await simNight({
    config: configWith(SHORT_NIGHT),
    files,
    pace: { clock, speed: 1, scheduler },
    agenda: silent,
    operator$: concat(note$, NEVER),
    onStarted: () => scheduler.flush(),
  });
  assert.is(night.stop?.reason_code, "DISK_FULL");
  await replaysWhole(night);
});

/** Denies the orders of the odd numbers, and quotes something of them. */
function denying(gate: PolicyGate): PolicyGate {
  return {
    policySha256: gate.policySha256,
    decide(entrypoint, draft) {
      const isOdd = draft.type === "order_intent" && /[13579]$/.test(draft.payload.client_order_id);
      return isOdd
        ? { allow: false, codes: ["ODD"], input: { ts: draft.ts } }
        : gate.decide(entrypoint, draft);
    },
  };
}

test("replayRun() gives a policy's denials again, with what they quote", async () => {
  const gates: PolicyGate[] = [];
  const onOpened = (run: OpenRun) => {
    gates.push(denying(run.gate));
    return { ...run, gate: gates[0]! };
  };
  const night = await nightToReplay([], { onOpened });
  const denials = eventsOf(night.files, night.runFolder).filter(({ type }) => type === "policy_denial");
  assert.ok(denials.length > 0);
  await replaysWhole({ ...night, gate: gates[0]! });
  const { difference } = await replayed(night);
  assert.equal([difference?.field, difference?.recorded, difference?.replayed], [
    "type",
    "policy_denial",
    "order_intent",
  ]);
});

const policyNight = await nightToReplay(['symbols=["BTCUSDT"]', "duration_ms=3000"], {
  agenda: onceAt(SIM_START_TS + 500, (ts) => ({
    type: "market_tick",
    source: "market_role",
    ts,
    cause: null,
    payload: {
      venue: "elsewhere",
      symbol: "BTCUSDT",
      price: "1",
      price_source: "elsewhere",
      kind: "trade",
      event_ts: ts,
      qty: "1",
      trade_id: 1,
    },
  })),
});

test("replayRun() takes the denial of an input for the input that it is, by the run's own policy", async () => {
  const [denial] = eventsOf(policyNight.files, policyNight.runFolder).filter((event) =>
    event.type === "policy_denial"
  ) as Event<"policy_denial">[];
  assert.is(denial?.payload.origin, "input");
  await replaysWhole(policyNight);
});

const short = await crashedNight({}, () => false);

/** As if nothing had been written behind the first so many events, anchors aside. */
function diskWith(count: number, anchored = -1): MemoryFiles {
  const disk = diskOf(short.night.files.contents);
  const ids = new Set(short.events.slice(0, count).map(({ id }) => id));
  for (const path of disk.contents.keys()) {
    const keep = (isKept: (value: { readonly id: string; readonly last: number }) => boolean) => {
      const lines = disk.text(path).split("\n").filter((line) =>
        line !== "" && isKept(JSON.parse(line.slice(72)))
      );
      disk.contents.set(path, new TextEncoder().encode(lines.map((line) => line + "\n").join("")));
    };
    if (/\/inbox\.(?:\d{6}\.)?jsonl$/.test(path)) keep(({ id }) => ids.has(id));
    if (path.endsWith("/audit/anchors.jsonl")) keep(({ last }) => last <= anchored);
  }
  return disk;
}

test("replayRun() of a run that was cut short goes up to its last whole turn, wherever it ends", async () => {
  const { night: { runFolder }, gate, events, turnEnds } = short;
  for (let count = 0; count <= events.length; count++) {
    const cut = { files: diskWith(count), runFolder, gate, isComplete: false };
    const replay = await replayed(cut);
    const whole = turnEnds.findLast((end) => end <= count)!;
    assert.equal(replay.difference, null, `of ${count}`);
    assert.equal([replay.events, replay.cutEvents], [whole, count - whole], `of ${count}`);
  }
});

/** As if the last anchor had come behind this event. */
function anchorAt(files: MemoryFiles, last: number): void {
  const line = formatLine(JSON.stringify({ last }));
  files.contents.set(`${short.night.runFolder}/audit/anchors.jsonl`, new TextEncoder().encode(line));
}

test("replayRun() misses the end of a turn where the run is complete, or an anchor says that it is whole", async () => {
  const { night: { runFolder }, gate, events, turnEnds } = short;
  const count = turnEnds.findLast((end) => events[end - 1]!.type === "order_result")! - 1;
  const last = count - 1;
  for (const [isComplete, anchored] of [[true, -1], [false, last]] as const) {
    const files = diskWith(count, anchored);
    if (anchored === last) anchorAt(files, last);
    const { difference } = await replayed({ files, runFolder, gate, isComplete });
    assert.ok(difference !== null && "n" in difference);
    assert.equal([difference.n, difference.kind, difference.type], [count, "one more", "order_result"]);
  }
});

function failingAt(type: Event["type"]): (run: OpenRun) => OpenRun {
  return (run) => ({
    ...run,
    roles: run.roles.map((entry) => {
      if (entry.role !== "execution_role") return entry;
      const step: typeof entry.machine.step = (state, event) => {
        if (event.type === type) throw new Error(`no ${type} here`);
        return entry.machine.step(state, event);
      };
      return { ...entry, machine: { ...entry.machine, step } };
    }),
  });
}

test("replayRun() says where the core fails, and whether the log ends there", async () => {
  const opened: OpenRun[] = [];
  const onOpened = (run: OpenRun) => {
    opened.push(failingAt("order_intent")(run));
    return run;
  };
  const night = await nightToReplay([], { onOpened });
  const { roles } = opened[0]!;
  const intent = events.findIndex(({ type }) => type === "order_intent");
  const { difference } = await replayed({ ...night, roles });
  assert.ok(difference !== null && "n" in difference);
  assert.equal([difference.n, difference.kind, difference.type, difference.replayed], [
    intent + 1,
    "failed",
    events[intent + 1]!.type,
    "no order_intent here",
  ]);

  const files = diskOf(night.files.contents);
  const ids = new Set(events.slice(0, intent + 1).map(({ id }) => id));
  for (const path of files.contents.keys()) {
    if (!/\/inbox\.jsonl$/.test(path)) continue;
    const lines = files.text(path).split("\n").filter((line) =>
      line !== "" && ids.has(JSON.parse(line.slice(72)).id)
    );
    files.contents.set(path, new TextEncoder().encode(lines.map((line) => line + "\n").join("")));
  }
  files.contents.set(`${night.runFolder}/audit/anchors.jsonl`, new Uint8Array());
  const cut = await replayed({ ...night, files, roles, isComplete: false });
  assert.equal([cut.difference, cut.failure], [null, "no order_intent here"]);
});

test("replayRun() compares no view of a run that was cut short: it may be older than the log", async () => {
  const files = diskOf(busy.files.contents);
  files.contents.delete(`${busy.runFolder}/report.json`);
  assert.is((await replayed({ ...busy, files, isComplete: false })).difference, null);
});

test.run();
