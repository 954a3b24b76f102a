/** Units of 1e-8 in the form that the venue prints: always eight decimals. */
export function venueDecimal(units: bigint): string {
  const digits = units.toString().padStart(9, "0");
  return digits.slice(0, -8) + "." + digits.slice(-8);
}
