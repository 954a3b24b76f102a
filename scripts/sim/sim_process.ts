import type { PolicyGate } from "../../src/core/ports.ts";
import { asapScheduler, map, merge, NEVER, type Observable, timer } from "rxjs";
import type { Config } from "../../src/core/config.ts";
import type { AnyDraft } from "../../src/core/event.ts";
import { virtualClock } from "../../src/edge/clocks.ts";
import { openContracts, type OpenRun } from "../../src/night/open_run.ts";
import type { RefusedRun } from "../../src/night/resume_run.ts";
import type { NightParts } from "../../src/night/run_night.ts";
import { nightRoles } from "../../src/pipeline.ts";
import { runIdOf } from "../../src/core/time_text.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { tallyOf } from "../../src/sinks/tally.ts";
import { type Agenda, mergeAgendas } from "../../src/streams/sources/agenda.ts";
import type { FeedPast } from "../../src/streams/sources/binance/feed_past.ts";
import { embeddedAgenda } from "../../src/streams/sources/embedded/embedded_agenda.ts";
import { embeddedMarket } from "../../src/streams/sources/embedded/embedded_market.ts";
import { EMBEDDED_SYMBOLS } from "../../src/streams/sources/embedded/symbols.ts";
import type { ClosedRun } from "../../src/night/close_run.ts";
import type { CrashedNight } from "../../test/support/crashed_nights.ts";
import type { MemoryFiles } from "../../test/support/memory_files.ts";
import { command, onceAt } from "../../test/support/night_events.ts";
import { openRepoGate, repoPolicy, runFacts } from "../../test/support/repo_policy.ts";
import type { FlatTime } from "../../test/support/flat_time.ts";
import { resumeOn } from "../../test/support/resumed_nights.ts";
import { SIM_START_TS, simContractFiles, type SimNight, simNight } from "../../test/support/sim_night.ts";
import { virtualVenue } from "../../test/support/virtual_venue.ts";
import { runVirtually } from "../../test/support/wired_venue.ts";
import { NIGHT_MS, type SimPlan } from "./sim_plan.ts";

/**
 * One process of a night on a disk in memory: the first, or one that goes on with what another has left. It judges
 * nothing.
 */
export interface ProcessOptions {
  readonly plan: SimPlan;
  readonly config: Config;
  readonly files: MemoryFiles;
  /** Gets the clock of the process, before its first event. */
  readonly onClock: (now: () => number) => void;
}

/** A folder that holds as small a policy as this is made and verified the faster; the gate is the real one. */
const smallWasm = new TextEncoder().encode("in place of the policy");
const policy = { ...repoPolicy, wasm: smallWasm, policySha256: sha256Hex(smallWasm) };
const symbols = new Map([...EMBEDDED_SYMBOLS].map(([symbol, { rules }]) => [symbol, rules]));
/** By symbols, all that a gate knows of a configuration: making one takes as long as a short night. */
const gates = new Map<string, Promise<PolicyGate>>();

/** Without its tally, which would go on from night to night. */
export function gateOf(config: Config): Promise<PolicyGate> {
  const key = config.symbols.join();
  const gate = gates.get(key) ??
    openRepoGate({ ...runFacts, symbols: config.symbols }).then(({ tally: _, ...gate }) => gate);
  gates.set(key, gate);
  return gate;
}

/** What a run is made of but its files, which come with it. */
async function likeOf(config: Config): Promise<OpenRun> {
  const contracts = openContracts(simContractFiles);
  const made: Omit<OpenRun, "journal" | "artefacts" | "ballast" | "keepAiFile" | "fileWatch" | "tally"> = {
    contracts,
    gate: await gateOf(config),
    roles: nightRoles({ config, runId: runIdOf(SIM_START_TS), venue: config.source, symbols }),
    startFacts: { symbols, policyReads: repoPolicy.reads },
    tallying: tallyOf(config.strategy.list, contracts.types),
  };
  return made as OpenRun;
}

export async function firstProcess(
  { plan, config, files, onClock }: ProcessOptions,
): Promise<SimNight> {
  const { seed, overVenue, isDurable } = plan;
  const venue = overVenue ? virtualVenue(config, { seed, fromTs: SIM_START_TS, past: null }) : null;
  const inside = insideOf(plan, config, { fromTs: SIM_START_TS, past: null });
  const { clock } = venue === null ? inside.pace : venue.pace;
  onClock(() => clock.now());
  const like = await likeOf(config);
  return runVirtually(() => venue?.scheduler ?? null, NIGHT_MS, (onStarted) =>
    simNight({
      config,
      seed,
      files,
      isDurable,
      policy,
      like,
      ...(venue === null ? { pace: inside.pace, agenda: inside.marketAgenda } : {
        pace: venue.pace,
        feed: venue.feed,
        operator$: operatorOf(plan, SIM_START_TS, venue.scheduler),
      }),
      onStarted,
    }));
}

export function nextProcess(
  from: CrashedNight,
  { plan, config, files, onClock }: ProcessOptions,
  downMs: number,
): Promise<ClosedRun | RefusedRun> {
  let time: FlatTime | null = null;
  const market = (past: FeedPast, fromTs: number): Pick<NightParts, "pace" | "feed"> => {
    if (!plan.overVenue) {
      const inside = insideOf(plan, config, { fromTs, past });
      onClock(() => inside.pace.clock.now());
      return { ...inside, feed: null };
    }
    const venue = virtualVenue(config, { seed: plan.seed, fromTs, past });
    time = venue.scheduler;
    onClock(() => venue.pace.clock.now());
    const parts: Pick<NightParts, "pace" | "feed" | "operator$"> = {
      ...venue,
      operator$: operatorOf(plan, fromTs, venue.scheduler),
    };
    return parts;
  };
  const { isDurable } = plan;
  return runVirtually(
    () => time,
    NIGHT_MS,
    (onStarted) => resumeOn(from, files, { downMs, isDurable, market, onStarted }),
  );
}

/** The market that is asked directly, and the operator, both as agendas: due at their times in virtual time. */
function insideOf(
  plan: SimPlan,
  config: Config,
  { fromTs, past }: { readonly fromTs: number; readonly past: FeedPast | null },
): Pick<NightParts, "pace"> & { readonly marketAgenda: Agenda } {
  const clock = virtualClock(fromTs);
  const { symbols, market: { embedded: { ticks_per_s: ticksPerS } } } = config;
  const market = embeddedMarket({ seed: plan.seed, symbols, startTs: SIM_START_TS, ticksPerS });
  const agenda = embeddedAgenda(market, { onUnusable: () => {}, arrived: past?.arrived ?? null });
  const said = plan.commands.filter(({ at_ms }) => SIM_START_TS + at_ms >= fromTs);
  const commands = said.map((each) =>
    onceAt(SIM_START_TS + each.at_ms, (ts) => command(each.command, "a drill", ts))
  );
  return {
    pace: { clock, setTs: (ts) => clock.set(ts), speed: 1, scheduler: asapScheduler },
    marketAgenda: mergeAgendas([...commands, agenda]),
  };
}

function operatorOf(plan: SimPlan, fromTs: number, scheduler: FlatTime): Observable<AnyDraft> {
  const said = plan.commands.filter(({ at_ms }) => SIM_START_TS + at_ms >= fromTs);
  if (said.length === 0) return NEVER;
  return merge(...said.map((each) => {
    const ts = SIM_START_TS + each.at_ms;
    return timer(ts - fromTs, scheduler).pipe(map(() => command(each.command, "a drill", ts)));
  }));
}
