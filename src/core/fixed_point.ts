/**
 * Money as scaled integers: prices, quantities and fees in 1e-8, amounts (notional, cash, basis, P&L, equity)
 * in 1e-16, so that price × quantity is exact. Text is the shortest decimal form, never an exponent.
 */

declare const unit: unique symbol;
export type Price = bigint & { readonly [unit]: "price 1e-8" };
export type Quantity = bigint & { readonly [unit]: "quantity 1e-8" };
export type Fee = bigint & { readonly [unit]: "fee 1e-8" };
export type Rate = bigint & { readonly [unit]: "rate 1e-8" };
export type Amount = bigint & { readonly [unit]: "amount 1e-16" };

export const ZERO_QUANTITY = 0n as Quantity;
export const ZERO_AMOUNT = 0n as Amount;

const SCALE_8 = 100_000_000n;
const DECIMAL = /^(-?)(0|[1-9][0-9]{0,17})(?:\.([0-9]+))?$/;

function parseScaled(text: string, decimals: number): bigint {
  const match = DECIMAL.exec(text);
  if (match === null) {
    throw new Error(`Not a decimal number: ${JSON.stringify(text)}, expected digits such as "12.5"`);
  }
  const fraction = (match[3] ?? "").replace(/0+$/, "");
  if (fraction.length > decimals) {
    throw new Error(`Too many decimals in ${JSON.stringify(text)}: at most ${decimals} are kept`);
  }
  const magnitude = BigInt(match[2] + fraction.padEnd(decimals, "0"));
  return match[1] === "-" ? -magnitude : magnitude;
}

const POWERS_OF_TEN = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

/**
 * The same for 8 decimals, without a regular expression: what a market sends fits a double exactly, and
 * reading it so takes a sixth of the time. Whatever is not plain or not small goes the careful way above.
 */
function parseUnits(text: string): bigint {
  const length = text.length;
  let digits = 0;
  let point = -1;
  let plain = length > 0 && length <= 16;
  for (let i = 0; i < length && plain; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) digits = digits * 10 + (code - 48);
    else if (code === 46 && point < 0) point = i;
    else plain = false;
  }
  const decimals = point < 0 ? 0 : length - 1 - point;
  if (point === 0 || point === length - 1 || decimals > 8) plain = false;
  if (length > 1 && point !== 1 && text.charCodeAt(0) === 48) plain = false;
  const units = plain ? digits * POWERS_OF_TEN[8 - decimals]! : Infinity;
  return units <= Number.MAX_SAFE_INTEGER ? BigInt(units) : parseScaled(text, 8);
}

function formatScaled(value: bigint, decimals: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, "0");
  const sign = value < 0n ? "-" : "";
  let end = digits.length;
  const point = digits.length - decimals;
  while (end > point && digits.charCodeAt(end - 1) === 48) end--;
  const whole = sign + digits.slice(0, point);
  return end === point ? whole : whole + "." + digits.slice(point, end);
}

function atLeastZero(value: bigint, text: string): bigint {
  if (value < 0n) throw new Error(`Negative: ${JSON.stringify(text)}, expected zero or more`);
  return value;
}

export function parsePrice(text: string): Price {
  return atLeastZero(parseUnits(text), text) as Price;
}
export function parseQuantity(text: string): Quantity {
  return atLeastZero(parseUnits(text), text) as Quantity;
}
export function parseRate(text: string): Rate {
  return parseUnits(text) as Rate;
}
export function parseFee(text: string): Fee {
  return atLeastZero(parseUnits(text), text) as Fee;
}
export function parseAmount(text: string): Amount {
  return parseScaled(text, 16) as Amount;
}
/** Text of a price, quantity or fee. */
export function formatUnits(value: Price | Quantity | Fee | Rate): string {
  return formatScaled(value, 8);
}
export function formatAmount(value: Amount): string {
  return formatScaled(value, 16);
}

/** Numerator ÷ denominator, ties to the even neighbour. */
function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  const quotient = n / d;
  const twice = (n - quotient * d) * 2n;
  const up = twice > d || (twice === d && quotient % 2n === 1n);
  const magnitude = up ? quotient + 1n : quotient;
  return negative ? -magnitude : magnitude;
}

/** Price × quantity: exact. */
export function notionalOf(price: Price, quantity: Quantity): Amount {
  return (price * quantity) as Amount;
}

/** A fee is rounded up to 1e-8: paper must not be cheaper than the venue. */
export function feeOf(rate: Rate, notional: Amount): Fee {
  const exact = rate * notional; // 1e-24
  const step = SCALE_8 * SCALE_8;
  const floor = exact / step;
  return (exact > floor * step ? floor + 1n : floor) as Fee;
}

export function feeAsAmount(fee: Fee): Amount {
  return (fee * SCALE_8) as Amount;
}

/** Mid of bid and ask, half-even at 8 decimals. */
export function midOf(bid: Price, ask: Price): Price {
  return divideHalfEven(bid + ask, 2n) as Price;
}

/** The part of a cost basis that `part` of `whole` carries away, half-even at 16 decimals. */
export function shareOfBasis(basis: Amount, part: Quantity, whole: Quantity): Amount {
  return divideHalfEven(basis * part, whole) as Amount;
}

/** The most that `amount` buys at `price`, rounded down to a multiple of `step`. */
export function affordable(amount: Amount, price: Price, step: Quantity): Quantity {
  if (amount <= 0n || price <= 0n) return ZERO_QUANTITY;
  const quantity = amount / price;
  return (quantity - quantity % step) as Quantity;
}

/** What a purchase takes from the cash: notional and fee. */
export function costOf(price: Price, quantity: Quantity, rate: Rate): Amount {
  const notional = notionalOf(price, quantity);
  return (notional + feeAsAmount(feeOf(rate, notional))) as Amount;
}

/** As `affordable`, with the fee paid out of the same amount. */
export function affordableWithFee(amount: Amount, price: Price, rate: Rate, step: Quantity): Quantity {
  const priceWithFee = price * (SCALE_8 + rate);
  const most = affordable((amount * SCALE_8) as Amount, priceWithFee as Price, step);
  if (costOf(price, most, rate) <= amount) return most;
  // The fee's rounding up, less than 1e-8, was one too many.
  return affordable(((amount - SCALE_8) * SCALE_8) as Amount, priceWithFee as Price, step);
}

/** part ÷ whole, rounded towards zero; zero where there is no whole. For texts, not for decisions. */
export function rateOf(part: Amount, whole: Amount): Rate {
  return (whole === 0n ? 0n : part * SCALE_8 / whole) as Rate;
}

/** `fraction` (1e-8) of an amount, rounded towards zero: what exceeds it exceeds the exact part too. */
export function fractionOf(amount: Amount, fraction: Rate): Amount {
  return (amount * fraction / SCALE_8) as Amount;
}

/** An amount as a policy fact: an integer in 1e-8, rounded up, capped at 2^53 − 1 (which every limit refuses). */
export function asFact(amount: Amount): number {
  const units = amount / SCALE_8 + (amount % SCALE_8 > 0n ? 1n : 0n);
  return units > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(units);
}

/** a ÷ b as a double, for ratios in reports; null where b is zero. */
export function ratioOf(a: Amount, b: Amount): number | null {
  return b === 0n ? null : Number(a) / Number(b);
}
