import type { Config } from "../core/config.ts";
import type { Event, Role } from "../core/event.ts";
import { parseAmount } from "../core/fixed_point.ts";
import type { Files } from "../core/ports.ts";
import { formatDuration } from "../core/time_text.ts";
import { linesOfFile } from "../sinks/log_reader.ts";

/** Whether a night may be accepted. Call when its run is verified and complete: all else its report and health tell. */
export interface AcceptanceRow {
  readonly name: string;
  readonly passed: boolean;
  /** What was found, and what was wanted where that is another thing. */
  readonly what: string;
}

export interface AcceptedReport {
  readonly verdict: string;
  readonly detail: string | null;
  readonly started_ts: number;
  readonly ended_ts: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly deadletter: number;
  readonly uptime_s: Readonly<Record<Role, number | null>>;
  readonly binance_latency_ms: { readonly p95: number | null; readonly count: number };
  /** null where no venue was asked. */
  readonly feed:
    | Readonly<Record<"gaps" | "healed" | "errors" | "stalled_s" | "reconnects", number>> & {
      readonly connected: boolean;
    }
    | null;
  readonly virtual_pnl: Readonly<
    Record<"realised" | "unrealised" | "fees" | "total" | "equity_start" | "equity_end", string>
  >;
  readonly stop: { readonly count: number; readonly reasons: Readonly<Record<string, number>> };
}

export interface Acceptance {
  readonly config: Config;
  readonly report: AcceptedReport;
  /** In the order of the log. */
  readonly health: Iterable<Event<"health">>;
}

export function* healthOf(files: Files, runFolder: string): Generator<Event<"health">, undefined> {
  for (const { value } of linesOfFile(files, `${runFolder}/queues/health`, "inbox")) {
    yield value as Event<"health">;
  }
}

export function acceptNight(night: Acceptance): readonly AcceptanceRow[] {
  const { down, memory } = watched(night.health);
  return [
    row("journal", { passed: true, what: "verified, every byte, to its end" }),
    length(night),
    roles(night, down),
    latency(night),
    feed(night),
    contracts(night),
    figures(night),
    stops(night),
    memoryRow(memory),
  ];
}

type Found = Omit<AcceptanceRow, "name">;
const row = (name: string, found: Found): AcceptanceRow => ({ name, ...found });

function length({ config, report }: Acceptance): AcceptanceRow {
  const ranMs = report.ended_ts - report.started_ts;
  const ran = `ran ${formatDuration(ranMs)}`;
  if (config.duration_ms === 0) return row("length", { passed: true, what: `${ran}, no end was set` });
  const passed = ranMs >= config.duration_ms;
  return row("length", {
    passed,
    what: passed ? ran : `${ran}, expected ${formatDuration(config.duration_ms)}`,
  });
}

/** A role that went down must have come back. */
function roles({ report }: Acceptance, down: readonly string[]): AcceptanceRow {
  const alive = Object.entries(report.uptime_s).filter(([, uptime]) => uptime !== null);
  const dead = alive.flatMap(([role, uptime]) => uptime! > 0 ? [] : [role]);
  const lost = [...dead, ...down];
  const what = lost.length === 0
    ? `${alive.length} alive to the end, or restored`
    : `${lost.join(", ")} down, expected all alive or restored`;
  return row("roles", { passed: lost.length === 0, what });
}

/** Beyond it the venue's clock could not be told from ours. */
function latency({ config, report }: Acceptance): AcceptanceRow {
  const { p95, count } = report.binance_latency_ms;
  const most = 2 * config.binance.clock.offset_ms_max;
  if (p95 === null) return row("latency", { passed: true, what: "no venue was asked" });
  const passed = p95 <= most;
  return row("latency", { passed, what: `p95 of ${count} probes is ${p95} ms, at most ${most}` });
}

/** Errors are judged while the night runs, in their window: VENUE_ERRORS stops it. */
function feed({ report: { feed: found } }: Acceptance): AcceptanceRow {
  if (found === null) {
    return row("feed", { passed: true, what: "from the market itself: no venue was asked" });
  }
  const { gaps, healed, errors, stalled_s, reconnects, connected } = found;
  const what = `${healed} of ${gaps} gaps healed, ${reconnects} reconnects, stalled for ${stalled_s} s, ` +
    `${errors} errors of the venue` + (connected ? "" : ", not connected at the end");
  return row("feed", { passed: gaps === healed && connected, what });
}

