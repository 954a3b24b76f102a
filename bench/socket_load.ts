/**
 * A night under load, as a user starts it: the embedded venue on loopback, the client, the whole program and the real
 * disk in one process. Does memory grow, how long does a tick take to be on the disk, and is every one there once?
 * `node --expose-gc --import tsx bench/socket_load.ts [MINUTES] [TICKS_PER_S]`
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import { runCommand } from "../src/commands/command_table.ts";
import { runtimeFacts } from "../src/edge/runtime_facts.ts";
import { tickOfMessage } from "../src/streams/sources/binance/tick_of_message.ts";
import { embeddedMarket } from "../src/streams/sources/embedded/embedded_market.ts";
import { fakeTerminal } from "../test/support/fake_terminal.ts";
import { noreNight } from "../test/support/real_night.ts";
import { type Ranks, watchTicks } from "./tick_watch.ts";

const SEED = 7;
const SYMBOLS = ["BTCUSDT", "ETHUSDT"];
const MB = 1_000_000;
const SAMPLE_EVERY_MS = 30_000;
/** Compilation and caches grow at first: slopes begin here. */
const WARM_AFTER_MS = 60_000;
/** A shorter run has too few samples for a slope. */
const SLOPE_MINUTES_MIN = 5;
/** Half a reference: a program that keeps anything of every tick, if only a pointer to it, grows faster. */
const BYTES_PER_TICK_MAX = 4;
const RATE_SHARE_MIN = 0.95;
/** The last tick on the disk is so near to the end of the night. */
const TAIL_MS_MAX = 1000;

const minutes = numberOf(process.argv[2] ?? "10", "MINUTES", { least: 0.1, most: 720, step: 0.1 });
const ticksPerS = numberOf(process.argv[3] ?? "1000", "TICKS_PER_S", { least: 2, most: 2000, step: 2 });
const collect = (globalThis as { readonly gc?: () => void }).gc ??
  refuse("No garbage collector to call, expected node --expose-gc");
const durationMs = Math.round(minutes * 60_000);

/** Strategies that trade all the time, and no limit that would end the load: paper money may be lost. */
const SETTINGS = [
  `market.embedded.ticks_per_s=${ticksPerS / SYMBOLS.length}`,
  "market.book=every",
  "strategy.list.0.parameters.cooldown_ms=5000",
  "strategy.list.1.parameters.cooldown_ms=5000",
  "risk.trade_rate.limit=100000",
  "risk.drawdown.limit=1",
  "risk.night_loss.limit=1",
  "risk.daily_loss.limit=1",
  "risk.cooldown.after_loss_ms=0",
  "risk.stoploss_guard.losses=1000",
  "risk.low_profit.loss_max=1",
];

interface Sample {
  readonly atMs: number;
  readonly rss: number;
  /** After a collection: objects, and the buffers outside the heap. */
  readonly heap: number;
}

const say = (line: string) => void process.stdout.write(`${line}\n`);
const mega = (bytes: number) => `${(bytes / MB).toFixed(2)} MB`;
const ranks = ({ p50, p95, p99 }: Ranks) => [p50, p95, p99].map((ms) => ms.toFixed(1)).join(" / ");

