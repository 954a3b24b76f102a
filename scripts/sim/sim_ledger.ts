import type { Fill } from "../../src/core/event.ts";

/**
 * Money as the fills alone give it, with arithmetic of its own: prices, quantities and rates in 1e-8, cash in 1e-16. It
 * shares no line with the program's, so that both cannot be wrong in the same way.
 */
export class BrokenInvariant extends Error {}

export const UNIT: bigint = 10n ** 8n;

/** A decimal as a whole number of 10^-digits; exact, or it throws. */
export function unitsOf(text: string, digits: number): bigint {
  const [, sign, whole, part = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined || part.length > digits) {
    throw new BrokenInvariant(`${text} is no decimal of ${digits} digits`);
  }
  const value = BigInt(whole + part.padEnd(digits, "0"));
  return sign === "-" ? -value : value;
}

export interface Held {
  quantity: bigint;
  basis: bigint;
  /** Sales − purchases − fees since it was last flat. */
  trip: bigint;
}

export class SimLedger {
  readonly start: bigint;
  readonly cash: Map<string, bigint>;
  /** "strategy symbol" → what is held. */
  readonly held: Map<string, Held> = new Map();
  /** Symbol → the last mid. */
  readonly mids: Map<string, bigint> = new Map();
  realised = 0n;
  fees = 0n;
  equity: bigint;
  /** Of all equities so far; and of those at ticks alone, as a report has it. */
  peak: bigint;
  tickPeak: bigint;
  drawdown = 0n;
  trips = 0;
  wins = 0;

  constructor(capital: ReadonlyMap<string, string>) {
    this.cash = new Map([...capital].map(([id, amount]) => [id, unitsOf(amount, 16)]));
    this.start = [...this.cash.values()].reduce((sum, amount) => sum + amount, 0n);
    this.equity = this.peak = this.tickPeak = this.start;
  }

  tick(symbol: string, mid: bigint | null): void {
    if (mid !== null) {
      this.mids.set(symbol, mid);
      if (this.valueIn(symbol) > 0n) this.#weigh();
    }
    if (this.equity > this.tickPeak) this.tickPeak = this.equity;
    if (this.tickPeak - this.equity > this.drawdown) this.drawdown = this.tickPeak - this.equity;
  }

  /** Gives what a round trip has brought that ends with it. */
  fill({ strategy_id, symbol, side, price, qty, fee: feeText }: Fill): bigint | null {
    const before = this.cash.get(strategy_id);
    if (before === undefined) throw new BrokenInvariant(`${strategy_id} has no capital`);
    const quantity = unitsOf(qty, 8);
    const value = unitsOf(price, 8) * quantity;
    const fee = unitsOf(feeText, 8) * UNIT;
    if (quantity <= 0n || value <= 0n || fee < 0n) throw new BrokenInvariant("a fill of nothing");
    const flow = (side === "BUY" ? -value : value) - fee;
    if (before + flow < 0n) throw new BrokenInvariant(`cash of ${strategy_id} is negative`);
    this.cash.set(strategy_id, before + flow);
    this.fees += fee;
    const held = this.#heldBy(`${strategy_id} ${symbol}`);
    if (held.quantity === 0n) held.trip = 0n;
    held.trip += flow;
    if (side === "BUY") {
      held.quantity += quantity;
      held.basis += value;
    } else this.#sell(held, quantity, value);
    this.#weigh();
    if (held.quantity > 0n) return null;
    this.trips++;
    if (held.trip > 0n) this.wins++;
    return held.trip;
  }

  #sell(held: Held, quantity: bigint, value: bigint): void {
    if (quantity > held.quantity) throw new BrokenInvariant("more is sold than is held");
    const share = halfEven(held.basis * quantity, held.quantity);
    held.quantity -= quantity;
    held.basis -= share;
    this.realised += value - share;
  }

  #heldBy(key: string): Held {
    const held = this.held.get(key) ?? { quantity: 0n, basis: 0n, trip: 0n };
    this.held.set(key, held);
    return held;
  }

  /** What all strategies hold of a symbol, at mid. */
  valueIn(symbol: string): bigint {
    let value = 0n;
    for (const [key, { quantity }] of this.held) {
      if (key.endsWith(` ${symbol}`)) value += quantity * this.mids.get(symbol)!;
    }
    return value;
  }

  get value(): bigint {
    let value = 0n;
    for (const [key, { quantity }] of this.held) {
      if (quantity > 0n) value += quantity * this.mids.get(key.slice(key.indexOf(" ") + 1))!;
    }
    return value;
  }

  get basis(): bigint {
    return [...this.held.values()].reduce((sum, { basis }) => sum + basis, 0n);
  }

  #weigh(): void {
    this.equity = [...this.cash.values()].reduce((sum, cash) => sum + cash, this.value);
    if (this.equity > this.peak) this.peak = this.equity;
  }
}

function halfEven(numerator: bigint, denominator: bigint): bigint {
  const whole = numerator / denominator;
  const rest = 2n * (numerator % denominator);
  return rest > denominator || (rest === denominator && whole % 2n === 1n) ? whole + 1n : whole;
}