/** What a drill sends broken on purpose belongs to the deadletters. */
function contracts({ config, report }: Acceptance): AcceptanceRow {
  const injected = config.market.embedded.faults.some(({ kind }) => kind === "bad_frame");
  const schema = report.stop.reasons["SCHEMA_INVALID"] ?? 0;
  const passed = schema === 0 && (injected || report.deadletter === 0);
  const what = `${schema} events of ours against their schema, ${report.deadletter} deadletters` +
    (injected ? ", bad frames were injected" : passed ? "" : ", expected none");
  return row("contracts", { passed, what });
}

function figures({ report: { virtual_pnl: pnl } }: Acceptance): AcceptanceRow {
  const amount = (name: keyof typeof pnl) => parseAmount(pnl[name]) as bigint;
  const total = amount("total");
  const passed = amount("realised") + amount("unrealised") - amount("fees") === total &&
    amount("equity_start") + total === amount("equity_end");
  const sum = `${pnl.equity_start} and ${pnl.total}`;
  return row("figures", { passed, what: `equity: ${sum} ${passed ? "are" : "are not"} ${pnl.equity_end}` });
}

/** A drill's faults may stop a night by the feed; nothing else may. */
function stops({ config, report }: Acceptance): AcceptanceRow {
  const codes = Object.keys(report.stop.reasons);
  const isDrill = config.market.embedded.faults.length > 0;
  const own = codes.filter((code) => !(isDrill && /^(?:VENUE|FEED)_/.test(code)));
  const passed = own.length === 0 && (codes.length > 0 || report.verdict === "PASS");
  const what = codes.length === 0
    ? passed ? "none" : `${report.verdict}: ${report.detail}`
    : `${codes.join(", ")}, ${own.length === 0 ? "injected" : "expected none"}`;
  return row("stops", { passed, what });
}

interface MemorySample {
  readonly ts: number;
  readonly mb: number;
}

/** Roles that are down at the end, and memory over time. */
function watched(health: Iterable<Event<"health">>) {
  const down = new Set<Role>();
  const memory: MemorySample[] = [];
  for (const { ts, payload } of health) {
    const neverBegan = payload.off === true && payload.origin === "input"; // said at the start: no role of that night
    if (payload.state === "DOWN" && !neverBegan) down.add(payload.role);
    else down.delete(payload.role);
    if (payload.rss_mb !== undefined) memory.push({ ts, mb: payload.rss_mb });
  }
  return { down: [...down].sort(), memory };
}

const HOUR_MS = 3_600_000;
/** Compilation and caches grow at first. */
const WARM_AFTER_MS = 600_000;
/** A shorter night has too few samples behind that for a slope. */
const SPAN_MS_MIN = 1_800_000;
/** A gigabyte of memory, the default limit, is not reached in a night by less. */
const SLOPE_MB_MAX = 50;

function memoryRow(samples: readonly MemorySample[]): AcceptanceRow {
  const firstTs = samples[0]?.ts ?? 0;
  const warm = samples.filter(({ ts }) => ts - firstTs >= WARM_AFTER_MS);
  const spanMs = warm.length === 0 ? 0 : warm.at(-1)!.ts - warm[0]!.ts;
  if (spanMs < SPAN_MS_MIN) {
    return row("memory", { passed: true, what: "not judged: virtual time, or under 40 minutes" });
  }
  const slope = Math.round(slopeOf(warm) * 10) / 10;
  const most = warm.reduce((mb, sample) => Math.max(mb, sample.mb), 0);
  const what = `${slope} MB an hour after ten minutes (at most ${SLOPE_MB_MAX}), ${
    Math.round(most)
  } MB at most`;
  return row("memory", { passed: slope <= SLOPE_MB_MAX, what });
}

/** MB an hour, by least squares. */
function slopeOf(samples: readonly MemorySample[]): number {
  const hours = samples.map(({ ts }) => (ts - samples[0]!.ts) / HOUR_MS);
  const meanHours = hours.reduce((sum, hour) => sum + hour, 0) / hours.length;
  const meanMb = samples.reduce((sum, { mb }) => sum + mb, 0) / samples.length;
  let rise = 0;
  let run = 0;
  samples.forEach(({ mb }, i) => {
    const hour = hours[i]! - meanHours;
    rise += hour * (mb - meanMb);
    run += hour * hour;
  });
  return rise / run;
}
