import type { Event, EventType } from "../../src/core/event.ts";
import { openArtefact } from "../../src/core/journal_line.ts";
import type { MemoryFiles } from "../../test/support/memory_files.ts";
import type { SimInvariants } from "./sim_invariants.ts";
import { BrokenInvariant, type SimLedger, unitsOf } from "./sim_ledger.ts";

/** What a run shows of itself, held against what its fills alone give: portfolio.json behind any event, report.json at the end. */
interface Portfolio {
  readonly n: number;
  readonly cash: string;
  readonly equity: string;
  readonly cash_by_strategy: Readonly<Record<string, string>>;
  readonly positions: readonly {
    readonly strategy_id: string;
    readonly symbol: string;
    readonly qty: string;
    readonly basis: string;
  }[];
}

interface Report {
  readonly verdict: string;
  readonly counts: Readonly<Record<EventType, number>>;
  readonly last_n: number;
  readonly trades: number;
  readonly virtual_pnl: Readonly<Record<string, string>>;
  readonly max_drawdown: { readonly quote: string };
  readonly win_rate: number | null;
}

/** Takes all events in order, and on its way looks at every portfolio that was shown, as of its event. */
export function takeAll(events: readonly Event[], invariants: SimInvariants, shown: readonly string[]): void {
  const byNumber = new Map<number, Portfolio[]>();
  for (const text of shown) {
    const portfolio = openArtefact(text) as unknown as Portfolio;
    byNumber.set(portfolio.n, [...byNumber.get(portfolio.n) ?? [], portfolio]);
  }
  for (const [n, event] of events.entries()) {
    invariants.take(event);
    for (const portfolio of byNumber.get(n) ?? []) provePortfolio(portfolio, invariants.ledger);
    byNumber.delete(n);
  }
  byNumber.delete(-1);
  const [ahead] = byNumber.keys();
  if (ahead !== undefined) {
    throw new BrokenInvariant(`a portfolio was shown of event ${ahead}, which is lost`);
  }
}

export function provePortfolio(portfolio: Portfolio, ledger: SimLedger): void {
  const { n, cash_by_strategy, positions } = portfolio;
  const prove = (what: string, text: string | undefined, digits: number, expected: bigint) => {
    const found = unitsOf(text ?? "0", digits);
    if (found === expected) return;
    throw new BrokenInvariant(`portfolio.json as of ${n}: ${what} is ${found}, the fills give ${expected}`);
  };
  for (const [id, cash] of ledger.cash) prove(`cash of ${id}`, cash_by_strategy[id], 16, cash);
  const cash = [...ledger.cash.values()].reduce((sum, each) => sum + each, 0n);
  prove("cash", portfolio.cash, 16, cash);
  prove("equity", portfolio.equity, 16, ledger.equity);
  const shown = new Map(positions.map((each) => [`${each.strategy_id} ${each.symbol}`, each]));
  for (const key of shown.keys()) {
    if (!ledger.held.has(key)) {
      throw new BrokenInvariant(`portfolio.json as of ${n}: ${key} was never bought`);
    }
  }
  for (const [key, { quantity, basis }] of ledger.held) {
    prove(key, shown.get(key)?.qty, 8, quantity);
    prove(`basis of ${key}`, shown.get(key)?.basis, 16, basis);
  }
}

/** What lies there at the end. */
export function proveViews(files: MemoryFiles, runFolder: string, invariants: SimInvariants): void {
  const { ledger, counts } = invariants;
  const portfolio = openArtefact(files.text(`${runFolder}/portfolio.json`)) as unknown as Portfolio;
  const report = openArtefact(files.text(`${runFolder}/report.json`)) as unknown as Report;
  const events = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (portfolio.n !== events - 1) throw new BrokenInvariant(`portfolio.json is as of ${portfolio.n}`);
  provePortfolio(portfolio, ledger);
  for (const [type, count] of Object.entries(report.counts)) {
    if ((counts.get(type as EventType) ?? 0) !== count) {
      throw new BrokenInvariant(`report.json: ${count} ${type}`);
    }
  }
  const unrealised = ledger.value - ledger.basis;
  const expected = {
    realised: ledger.realised,
    unrealised,
    fees: ledger.fees,
    total: ledger.realised + unrealised - ledger.fees,
    equity_start: ledger.start,
    equity_end: ledger.equity,
  };
  for (const [name, value] of Object.entries(expected)) {
    const found = report.virtual_pnl[name]!;
    if (unitsOf(found, 16) !== value) {
      throw new BrokenInvariant(`report.json: ${name} is ${found}, the fills give ${value}`);
    }
  }
  if (expected.total !== ledger.equity - ledger.start) {
    throw new BrokenInvariant("the parts are not the whole");
  }
  if (unitsOf(report.max_drawdown.quote, 16) !== ledger.drawdown) {
    throw new BrokenInvariant(
      `report.json: drawdown ${report.max_drawdown.quote}, the events give ${ledger.drawdown}`,
    );
  }
  const rate = ledger.trips === 0 ? null : ledger.wins / ledger.trips;
  if (report.trades !== ledger.trips || report.win_rate !== rate) {
    throw new BrokenInvariant(`report.json: ${report.trades} trades, the fills make ${ledger.trips}`);
  }
}
