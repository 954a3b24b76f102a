import type { Config } from "../core/config.ts";
import { type Amount, formatAmount } from "../core/fixed_point.ts";
import { equityOf } from "../core/portfolio.ts";
import type { RunIdentity } from "../core/run_identity.ts";
import { formatDuration } from "../core/time_text.ts";
import { latencyRank } from "../sinks/latencies.ts";
import type { AdviceSection } from "../night/advice_counterfactual.ts";
import type { RebuiltRun } from "../night/rebuild_run.ts";
import type { Tally } from "../sinks/tally.ts";
import { type Color, paint } from "./paint.ts";

/** What a person reads of a night: the banner before it, the status line in it, the summary after it. */
export function bannerOf(
  identity: Pick<RunIdentity, "runId" | "prices" | "source" | "seed">,
  options: { readonly config: Config; readonly runFolder: string; readonly isDurable: boolean },
): readonly string[] {
  const { config, runFolder, isDurable } = options;
  const strategies = config.strategy.list.map(({ id, name, capital }) => `${id} (${name}, ${capital})`);
  const length = config.duration_ms === 0 ? "until stopped" : formatDuration(config.duration_ms);
  const journal = isDurable
    ? `synced every ${config.logging.commit_ms} ms or ${config.logging.commit_lines} lines, orders at once`
    : "virtual time: synced once, at the end";
  return [
    `NORE ${identity.runId} · paper night · prices: ${identity.prices} (${identity.source}, seed ${identity.seed})`,
    `  trades   ${config.symbols.join(" ")} with ${strategies.join(", ")}`,
    `  lasts    ${length}`,
    `  journal  ${runFolder} (${journal})`,
  ];
}

/** From where a run goes on. */
export function resumedLine(
  { position, tally }: Pick<RebuiltRun, "position" | "tally">,
  nowTs: number,
): string {
  const downMs = Math.max(0, nowTs - position.ts);
  return [
    `  resumes  at event ${position.nextN}`,
    `the last was at ${new Date(position.ts).toISOString()}, ${formatDuration(downMs)} ago`,
    `${tally.orders.size} orders open`,
    `equity ${cents(equityOf(tally.portfolio))}`,
  ].join(" · ");
}

export interface StatusInput {
  readonly tally: Tally;
  readonly startedTs: number;
  readonly durationMs: number;
  readonly ticksPerS: number;
  readonly hasBar: boolean;
}

const BAR_CELLS = 20;

export function statusLine(input: StatusInput): string {
  const { tally, startedTs, durationMs, hasBar } = input;
  const elapsedMs = Math.max(0, tally.lastTs - startedTs);
  const progress = durationMs === 0
    ? formatDuration(elapsedMs)
    : `${formatDuration(elapsedMs)} of ${formatDuration(durationMs)}`;
  const filled = durationMs === 0 ? 0 : Math.min(BAR_CELLS, Math.floor(BAR_CELLS * elapsedMs / durationMs));
  const bar = hasBar && durationMs > 0 ? `[${"█".repeat(filled)}${"·".repeat(BAR_CELLS - filled)}] ` : "";
  return [
    `${bar}${progress}`,
    `${input.ticksPerS.toFixed(0)} ticks/s`,
    `${tally.counts.signal} signals`,
    `${tally.counts.fill} fills`,
    `equity ${cents(equityOf(tally.portfolio))}`,
    ...feedTextOf(tally),
    ...(tally.lastDenial === null ? [] : [`last denial ${tally.lastDenial}`]),
  ].join(" · ");
}

/** How the line to the venue does; nothing where the market happens inside. */
function feedTextOf({ feed: { counts }, latencies }: Tally): readonly string[] {
  if (counts === null) return [];
  const p95 = latencyRank(latencies, 95);
  const state = counts.connected ? "feed up" : `feed LOST for ${formatDuration(counts.silent_ms)}`;
  return p95 === null ? [state] : [state, `p95 ${Math.round(p95)} ms`];
}

