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
  return rebuildRun({ ...options, roles: asked, tallying });
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
    const { position, tally: rebuilt, stop, saysTorn } = await rebuild(disk);
    assert.is(position.nextN, lastEnd(count), `of ${count}`);
    for (; tallied < position.nextN; tallied++) tallying.step(tally, events[tallied]!);
    assert.equal(rebuilt, tally, `of ${count}`);
    assert.equal([stop, saysTorn, disk.calls], [null, false, []]);
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
const OTHERWISE: readonly (readonly [what: string, roles: readonly RoleEntry[]])[] = [
  ["would say something else", rolesWith("strategy_role", () => (state) => [state, []])],
  ["stumbles over what came of its decisions", rolesWith("risk_role", throwing(isOrder))],
  ["stumbles over the first event", rolesWith("strategy_role", throwing(() => true))],
];

for (const [what, asked] of OTHERWISE) {
  test(`rebuildRun() where a role ${what} leaves out the last turn at most, and no anchored one`, async () => {
    let cuts = 0;
    for (const [i, end] of turnEnds.entries()) {
      const disk = diskWith(end);
      const rebuilt = await rebuild(disk, asked);
      const { nextN, anchors } = rebuilt.position;
      assert.ok(nextN === end || nextN === turnEnds[i - 1], `${nextN} of ${end}`);
      assert.ok(nextN >= anchors.first);
      assert.equal(cancelled(rebuilt), resting(events.slice(0, nextN)), `at ${end}`);
      if (nextN < end) cuts++;
    }
    assert.ok(cuts > 0 && cuts < turnEnds.length, `${cuts} of ${turnEnds.length} cut`);
  });
}

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

test("rebuildRun() gives the first stop in the log", async () => {
  const stopped = await crashedNight({ operator$: defer(() => of(command("stop", "enough"))) }, () => false);
  const { stop } = await rebuild(diskWith(stopped.events.length, stopped));
  for (const end of stopped.turnEnds) {
    assert.is((await rebuild(diskWith(end, stopped))).position.nextN, end, "a stop's turn is whole, too");
  }
  const { ts } = stopped.events.find(({ type }) => type === "stop_journal")!;
  assert.equal(stop, { run_id: runId, ts, component: "operator", reason_code: "OPERATOR", detail: "enough" });
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
  const torn = {
    ...events[0]!,
    id: idOf(end),
    ts: events[end - 1]!.ts,
    payload: { what: "torn_tail", detail: "" },
  };
  const line = new TextEncoder().encode(formatLine(JSON.stringify(torn)));
  disk.append(`${runFolder}/queues/lifecycle/inbox.jsonl`).write(line);
  const { position, saysTorn } = await rebuild(disk);
  assert.equal([position.nextN, saysTorn], [end + 1, true]);
});

test.run();
