import { defer, of } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Anchor } from "../../src/core/audit_chain.ts";
import type { Event } from "../../src/core/event.ts";
import { eventIds } from "../../src/core/event_id.ts";
import { formatLine } from "../../src/core/journal_line.ts";
import type { PolicyGate } from "../../src/core/ports.ts";
import { QUEUES } from "../../src/core/queue_names.ts";
import type { OpenRun } from "../../src/night/open_run.ts";
import { rebuildRun, type RebuiltRun } from "../../src/night/rebuild_run.ts";
import { nightRoles } from "../../src/pipeline.ts";
import { tallyOf } from "../../src/sinks/tally.ts";
import type { AdmittedEvent } from "../../src/streams/operators/number_and_journal.ts";
import type { RoleEntry } from "../../src/streams/operators/react.ts";
import { EMBEDDED_SYMBOLS } from "../../src/streams/sources/embedded/symbols.ts";
import { type CrashedNight, crashedNight, diskOf } from "../support/crashed_nights.ts";
import type { MemoryFiles } from "../support/memory_files.ts";
import { command } from "../support/night_events.ts";
import { repoContracts } from "../support/repo_contracts.ts";

const whole = await crashedNight({}, () => false);
const { night: { runFolder }, events, turnEnds } = whole;
const runId = runFolder.slice(-15);
const { numberOf, idOf } = eventIds(runId);

/** As if nothing had been written behind the first so many events. */
function diskWith(count: number, { night }: CrashedNight = whole): MemoryFiles {
  const disk = diskOf(night.files.contents);
  const keep = (path: string, isKept: (value: unknown) => boolean) => {
    const lines = disk.text(path).split("\n").filter((line) =>
      line !== "" && isKept(JSON.parse(line.slice(72)))
    );
    disk.contents.set(path, new TextEncoder().encode(lines.map((line) => line + "\n").join("")));
  };
  for (const path of [...disk.contents.keys()]) {
    if (/\/inbox\.(?:\d{6}\.)?jsonl$/.test(path)) {
      keep(path, (event) => numberOf((event as Event).id) < count);
    }
    if (path.endsWith("/audit/anchors.jsonl")) keep(path, (anchor) => (anchor as Anchor).last < count);
  }
  return disk;
}

const tallying = tallyOf(whole.config.strategy.list, repoContracts.types);
const symbols = new Map([...EMBEDDED_SYMBOLS].map(([symbol, { rules }]) => [symbol, rules]));
const roles = nightRoles({ config: whole.config, runId, venue: "embedded", symbols });

function rebuild(
  disk: MemoryFiles,
  asked: readonly RoleEntry[] = roles,
  gate: PolicyGate = whole.gate,
): Promise<RebuiltRun> {
  const options = { files: disk, runFolder, runId, queues: QUEUES, contracts: repoContracts, gate };
  return rebuildRun({ ...options, roles: asked, symbols: whole.config.symbols, tallying });
}

/** The night's roles, one of them with another step. */
function rolesWith(role: string, step: (step: Step) => Step): readonly RoleEntry[] {
  return roles.map((entry) => {
    if (entry.role !== role) return entry;
    const { name, initial, step: own } = entry.machine;
    return { ...entry, machine: { name, initial: () => initial(), step: step(own) } };
  });
}
type Step = RoleEntry["machine"]["step"];

function throwing(when: (event: AdmittedEvent) => boolean): (step: Step) => Step {
  return (step) => (state, event) => {
    if (when(event)) throw new Error("not as it was");
    return step(state, event);
  };
}

const lastEnd = (count: number): number => turnEnds.findLast((end) => end <= count)!;

test("rebuildRun() goes to the end of the last whole turn, wherever the log ends, and writes nothing", async () => {
  const tally = tallying.initial();
  let tallied = 0;
  for (let count = 0; count <= events.length; count++) {
    const disk = diskWith(count);
    const { position, tally: rebuilt, stop, past } = await rebuild(disk);
    assert.is(position.nextN, lastEnd(count), `of ${count}`);
    for (; tallied < position.nextN; tallied++) tallying.step(tally, events[tallied]!);
    assert.equal(rebuilt, tally, `of ${count}`);
    assert.equal([stop, past.tornSaid, disk.calls], [null, null, []]);
  }
});

/** What is cancelled when the night ends here: what rests. */
function cancelled({ roles, position }: RebuiltRun): readonly string[] {
  const { machine } = roles.find(({ role }) => role === "execution_role")!;
  const payload = { what: "ended", detail: "" };
  const end = { ...events[0]!, type: "lifecycle", ts: position.ts, payload } as AdmittedEvent;
  return machine.step(machine.initial(), end)[1].map((said) =>
    (said.payload as { readonly client_order_id: string }).client_order_id
  );
}

function resting(log: readonly Event[]): readonly string[] {
  const ids = new Set<string>();
  for (const { type, payload } of log) {
    if (type === "order_intent") ids.add(payload.client_order_id);
    const isOpen = type !== "order_result" || payload.result === "ACCEPTED" || payload.result === "PARTIAL";
    if (!isOpen) ids.delete(payload.client_order_id);
  }
  return [...ids];
}

test("rebuildRun() leaves the roles with what they knew", async () => {
  const restingAt = turnEnds.filter((end) => resting(events.slice(0, end)).length > 0);
  assert.ok(restingAt.length > 3);
  for (const end of turnEnds) {
    assert.equal(cancelled(await rebuild(diskWith(end))), resting(events.slice(0, end)), `at ${end}`);
  }
});

