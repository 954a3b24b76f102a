import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Config } from "../../src/core/config.ts";
import type { AnyDraft, Proposal } from "../../src/core/event.ts";
import { runIdOf } from "../../src/core/time_text.ts";
import type { Machine } from "../../src/core/machine.ts";
import type { Files, PolicyGate } from "../../src/core/ports.ts";
import type { OpenRun } from "../../src/night/open_run.ts";
import { openRunRoles, readBasis, readManifest, type RunBasis } from "../../src/night/run_basis.ts";
import type { StartFacts } from "../../src/night/start_facts.ts";
import { tallyOf } from "../../src/sinks/tally.ts";
import type { AdmittedEvent } from "../../src/streams/operators/number_and_journal.ts";
import { type RoleEntry, roleEntry } from "../../src/streams/operators/react.ts";
import type { Agenda } from "../../src/streams/sources/agenda.ts";
import { type MemoryFiles, memoryFiles } from "../support/memory_files.ts";
import { command, eventsOf } from "../support/night_events.ts";
import { NIGHT, type NightCase } from "../support/random_nights.ts";
import { replayed, type ReplayOf, replaysWhole } from "../support/replayed.ts";
import { CONFIG_SCHEMA, configWith } from "../support/repo_config.ts";
import { type SimNight, simNight } from "../support/sim_night.ts";
import { book, signal } from "../support/trading_events.ts";

/** Whatever market and signals a night is given, under whatever limits: its inputs alone give all of it again. */

const SYMBOL_OF: Readonly<Record<string, string>> = { AAAUSDT: "BTCUSDT", BBBUSDT: "ETHUSDT" };
const base = configWith(['symbols=["BTCUSDT","ETHUSDT"]', "duration_ms=10000"]);

function configOf({ risk, orders, latencyMs }: NightCase): Config {
  const list = ["alpha", "beta"].map((id, i) => {
    return { ...base.strategy.list[0]!, id, capital: "1000", order: orders[i]! };
  });
  const execution = { ...base.execution, latency_ms: latencyMs };
  return { ...base, risk, execution, strategy: { ...base.strategy, list } };
}

/** Its quotes, one at a time, and the operator who ends it. */
function inputsOf({ startTs, happenings, ends }: NightCase): Agenda {
  const drafts: AnyDraft[] = [];
  let ts = startTs;
  for (const [gap, it] of happenings) {
    ts += gap;
    if (it.what !== "book") continue;
    const more = { ...it, symbol: SYMBOL_OF[it.symbol]!, venue: "embedded" };
    const { payload } = book(ts, String(it.bid / 10), String((it.bid + it.spread) / 10), more);
    const tick = { ...payload, price_source: "embedded" };
    drafts.push({ type: "market_tick", source: "market_role", ts, cause: null, payload: tick } as AnyDraft);
  }
  drafts.push(command(ends === "stop" ? "stop" : "end", "the case is over", ts));
  return {
    get nextTs() {
      return drafts[0]?.ts ?? Infinity;
    },
    take: () => [drafts.shift()!],
  };
}

/** In the place of strategies: gives at each tick the signals that happened before it. */
function signals({ happenings }: NightCase): RoleEntry {
  const script: Proposal<"signal">[][] = [[]];
  for (const [, it] of happenings) {
    if (it.what === "book") script.push([]);
    if (it.what !== "signal") continue;
    const { payload } = signal(0, it.side, { ...it, symbol: SYMBOL_OF[it.symbol]! });
    script.at(-1)!.push({ type: "signal", payload });
  }
  const machine: Machine<number, AdmittedEvent<"market_tick">, Proposal> = {
    name: "script",
    initial: () => 0,
    step: (
      tick,
    ) => [tick + 1, (script[tick] ?? []).map(({ type, payload }) => ({ type, payload: { ...payload } }))],
  };
  return roleEntry("strategy_role", ["market_tick"], machine);
}

function denying(gate: PolicyGate, denied: number): PolicyGate {
  return {
    policySha256: gate.policySha256,
    decide(entrypoint, draft) {
      const isMeant = draft.type === "order_intent" && draft.payload.client_order_id.endsWith(String(denied));
      return isMeant ? { allow: false, codes: ["TEST"], input: {} } : gate.decide(entrypoint, draft);
    },
  };
}

/** A night whose contracts and gate all others use: making them takes the longest. */
let like: OpenRun;
const first = await simNight({
  config: base,
  files: memoryFiles(),
  agenda: { nextTs: Infinity, take: () => [] },
  onOpened: (run) => like = run,
});
const { contracts, startFacts } = readBasis(first.files, first.runFolder, CONFIG_SCHEMA);

/** It may have limits that no file could say. */
function basisOf(it: NightCase, run: { readonly files: Files; readonly runFolder: string }): RunBasis {
  return { manifest: readManifest(run.files, run.runFolder), config: configOf(it), contracts, startFacts };
}

/** The program's own, but for the strategies. */
function rolesOf(it: NightCase, basis: RunBasis): readonly RoleEntry[] {
  return [signals(it), ...openRunRoles(basis, startFacts as StartFacts).slice(1)];
}

/** The night, and what is replayed of it. */
async function nightOf(it: NightCase): Promise<ReplayOf & SimNight & { readonly files: MemoryFiles }> {
  const files = memoryFiles();
  const gate = denying(like.gate, it.denied);
  const runFolder = `/var/runs/${runIdOf(it.startTs)}`;
  const night = await simNight({
    config: configOf(it),
    files,
    startTs: it.startTs,
    agenda: inputsOf(it),
    isDurable: false,
    like,
    onOpened(run) {
      const basis = basisOf(it, { files, runFolder });
      const tallying = tallyOf(basis.config.strategy.list, contracts.types);
      return { ...run, gate, roles: rolesOf(it, basis), tallying, tally: tallying.initial() };
    },
  });
  const basis = basisOf(it, night);
  return { ...night, files, gate, basis, roles: rolesOf(it, basis) };
}

test("replayRun() gives every random night again", async () => {
  const seen: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(NIGHT, async (it) => {
      const night = await nightOf(it);
      const { events } = await replaysWhole(night);
      const log = eventsOf(night.files, night.runFolder);
      assert.is(events, log.length);
      for (const what of [...log.map(({ type }) => type), night.verdict]) seen[what] = (seen[what] ?? 0) + 1;
    }),
    { numRuns: 60 },
  );
  for (const what of ["fill", "order_result", "policy_denial", "risk_action", "PASS", "STOPPED"]) {
    assert.ok(seen[what]! > 10, `${what}: ${JSON.stringify(seen)}`);
  }
});

test("replayRun() sees in any random night with fills that another fee was paid", async () => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(NIGHT, async (it) => {
      const night = await nightOf(it);
      const { execution } = night.basis!.config;
      const fees = { maker: "0.0011", taker: "0.0012" };
      const config = { ...night.basis!.config, execution: { ...execution, fees } };
      const { difference } = await replayed({ ...night, roles: rolesOf(it, { ...night.basis!, config }) });
      if (difference !== null) found++;
      else assert.not.ok(eventsOf(night.files, night.runFolder).some(({ type }) => type === "fill"));
    }),
    { numRuns: 15 },
  );
  assert.ok(found > 3, String(found));
});

test.run();
