import type { Fill } from "./event.ts";
import {
  type Amount,
  feeAsAmount,
  notionalOf,
  parseFee,
  parsePrice,
  parseQuantity,
  type Price,
  type Quantity,
  shareOfBasis,
  ZERO_AMOUNT,
  ZERO_QUANTITY,
} from "./fixed_point.ts";

/**
 * The virtual ledger: cash per strategy, a position per venue, strategy and symbol, all of it exact.
 * A fold over fills and marks that only these functions change; it decides nothing and never sees an order.
 *
 * Realised leaves fees out, so realised + unrealised − fees = equity − the equity at the start, to the last digit.
 */
export interface Portfolio {
  readonly equityStart: Amount;
  readonly accounts: ReadonlyMap<string, Account>;
  /** Venue → symbol → the strategies' positions there; one that was closed stays, with quantity 0. */
  readonly holdings: Map<string, Map<string, Holding[]>>;
  /** Positions that are not zero. While there is none, a tick costs one comparison. */
  openPositions: number;
  cash: Amount;
  /** Σ quantity × mark. */
  value: Amount;
  /** Σ cost basis. */
  basis: Amount;
  realised: Amount;
  fees: Amount;
}

interface Account {
  readonly capital: Amount;
  cash: Amount;
}

interface Holding {
  readonly venue: string;
  readonly strategyId: string;
  readonly symbol: string;
  quantity: Quantity;
  basis: Amount;
  /** The last mid; before the first, the price paid. */
  mark: Price;
  realised: Amount;
  fees: Amount;
  /** Sales − purchases − fees since the position was last flat. */
  roundTrip: Amount;
}

export interface ClosedTrade {
  readonly venue: string;
  readonly strategy_id: string;
  readonly symbol: string;
  /** Net of fees. */
  readonly pnl: Amount;
}

export interface Position {
  readonly venue: string;
  readonly strategy_id: string;
  readonly symbol: string;
  readonly qty: Quantity;
  readonly basis: Amount;
  readonly mark: Price;
  readonly value: Amount;
  readonly unrealised: Amount;
  /** Of this strategy in this symbol since the start, not of this position alone; so too the fees. */
  readonly realised: Amount;
  readonly fees: Amount;
}

export interface Totals {
  readonly realised: Amount;
  readonly unrealised: Amount;
  readonly fees: Amount;
  /** realised + unrealised − fees = equity − equity_start. */
  readonly total: Amount;
  readonly equity_start: Amount;
  readonly equity: Amount;
  readonly cash: Amount;
}

const NONE: readonly Holding[] = [];

export function openPortfolio(
  strategies: readonly { readonly id: string; readonly capital: Amount }[],
): Portfolio {
  const accounts = new Map<string, Account>();
  let cash = 0n;
  for (const { id, capital } of strategies) {
    if (accounts.has(id)) throw new Error(`Strategy ${JSON.stringify(id)} is there twice`);
    accounts.set(id, { capital, cash: capital });
    cash += capital;
  }
  return {
    equityStart: cash as Amount,
    accounts,
    holdings: new Map(),
    openPositions: 0,
    cash: cash as Amount,
    value: ZERO_AMOUNT,
    basis: ZERO_AMOUNT,
    realised: ZERO_AMOUNT,
    fees: ZERO_AMOUNT,
  };
}

/**
 * Books a fill; gives the round trip that it ends, if it ends one. Throws on a fill that cannot be. `mid` is the
 * symbol's last one, which a new position is valued at; null before the first, where the price paid must do.
 */
export function applyFill(portfolio: Portfolio, fill: Fill, mid: Price | null = null): ClosedTrade | null {
  const account = accountOf(portfolio, fill.strategy_id);
  const holding = holdingFor(portfolio, fill);
  const quantity = parseQuantity(fill.qty);
  const price = parsePrice(fill.price);
  const notional = notionalOf(price, quantity);
  const fee = feeAsAmount(parseFee(fill.fee));
  if (quantity === 0n) throw new Error(`Fill of order ${JSON.stringify(fill.client_order_id)} is empty`);
  if (fill.side === "SELL" && quantity > holding.quantity) {
    throw new Error(`Strategy ${JSON.stringify(fill.strategy_id)} sells more ${fill.symbol} than it holds`);
  }

  if (holding.quantity === 0n) {
    portfolio.openPositions++;
    holding.mark = mid ?? price;
    holding.roundTrip = ZERO_AMOUNT;
  }
  const cashFlow = fill.side === "BUY" ? -notional - fee : notional - fee;
  if (fill.side === "BUY") buy(portfolio, holding, quantity, notional);
  else sell(portfolio, holding, quantity, notional);
  account.cash = (account.cash + cashFlow) as Amount;
  portfolio.cash = (portfolio.cash + cashFlow) as Amount;
  portfolio.fees = (portfolio.fees + fee) as Amount;
  holding.fees = (holding.fees + fee) as Amount;
  holding.roundTrip = (holding.roundTrip + cashFlow) as Amount;

  if (holding.quantity > 0n) return null;
  portfolio.openPositions--;
  return {
    venue: fill.venue,
    strategy_id: fill.strategy_id,
    symbol: fill.symbol,
    pnl: holding.roundTrip,
  };
}