const isOrder = ({ type }: AdmittedEvent): boolean => type === "order_result" || type === "fill";
const OTHERWISE: readonly (readonly [what: string, role: string, other: (step: Step) => Step])[] = [
  ["would say something else", "strategy_role", () => (state) => [state, []]],
  ["stumbles over what came of its decisions", "risk_role", throwing(isOrder)],
  ["stumbles over the first event", "strategy_role", throwing(() => true)],
];

for (const [what, role, other] of OTHERWISE) {
  test(`rebuildRun() where a role ${what} leaves out the last turn at most, and no anchored one`, async () => {
    let cuts = 0;
    for (const [i, end] of turnEnds.entries()) {
      const rebuilt = await rebuild(diskWith(end), rolesWith(role, other));
      const { nextN, anchors } = rebuilt.position;
      assert.ok(nextN === end || nextN === turnEnds[i - 1], `${nextN} of ${end}`);
      assert.ok(nextN >= anchors.first);
      assert.equal(cancelled(rebuilt), resting(events.slice(0, nextN)), `at ${end}`);
      if (nextN < end) cuts++;
    }
    assert.ok(cuts > 0 && cuts < turnEnds.length, `${cuts} of ${turnEnds.length} cut`);
  });
}

test("rebuildRun() lets no role prove a turn that could not follow the log, nor speak again", async () => {
  const first = events.findIndex((event) => isOrder(event as AdmittedEvent));
  const asked = rolesWith("risk_role", throwing(isOrder));
  for (let count = first + 1; count <= events.length; count++) {
    const { position, roles } = await rebuild(diskWith(count), asked);
    assert.ok(turnEnds.includes(position.nextN), `${position.nextN} of ${count}`);
    if (position.nextN <= first) continue;
    const { machine } = roles.find(({ role }) => role === "risk_role")!;
    assert.equal(machine.step(machine.initial(), events[first] as AdmittedEvent)[1], []);
  }
});

test("rebuildRun() folds roles that make their state anew at each step", async () => {
  const counting = roles.map((entry) => ({
    ...entry,
    machine: { name: "counter", initial: () => 0, step: (n: unknown) => [n as number + 1, []] as const },
  }));
  const { roles: folded } = await rebuild(diskWith(events.length), counting);
  for (const { reads, machine } of folded) {
    assert.is(machine.initial(), events.filter(({ type }) => reads.includes(type)).length);
  }
});

test("rebuildRun() fails where a role that answers to the end cannot follow the log", async () => {
  for (const role of ["execution_role", "watchdog_role"]) {
    try {
      await rebuild(diskWith(events.length), rolesWith(role, throwing(({ type }) => type === "market_tick")));
      assert.unreachable(role);
    } catch (error) {
      assert.is((error as Error).message, "not as it was");
    }
  }
});

/** Writes a line more, as if it were the next turn: an input that nobody answers. */
function addInput(disk: MemoryFiles, n: number, type: string, queue: string, payload: object): void {
  const event = { ...events[0]!, schema: `nore/${type}`, id: idOf(n), ts: events[n - 1]!.ts, type, payload };
  const line = new TextEncoder().encode(formatLine(JSON.stringify(event)));
  disk.append(`${runFolder}/queues/${queue}/inbox.jsonl`).write(line);
}

test("rebuildRun() gives the first stop in the log", async () => {
  const stopped = await crashedNight({ operator$: defer(() => of(command("stop", "enough"))) }, () => false);
  for (const end of stopped.turnEnds) {
    assert.is((await rebuild(diskWith(end, stopped))).position.nextN, end, "a stop's turn is whole, too");
  }
  const length = stopped.turnEnds.at(-2)!; // behind the end nothing can be said
  const disk = diskWith(length, stopped);
  const second = { component: "journal", reason_code: "SINK_IO", detail: "EIO", origin: "input" };
  addInput(disk, length, "stop_journal", "stop_journal", second);
  const { stop, position } = await rebuild(disk);
  const { ts } = stopped.events.find(({ type }) => type === "stop_journal")!;
  assert.equal(stop, { run_id: runId, ts, component: "operator", reason_code: "OPERATOR", detail: "enough" });
  assert.is(position.nextN, length + 1);
});

/** Denies every order, and quotes something. */
function denying(input: unknown): PolicyGate {
  const { gate } = whole;
  return {
    policySha256: gate.policySha256,
    decide(entrypoint, draft) {
      if (draft.type === "order_intent") return { allow: false, codes: ["NO_ORDERS"], input };
      return gate.decide(entrypoint, draft);
    },
  };
}

test("rebuildRun() knows a denial again, whatever it quotes", async () => {
  const onOpened = (run: OpenRun): OpenRun => ({ ...run, gate: denying({ then: 1 }) });
  const denied = await crashedNight({ onOpened }, () => false);
  const { events, turnEnds } = denied;
  const ends = turnEnds.filter((end) => end > 0 && events[end - 1]!.type === "policy_denial");
  assert.ok(ends.length > 0);
  for (const end of ends) {
    const again = await rebuild(diskWith(end, denied), roles, denying({ now: [2] }));
    assert.is(again.position.nextN, end);
  }
});

test("rebuildRun() says that the log tells of a torn tail", async () => {
  const end = turnEnds.at(-2)!;
  const disk = diskWith(end);
  addInput(disk, end, "lifecycle", "lifecycle", { what: "torn_tail", detail: "1 of log.jsonl" });
  const { position, past } = await rebuild(disk);
  assert.equal([position.nextN, past.tornSaid], [end + 1, "1 of log.jsonl"]);
});

test.run();
