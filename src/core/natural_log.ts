/**
 * The natural logarithm from + − × ÷ alone, so that every engine gives the same double; those of Math.log may differ.
 * Its error is below 1e-12 over all positive doubles.
 */
const LN_2 = 0.6931471805599453;
const SQRT_2 = 1.4142135623730951;
/** Below this a number has lost digits to its small exponent; 2^54 of it has not lost more. */
const SUBNORMAL_BELOW = 2.2250738585072014e-308;
/** With |t| below 0.172 the first term left out is below 1e-17. */
const TERMS = 10;

export function naturalLog(value: number): number {
  if (!(value > 0 && value < Infinity)) throw new Error(`Logarithm of ${value}, expected a number above 0`);
  let mantissa = value;
  let exponent = 0;
  if (mantissa < SUBNORMAL_BELOW) {
    mantissa *= 2 ** 54;
    exponent = -54;
  }
  for (; mantissa > SQRT_2; exponent++) mantissa /= 2;
  for (; mantissa < SQRT_2 / 2; exponent--) mantissa *= 2;
  // ln m = 2 artanh t = 2 (t + t³/3 + t⁵/5 + …)
  const t = (mantissa - 1) / (mantissa + 1);
  const square = t * t;
  let sum = 0;
  for (let term = TERMS; term >= 0; term--) sum = sum * square + 1 / (2 * term + 1);
  return exponent * LN_2 + 2 * t * sum;
}
