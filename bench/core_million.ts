/**
 * A million events through the core, schema, policy and roles included, into a sink that keeps nothing: does memory
 * or stack grow? It asserts nothing. `node --expose-gc --import tsx bench/core_million.ts [EVENTS]`
 */
import process from "node:process";
import { lastValueFrom } from "rxjs";
import { HEARTBEAT } from "../src/streams/watchdog/watchdog_role.ts";
import { night, nightRoles } from "../src/pipeline.ts";
import { runtimeFacts } from "../src/edge/runtime_facts.ts";
import { virtualClock } from "../src/edge/clocks.ts";
import { type Agenda, mergeAgendas, timerAgenda } from "../src/streams/sources/agenda.ts";
import { drive } from "../src/streams/sources/drive.ts";
import { embeddedAgenda } from "../src/streams/sources/embedded/embedded_agenda.ts";
import { embeddedMarket } from "../src/streams/sources/embedded/embedded_market.ts";
import { EMBEDDED_SYMBOLS } from "../src/streams/sources/embedded/symbols.ts";
import { memorySink } from "../test/support/memory_sink.ts";
import { configWith } from "../test/support/repo_config.ts";
import { repoContracts } from "../test/support/repo_contracts.ts";
import { openRepoGate } from "../test/support/repo_policy.ts";
import { SAMPLE_RUN_ID } from "../test/support/sample_events.ts";

const eventCount = Number(process.argv[2] ?? 1_000_000);
const MARKS = 10;
const START_TS = Date.UTC(2026, 10, 21, 22);
/** Strategies that trade to the end: paper money may be lost, but nothing may grow. */
const config = configWith([
  "risk.trade_rate.limit=100000",
  "risk.drawdown.limit=1",
  "risk.night_loss.limit=1",
  "strategy.list.1.parameters.cooldown_ms=60000",
]);

const collect = (globalThis as { readonly gc?: () => void }).gc;
const types = new Map<string, number>();
let isEnough = false;
let stopCode: string | null = null;
let markedMs = performance.now();
const begunMs = markedMs;

function stackDepth(): number {
  Error.stackTraceLimit = Infinity;
  return new Error().stack!.split("\n").length - 1;
}

function mark(count: number): void {
  const seconds = (performance.now() - markedMs) / 1000;
  const depth = stackDepth();
  collect?.();
  const { heapUsed, rss } = process.memoryUsage();
  const mega = (bytes: number) => `${(bytes / 2 ** 20).toFixed(2)} MB`;
  process.stdout.write(
    `${String(count).padStart(9)} events  ${(eventCount / MARKS / seconds / 1000).toFixed(1)} k/s  ` +
      `heap ${mega(heapUsed)}${collect === undefined ? " (no gc)" : ""}  rss ${mega(rss)}  stack ${depth}\n`,
  );
  markedMs = performance.now();
}

const sink = memorySink(({ type }) => {
  types.set(type, (types.get(type) ?? 0) + 1);
  if (sink.count % (eventCount / MARKS) === 0) mark(sink.count);
  isEnough ||= sink.count >= eventCount;
});

const market = embeddedAgenda(
  embeddedMarket({ seed: 7, symbols: config.symbols, startTs: START_TS, ticksPerS: 10 }),
  {
    onUnusable: (_, reason) => {
      throw new Error(reason);
    },
  },
);
const all = mergeAgendas([timerAgenda({ name: HEARTBEAT, firstTs: START_TS + 5000, everyMs: 5000 }), market]);
const agenda: Agenda = {
  get nextTs() {
    return isEnough ? Infinity : all.nextTs;
  },
  take: (ts) => all.take(ts),
};

const { name, version } = runtimeFacts();
process.stdout.write(`${name} ${version}: ${eventCount} events through the core\n`);
const clock = virtualClock(START_TS);
await lastValueFrom(
  drive(agenda, { clock, setTs: (ts) => clock.set(ts), speed: 1 }).pipe(night({
    contracts: repoContracts,
    gate: await openRepoGate(),
    sink,
    roles: nightRoles({
      config,
      runId: SAMPLE_RUN_ID,
      venue: "embedded",
      symbols: new Map([...EMBEDDED_SYMBOLS].map(([symbol, { rules }]) => [symbol, rules])),
    }),
    onStopping: (code) => stopCode = code,
    onRefusedAfterStop: () => {},
    endTurn: () => sink.endTurn(),
  })),
);
const seconds = (performance.now() - begunMs) / 1000;
const told = [...types].map(([type, count]) => `${type} ${count}`).join(", ");
process.stdout.write(
  `${sink.count} events in ${sink.turns} turns, ${(sink.count / seconds / 1000).toFixed(1)} k/s over all; ` +
    `stopped: ${stopCode ?? "no"}\n${told}\n`,
);