export interface SummaryOptions {
  readonly runFolder: string;
  readonly invocation: string;
  readonly hasColor: boolean;
  /** Why it stopped or failed. */
  readonly code: string | null;
}

const VERDICT_COLOR: Readonly<Record<string, Color>> = { PASS: "green", STOPPED: "yellow", FAILED: "red" };

export function summaryOf(
  report: Readonly<Record<string, unknown>>,
  options: SummaryOptions,
): readonly string[] {
  const {
    verdict,
    prices,
    counts,
    virtual_pnl: pnl,
    max_drawdown,
    trades,
    win_rate,
    last_n,
    started_ts,
    ended_ts,
    ai,
    ai_filter,
  } = report as unknown as ReportView;
  const won = win_rate === null ? "" : `, ${Math.round(win_rate * 100)} % won`;
  const total = Number(pnl.total);
  return [
    `${paint(verdict, VERDICT_COLOR[verdict] ?? "red", options.hasColor)}${
      options.code === null ? "" : ` (${options.code})`
    } · prices: ${prices}`,
    `  ran      ${formatDuration(ended_ts - started_ts)}: ${counts["market_tick"]} ticks, ${
      counts["signal"]
    } signals, ` +
    `${counts["order_intent"]} orders, ${counts["fill"]} fills, ${trades} round trips${won}`,
    `  equity   ${short(pnl.equity_start)} → ${short(pnl.equity_end)} (${total >= 0 ? "+" : ""}${
      short(pnl.total)
    }): ` +
    `realised ${short(pnl.realised)}, unrealised ${short(pnl.unrealised)}, fees ${short(pnl.fees)}`,
    `  drawdown ${short(max_drawdown.quote)} at most (${(max_drawdown.fraction * 100).toFixed(3)} %)`,
    ...worthTextOf(ai),
    ...adviceTextOf(ai_filter),
    `  journal  ${options.runFolder}: ${last_n + 1} events`,
    `  verify   ${options.invocation} verify ${options.runFolder}`,
  ];
}

interface ReportView {
  readonly verdict: string;
  readonly prices: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly virtual_pnl: Readonly<
    Record<"realised" | "unrealised" | "fees" | "total" | "equity_start" | "equity_end", string>
  >;
  readonly max_drawdown: { readonly quote: string; readonly fraction: number };
  readonly trades: number;
  readonly win_rate: number | null;
  readonly last_n: number;
  readonly started_ts: number;
  readonly ended_ts: number;
  /** null where no advice was given. */
  readonly ai: { readonly scored: number; readonly beats_base: boolean | null } & BrierScores | null;
  readonly ai_filter?: AdviceSection;
}

type BrierScores = Readonly<Record<"brier" | "brier_base", number | null>>;

/** Whether the advice was worth anything. */
function worthTextOf(ai: ReportView["ai"]): readonly string[] {
  if (ai === null || ai.beats_base === null) return [];
  const { scored, brier, brier_base, beats_base } = ai;
  const figures = `Brier score ${brier!.toFixed(4)} against ${brier_base!.toFixed(4)}, ${scored} scored`;
  return [`  advice   ${beats_base ? "" : "no "}better than the base rate (${figures})`];
}

/** What the advice of a night in shadow would have changed; nothing where it gave none. */
function adviceTextOf(section: AdviceSection | undefined): readonly string[] {
  if (section === undefined) return [];
  const { effect, note } = section;
  if (effect === null) return [`  advice   as a filter: ${note}`];
  const { vetoed, shrunk, filtered } = effect;
  const total = `${Number(filtered.total) >= 0 ? "+" : ""}${short(filtered.total)}`;
  return [`  advice   as a filter: ${vetoed} entries vetoed, ${shrunk} shrunk, ${total} in all (${note})`];
}

/** Two decimals for the eye; the files hold all of them. */
function short(amount: string): string {
  return Number(amount).toFixed(2);
}

function cents(amount: Amount): string {
  return short(formatAmount(amount));
}
