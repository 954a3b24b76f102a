import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parsePrice } from "../../../../src/core/fixed_point.ts";
import { venueDecimal } from "../../../../src/streams/sources/embedded/venue_decimal.ts";

test("venueDecimal() prints eight decimals", () => {
  const cases = [[0n, "0.00000000"], [1n, "0.00000001"], [100_000_000n, "1.00000000"], [
    6_725_012_000_000n,
    "67250.12000000",
  ]] as const;
  for (const [units, text] of cases) assert.is(venueDecimal(units), text);
});

test("venueDecimal() is read back as the same number", () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), (units) => {
    assert.is(parsePrice(venueDecimal(units)), units);
  }));
});

test.run();