const { name, version } = runtimeFacts();
say(`${name} ${version}: ${minutes} min of ${ticksPerS} ticks/s over the socket, ${SYMBOLS.join(" and ")}`);
const folder = mkdtempSync(`${tmpdir()}/nore-load-`);
try {
  process.exitCode = await load() ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function load(): Promise<boolean> {
  const watch = watchTicks(Math.ceil(ticksPerS * durationMs / 1000 * 1.25) + 10_000);
  const samples: Sample[] = [];
  const begunMs = performance.now();
  let collectMsMax = 0;
  let seenMs = begunMs;
  let seen = 0;
  const sample = () => {
    const { rss } = process.memoryUsage();
    const nowMs = performance.now();
    const window = watch.sinceReceived(seen);
    const rate = (watch.durable - seen) / (nowMs - seenMs) * 1000;
    const collectedFromMs = performance.now();
    collect();
    collect(); // buffers outside the heap that the first has found free are counted until the second
    collectMsMax = Math.max(collectMsMax, performance.now() - collectedFromMs);
    const { heapUsed, external } = process.memoryUsage();
    samples.push({ atMs: nowMs - begunMs, rss, heap: heapUsed + external });
    say(
      `${((nowMs - begunMs) / 1000).toFixed(0).padStart(5)} s  ${String(watch.durable).padStart(8)} ticks  ` +
        `${rate.toFixed(0).padStart(5)}/s  rss ${mega(rss)}  heap ${mega(heapUsed + external)}  ` +
        `p50/p95/p99 ${ranks(window)} ms`,
    );
    seen = watch.durable;
    seenMs = nowMs;
  };
  const timer = setInterval(sample, Math.min(SAMPLE_EVERY_MS, durationMs / 4));
  const cpuBefore = process.cpuUsage();
  const { code, terminal } = await noreNight(folder, [
    ...["--source", "embedded", "--symbols", SYMBOLS.join(), "--seed", String(SEED), "--speed", "1"],
    ...["--duration", `${durationMs}ms`],
    ...SETTINGS.flatMap((setting) => ["--set", setting]),
  ]);
  clearInterval(timer);
  const cpu = process.cpuUsage(cpuBefore);
  const nightMs = performance.now() - begunMs;
  if (code !== 0) terminal.said.forEach(say);

  const run = runFolder();
  const verified = fakeTerminal();
  const verifyCode = await runCommand(["verify", "latest", "--var", folder, "--require-complete"], verified);
  const report = JSON.parse(readFileSync(`${run}/report.json`, "utf8"));
  const { counts, feed, started_ts: startedTs } = report;
  const found = compareWithMarket(linesOf(run, "market_ticks"), startedTs);
  const tailMs = startedTs + durationMs - found.lastTs;
  const lagMs = Math.max(
    ...linesOf(run, "health").map((line) => JSON.parse(line.slice(72)).payload.loop_lag_ms ?? 0),
  );
  const warm = samples.filter(({ atMs }) => atMs >= Math.min(WARM_AFTER_MS, durationMs / 2) - 1000);
  const heapSlope = slopePerHour(warm.map(({ atMs, heap }) => [atMs, heap]));
  const rssSlope = slopePerHour(warm.map(({ atMs, rss }) => [atMs, rss]));
  const slopeMax = BYTES_PER_TICK_MAX * ticksPerS * 3600;
  const meanRate = watch.durable / (startedTs + durationMs - found.firstTs) * 1000;
  const fromReceived = watch.sinceReceived(0);
  const fromHappened = watch.sinceHappened(0);
  const [first, last] = [warm[0]!, samples.at(-1)!];

  say("");
  say(
    "Received → durable: from the frame in hand (monotonic clock) to the fdatasync of its line's batch, every",
  );
  say(
    "tick. Happened → durable: from the venue's own time of a trade, so the wait in the socket counts, too.",
  );
  for (
    const [label, value] of [
      ["ticks received", String(watch.received)],
      ["ticks journaled", `${watch.durable}; ${found.lost} lost, ${found.foreign} doubled or foreign`],
      [
        "first tick, last tick",
        `${found.firstTs - startedTs} ms after the start, ${tailMs} ms before the end`,
      ],
      ["mean rate", `${meanRate.toFixed(1)} ticks/s from the first tick to the end`],
      ["received → durable", `p50/p95/p99 ${ranks(fromReceived)} ms, max ${fromReceived.max.toFixed(1)} ms`],
      ["happened → durable", `p50/p95/p99 ${ranks(fromHappened)} ms, max ${fromHappened.max.toFixed(1)} ms`],
      [
        "event loop's lag, most",
        `${lagMs} ms; a sample's collection took up to ${collectMsMax.toFixed(0)} ms`,
      ],
      ["processor", `${((cpu.user + cpu.system) / 1000 / nightMs * 100).toFixed(0)} % of one core`],
      [`rss at ${secondsOf(first)} s, at the end`, `${mega(first.rss)}, ${mega(last.rss)}`],
      [`heap at ${secondsOf(first)} s, at the end`, `${mega(first.heap)}, ${mega(last.heap)}, collected`],
      ["slope of heap, of rss", `${mega(heapSlope)}, ${mega(rssSlope)} an hour`],
      ["bytes on disk", mega(bytesIn(run))],
      ["orders, fills", `${counts.order_intent}, ${counts.fill}`],
      ["feed", `${feed.reconnects} reconnects, ${feed.duplicates} duplicates, ${feed.gaps} gaps`],
      ["verify", verified.printed.find((line) => line.includes("VERIFIED")) ?? `exit ${verifyCode}`],
    ] as const
  ) say(`${label.padEnd(28)}${value}`);
  say("");

  const checks: (readonly [claim: string, holds: boolean])[] = [
    ["the night ran to its end", code === 0 && report.verdict === "PASS"],
    [
      `at least ${RATE_SHARE_MIN * 100} % of ${ticksPerS} ticks/s`,
      meanRate >= RATE_SHARE_MIN * ticksPerS,
    ],
    // one frame may come after the end and before the line is cut
    [
      "what was received is journaled",
      watch.durable === counts.market_tick && watch.received - watch.durable <= 1,
    ],
    [
      "journaled is what the market said: none lost, none doubled, in order",
      found.lost + found.foreign === 0 && tailMs <= TAIL_MS_MAX,
    ],
    ["verify --require-complete", verifyCode === 0],
  ];
  const bound = `heap grows by less than ${mega(slopeMax)} an hour (${BYTES_PER_TICK_MAX} bytes a tick)`;
  if (minutes >= SLOPE_MINUTES_MIN) checks.push([bound, heapSlope < slopeMax]);
  else say(`not judged  ${bound}: less than ${SLOPE_MINUTES_MIN} minutes`);
  for (const [claim, holds] of checks) say(`${holds ? "ok    " : "FAILED"}  ${claim}`);
  const passed = checks.filter(([, holds]) => holds).length;
  say(`${passed} passed, ${checks.length - passed} failed`);
  return passed === checks.length;
}

function runFolder(): string {
  const [run] = readdirSync(`${folder}/runs`);
  return `${folder}/runs/${run}`;
}

/** In the order of the log, through all segments. */
function linesOf(run: string, queue: string): readonly string[] {
  const inFolder = `${run}/queues/${queue}`;
  const segments = readdirSync(inFolder).filter((file) => /^inbox(\.\d+)?\.jsonl$/.test(file)).sort();
  return segments.flatMap((file) => readFileSync(`${inFolder}/${file}`, "utf8").trimEnd().split("\n"));
}

/**
 * The market is a pure function of its seed, so it is asked again: what is journaled must be what it says, every
 * field, without a hole from the first tick to the last. What it said before we were subscribed is left out.
 */
function compareWithMarket(
  lines: readonly string[],
  startTs: number,
): {
  readonly lost: number;
  readonly foreign: number;
  readonly firstTs: number;
  readonly lastTs: number;
} {
  const market = embeddedMarket({
    seed: SEED,
    symbols: SYMBOLS,
    startTs,
    ticksPerS: ticksPerS / SYMBOLS.length,
  });
  let state = market.initial();
  let at = 0;
  let lost = 0;
  let firstTs = startTs;
  let lastTs = startTs;
  while (at < lines.length && state.nextTs <= startTs + durationMs) {
    const dueTs = state.nextTs;
    const [next, messages] = market.step(state, dueTs);
    state = next;
    for (const message of messages) {
      const tick = tickOfMessage(message, { venue: "embedded", priceSource: "embedded" });
      if (lines[at]?.endsWith(`"payload":${JSON.stringify(tick)}}`)) {
        if (at === 0) firstTs = dueTs;
        at++;
        lastTs = dueTs;
      } else if (at > 0 && at < lines.length) lost++;
    }
  }
  return { lost, foreign: lines.length - at, firstTs, lastTs };
}

/** Least squares, in units an hour. */
function slopePerHour(points: readonly (readonly [atMs: number, value: number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanAt, meanValue] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const above = points.reduce((sum, [at, value]) => sum + (at - meanAt) * (value - meanValue), 0);
  const below = points.reduce((sum, [at]) => sum + (at - meanAt) * (at - meanAt), 0);
  return below === 0 ? 0 : above / below * 3_600_000;
}

function bytesIn(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, entry) => sum + bytesIn(`${path}/${entry}`), 0);
}

function secondsOf({ atMs }: Sample): string {
  return (atMs / 1000).toFixed(0);
}

function numberOf(
  word: string,
  operand: string,
  { least, most, step }: { readonly least: number; readonly most: number; readonly step: number },
): number {
  const value = Number(word);
  const steps = value / step;
  if (value >= least && value <= most && Math.abs(steps - Math.round(steps)) < 1e-9) return value;
  return refuse(`${operand} is ${JSON.stringify(word)}, expected ${least} to ${most} in steps of ${step}`);
}

function refuse(problem: string): never {
  process.stderr.write(`${problem}\n`);
  process.exit(2);
}