function buy(portfolio: Portfolio, holding: Holding, quantity: Quantity, notional: Amount): void {
  holding.quantity = (holding.quantity + quantity) as Quantity;
  holding.basis = (holding.basis + notional) as Amount;
  portfolio.basis = (portfolio.basis + notional) as Amount;
  portfolio.value = (portfolio.value + quantity * holding.mark) as Amount;
}

function sell(portfolio: Portfolio, holding: Holding, quantity: Quantity, notional: Amount): void {
  const share = shareOfBasis(holding.basis, quantity, holding.quantity);
  holding.quantity = (holding.quantity - quantity) as Quantity;
  holding.basis = (holding.basis - share) as Amount;
  portfolio.basis = (portfolio.basis - share) as Amount;
  holding.realised = (holding.realised + notional - share) as Amount;
  portfolio.realised = (portfolio.realised + notional - share) as Amount;
  portfolio.value = (portfolio.value - quantity * holding.mark) as Amount;
}

/** Values what is held of a symbol at its new mid; true if that changed the equity. */
export function markSymbol(portfolio: Portfolio, venue: string, symbol: string, mid: Price): boolean {
  if (portfolio.openPositions === 0) return false;
  let changed = false;
  for (const holding of holdingsOf(portfolio, venue, symbol)) {
    if (holding.quantity === 0n || holding.mark === mid) continue;
    portfolio.value = (portfolio.value + holding.quantity * (mid - holding.mark)) as Amount;
    holding.mark = mid;
    changed = true;
  }
  return changed;
}

/** Whether any strategy holds the symbol: what to ask before a price is parsed for `markSymbol`. */
export function isHeld(portfolio: Portfolio, venue: string, symbol: string): boolean {
  if (portfolio.openPositions === 0) return false;
  return holdingsOf(portfolio, venue, symbol).some((holding) => holding.quantity > 0n);
}

export function equityOf(portfolio: Portfolio): Amount {
  return (portfolio.cash + portfolio.value) as Amount;
}

export function totalsOf(portfolio: Portfolio): Totals {
  const unrealised = (portfolio.value - portfolio.basis) as Amount;
  return {
    realised: portfolio.realised,
    unrealised,
    fees: portfolio.fees,
    total: (portfolio.realised + unrealised - portfolio.fees) as Amount,
    equity_start: portfolio.equityStart,
    equity: equityOf(portfolio),
    cash: portfolio.cash,
  };
}

/** What is held now, sorted by venue, strategy and symbol. */
export function positionsOf(portfolio: Portfolio): readonly Position[] {
  const positions: Position[] = [];
  for (const symbols of portfolio.holdings.values()) {
    for (const holdings of symbols.values()) {
      for (const holding of holdings) if (holding.quantity > 0n) positions.push(positionOf(holding));
    }
  }
  return positions.sort((a, b) =>
    compare(a.venue, b.venue) || compare(a.strategy_id, b.strategy_id) || compare(a.symbol, b.symbol)
  );
}

export function positionQuantity(
  portfolio: Portfolio,
  venue: string,
  strategyId: string,
  symbol: string,
): Quantity {
  for (const holding of holdingsOf(portfolio, venue, symbol)) {
    if (holding.strategyId === strategyId) return holding.quantity;
  }
  return ZERO_QUANTITY;
}

export function cashOf(portfolio: Portfolio, strategyId: string): Amount {
  return accountOf(portfolio, strategyId).cash;
}

export function capitalOf(portfolio: Portfolio, strategyId: string): Amount {
  return accountOf(portfolio, strategyId).capital;
}

function accountOf(portfolio: Portfolio, strategyId: string): Account {
  const account = portfolio.accounts.get(strategyId);
  if (account === undefined) throw new Error(`No account of strategy ${JSON.stringify(strategyId)}`);
  return account;
}

function holdingsOf(portfolio: Portfolio, venue: string, symbol: string): readonly Holding[] {
  return portfolio.holdings.get(venue)?.get(symbol) ?? NONE;
}

function holdingFor(portfolio: Portfolio, fill: Fill): Holding {
  let symbols = portfolio.holdings.get(fill.venue);
  if (symbols === undefined) portfolio.holdings.set(fill.venue, symbols = new Map());
  let holdings = symbols.get(fill.symbol);
  if (holdings === undefined) symbols.set(fill.symbol, holdings = []);
  let holding = holdings.find((candidate) => candidate.strategyId === fill.strategy_id);
  if (holding === undefined) {
    holding = {
      venue: fill.venue,
      strategyId: fill.strategy_id,
      symbol: fill.symbol,
      quantity: ZERO_QUANTITY,
      basis: ZERO_AMOUNT,
      mark: 0n as Price,
      realised: ZERO_AMOUNT,
      fees: ZERO_AMOUNT,
      roundTrip: ZERO_AMOUNT,
    };
    holdings.push(holding);
  }
  return holding;
}

function positionOf(holding: Holding): Position {
  const value = notionalOf(holding.mark, holding.quantity);
  return {
    venue: holding.venue,
    strategy_id: holding.strategyId,
    symbol: holding.symbol,
    qty: holding.quantity,
    basis: holding.basis,
    mark: holding.mark,
    value,
    unrealised: (value - holding.basis) as Amount,
    realised: holding.realised,
    fees: holding.fees,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
