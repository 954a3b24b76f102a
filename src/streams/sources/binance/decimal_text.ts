import { formatUnits, midOf, parsePrice } from "../../../core/fixed_point.ts";

/**
 * Decimal text as the venue sends it ("67250.12000000") and as the log keeps it ("67250.12"), without a detour
 * over floats. What is no plain decimal of at most 8 decimals is null, never a guess.
 */

const ZERO = 48;
const NINE = 57;
const POINT = 46;
const WHOLE_DIGITS_MAX = 18;
const TEXT_LENGTH_MAX = 40;
const DECIMALS = 8;

/** The shortest form of a decimal number of zero or more. */
export function shortestDecimal(text: unknown): string | null {
  if (typeof text !== "string" || text.length > TEXT_LENGTH_MAX) return null;
  const length = text.length;
  let point = 0;
  while (point < length && isDigit(text.charCodeAt(point))) point++;
  if (point === 0 || point > WHOLE_DIGITS_MAX) return null;
  if (point > 1 && text.charCodeAt(0) === ZERO) return null;
  if (point === length) return text;
  if (text.charCodeAt(point) !== POINT || point + 1 === length) return null;
  let end = point + 1; // after the last digit that is not 0
  for (let i = point + 1; i < length; i++) {
    const code = text.charCodeAt(i);
    if (!isDigit(code)) return null;
    if (code !== ZERO) end = i + 1;
  }
  if (end === point + 1) return text.slice(0, point);
  if (end - point - 1 > DECIMALS) return null;
  return end === length ? text : text.slice(0, end);
}

/** 2^52 − 1: two of them still add up exactly. */
const ADDABLE_MAX = 2 ** 52 - 1;
const POWERS_OF_TEN = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

/**
 * A shortest decimal in units of 1e-8 where a double holds it and another one exactly, else Infinity.
 * 15 digits with their point are exact in the loop; so is the scaling, as long as the product is.
 */
export function exactUnits(shortest: string): number {
  const length = shortest.length;
  if (length > 16) return Infinity;
  let digits = 0;
  let decimals = 0;
  for (let i = 0; i < length; i++) {
    const code = shortest.charCodeAt(i);
    if (code === POINT) decimals = length - i - 1;
    else digits = digits * 10 + (code - ZERO);
  }
  const units = digits * POWERS_OF_TEN[DECIMALS - decimals]!;
  return units <= ADDABLE_MAX ? units : Infinity;
}

/** The mid of two shortest decimals, half-even at 8 decimals, shortest; null where the bid is above the ask. */
export function midText(bid: string, ask: string): string | null {
  const bidUnits = exactUnits(bid);
  const askUnits = exactUnits(ask);
  if (bidUnits === Infinity || askUnits === Infinity) return midOfLarge(bid, ask);
  if (bidUnits > askUnits) return null;
  const sum = bidUnits + askUnits;
  const floor = (sum - sum % 2) / 2;
  return textOfUnits(sum % 2 === 1 && floor % 2 === 1 ? floor + 1 : floor);
}

function midOfLarge(bid: string, ask: string): string | null {
  const bidPrice = parsePrice(bid);
  const askPrice = parsePrice(ask);
  return bidPrice > askPrice ? null : formatUnits(midOf(bidPrice, askPrice));
}

function textOfUnits(units: number): string {
  const fraction = units % 1e8;
  const whole = String((units - fraction) / 1e8);
  if (fraction === 0) return whole;
  const decimals = String(1e8 + fraction);
  let end = decimals.length;
  while (decimals.charCodeAt(end - 1) === ZERO) end--;
  return whole + "." + decimals.slice(1, end);
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}
