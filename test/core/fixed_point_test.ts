import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  affordable,
  affordableWithFee,
  type Amount,
  asFact,
  costOf,
  type Fee,
  feeAsAmount,
  feeOf,
  formatAmount,
  formatUnits,
  fractionOf,
  midOf,
  notionalOf,
  parseAmount,
  parseFee,
  parsePrice,
  parseQuantity,
  parseRate,
  type Price,
  type Quantity,
  type Rate,
  rateOf,
  ratioOf,
  shareOfBasis,
} from "../../src/core/fixed_point.ts";

const units = fc.oneof(fc.bigInt(0n, 10n ** 10n), fc.bigInt(0n, 10n ** 20n), fc.bigInt(0n, 10n ** 25n));
const signed = fc.bigInt(-(10n ** 30n), 10n ** 30n);
const price = fc.bigInt(1n, 10n ** 16n) as fc.Arbitrary<Price>;
const quantity = fc.bigInt(1n, 10n ** 16n) as fc.Arbitrary<Quantity>;
const rate = fc.bigInt(0n, 10n ** 7n) as fc.Arbitrary<Rate>;

function check<T extends [unknown, ...unknown[]]>(
  values: { [K in keyof T]: fc.Arbitrary<T[K]> },
  holds: (...values: T) => void,
): void {
  fc.assert(fc.property(fc.tuple<T>(...values), (args) => holds(...args)));
}

for (
  const [text, scaled, shortest] of [
    ["0", 0n, "0"],
    ["1", 100_000_000n, "1"],
    ["10", 1_000_000_000n, "10"],
    ["0.1", 10_000_000n, "0.1"],
    ["0.00000001", 1n, "0.00000001"],
    ["12.50", 1_250_000_000n, "12.5"],
    ["64000.01000000", 6_400_001_000_000n, "64000.01"],
    ["0.10000000000", 10_000_000n, "0.1"],
    ["90071992.54740991", 9_007_199_254_740_991n, "90071992.54740991"],
    ["90071992.54740992", 9_007_199_254_740_992n, "90071992.54740992"],
    ["9999999999999999", 999_999_999_999_999_900_000_000n, "9999999999999999"],
    ["999999999999999999.99999999", 99_999_999_999_999_999_999_999_999n, "999999999999999999.99999999"],
  ] as const
) {
  test(`parsePrice() reads ${text} exactly`, () => {
    assert.is(parsePrice(text), scaled);
    assert.is(parseQuantity(text), scaled);
    assert.is(parseFee(text), scaled);
    assert.is(parseRate(text), scaled);
    assert.is(formatUnits(parsePrice(text)), shortest);
  });
}

for (
  const text of [
    "",
    " 1",
    "1 ",
    "+1",
    "1.",
    ".5",
    ".",
    "-",
    "01",
    "00.1",
    "1.2.3",
    "1,5",
    "1e5",
    "0x10",
    "Infinity",
    "NaN",
    "1_000",
    "１",
    "1000000000000000000",
    "-.5",
    "--1",
  ]
) {
  test(`parsePrice() refuses ${JSON.stringify(text)}, which is no decimal number`, () => {
    for (const parse of [parsePrice, parseQuantity, parseFee, parseRate, parseAmount]) {
      assert.throws(() => parse(text), /^Not a decimal number: /);
    }
  });
}

test("parsePrice() refuses more decimals than it keeps", () => {
  assert.throws(() => parsePrice("0.123456789"), /Too many decimals in "0.123456789": at most 8 are kept/);
  assert.throws(() => parseAmount("0.12345678901234567"), /at most 16 are kept/);
});

test("parsePrice() refuses a negative number where parseRate() and parseAmount() take one", () => {
  for (const parse of [parsePrice, parseQuantity, parseFee]) {
    assert.throws(() => parse("-1"), /Negative: "-1", expected zero or more/);
  }
  assert.is(parseRate("-0.00075"), -75_000n);
  assert.is(parseAmount("-1.5"), -15_000_000_000_000_000n);
});

test("formatUnits() and parsePrice() undo each other", () => {
  check([units], (value) => {
    const text = formatUnits(value as Price);
    assert.is(parsePrice(text), value);
    assert.match(text, /^(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$/);
  });
});

test("parsePrice() reads a text the same, however many zeros follow", () => {
  check([units, fc.integer({ min: 0, max: 12 })], (value, zeros) => {
    const text = formatUnits(value as Price);
    const longer = text.includes(".") ? text + "0".repeat(zeros) : text;
    assert.is(parsePrice(longer), value);
  });
});

test("formatAmount() and parseAmount() undo each other", () => {
  check([signed], (value) => assert.is(parseAmount(formatAmount(value as Amount)), value));
});

test("notionalOf() is exact", () => {
  assert.is(
    formatAmount(notionalOf(parsePrice("0.00000001"), parseQuantity("0.00000001"))),
    "0.0000000000000001",
  );
  assert.is(formatAmount(notionalOf(parsePrice("64000.01"), parseQuantity("0.015"))), "960.00015");
});

test("feeOf() rounds up to 1e-8", () => {
  for (
    const [feeRate, notional, fee] of [
      ["0.001", "100", "0.1"],
      ["0.001", "0.00001", "0.00000001"],
      ["0.001", "0.0000100000000001", "0.00000002"],
      ["0.001", "0.0000000000000001", "0.00000001"],
      ["0", "100", "0"],
      ["0.00075", "12.3456789", "0.00925926"],
    ] as const
  ) {
    assert.is(formatUnits(feeOf(parseRate(feeRate), parseAmount(notional))), fee);
  }
});

test("feeOf() is never less than the exact fee and less than 1e-8 more", () => {
  check([rate, price, quantity], (feeRate, p, q) => {
    const exact = feeRate * notionalOf(p, q); // 1e-24
    const more = feeOf(feeRate, notionalOf(p, q)) * 10n ** 16n - exact;
    assert.ok(more >= 0n && more < 10n ** 16n);
  });
});

test("feeAsAmount() changes the scale and not the value", () => {
  check([units], (fee) => assert.is(formatAmount(feeAsAmount(fee as Fee)), formatUnits(fee as Fee)));
});

test("midOf() rounds half to even at 8 decimals", () => {
  for (
    const [bid, ask, mid] of [
      ["1", "2", "1.5"],
      ["0.00000001", "0.00000002", "0.00000002"],
      ["0.00000002", "0.00000003", "0.00000002"],
      ["0.00000003", "0.00000004", "0.00000004"],
      ["5", "5", "5"],
    ] as const
  ) assert.is(formatUnits(midOf(parsePrice(bid), parsePrice(ask))), mid);
});

test("midOf() lies between bid and ask, a half step from the exact one at most", () => {
  check([price, price], (a, b) => {
    const twice = 2n * midOf(a, b) - (a + b);
    assert.ok(twice >= -1n && twice <= 1n);
    assert.is(midOf(a, b), midOf(b, a));
    if (twice !== 0n) assert.is(midOf(a, b) % 2n, 0n);
  });
});

test("shareOfBasis() gives all of it for the whole and keeps what it does not give", () => {
  check([fc.bigInt(0n, 10n ** 30n), quantity, quantity], (basis, part, more) => {
    const whole = (part + more) as Quantity;
    const share = shareOfBasis(basis as Amount, part, whole);
    assert.ok(share >= 0n && share <= basis);
    assert.is(shareOfBasis(basis as Amount, whole, whole), basis);
    const off = 2n * (share * whole - basis * part);
    assert.ok(off <= whole && -off <= whole);
    if (off === whole || -off === whole) assert.is(share % 2n, 0n);
  });
});

test("shareOfBasis() rounds half to even, also below zero", () => {
  const [one, two] = [1n as Quantity, 2n as Quantity];
  assert.equal([1n, 3n, 5n, -1n, -3n].map((basis) => shareOfBasis(basis as Amount, one, two)), [
    0n,
    2n,
    2n,
    -0n,
    -2n,
  ]);
});

test("affordable() is the largest multiple of the step that the amount pays", () => {
  check([fc.bigInt(0n, 10n ** 30n), price, quantity], (amount, p, step) => {
    const most = affordable(amount as Amount, p, step);
    assert.is(most % step, 0n);
    assert.ok(notionalOf(p, most) <= amount);
    assert.ok(notionalOf(p, (most + step) as Quantity) > amount);
  });
});

test("affordable() is nothing for no amount or no price", () => {
  const step = 1n as Quantity;
  assert.is(affordable(0n as Amount, 1n as Price, step), 0n);
  assert.is(affordable(-5n as Amount, 1n as Price, step), 0n);
  assert.is(affordable(5n as Amount, 0n as Price, step), 0n);
});

test("affordableWithFee() pays the fee out of the amount and leaves less than another step and 1e-8", () => {
  check([fc.bigInt(0n, 10n ** 30n), price, rate, quantity], (amount, p, feeRate, step) => {
    const most = affordableWithFee(amount as Amount, p, feeRate, step);
    assert.is(most % step, 0n);
    assert.ok(most === 0n || costOf(p, most, feeRate) <= amount);
    assert.ok(costOf(p, (most + step) as Quantity, feeRate) > amount - 10n ** 8n);
  });
});

test("affordableWithFee() spends the amount to the last digit where that comes out even", () => {
  const most = affordableWithFee(parseAmount("100.1"), parsePrice("100"), parseRate("0.001"), 1n as Quantity);
  assert.is(formatUnits(most), "1");
  const less = affordableWithFee(
    parseAmount("100.0999999999999999"),
    parsePrice("100"),
    parseRate("0.001"),
    1n as Quantity,
  );
  assert.is(formatUnits(less), "0.99999999");
});

test("costOf() is notional and fee", () => {
  assert.is(formatAmount(costOf(parsePrice("100"), parseQuantity("2"), parseRate("0.001"))), "200.2");
});

test("fractionOf() rounds towards zero", () => {
  assert.is(fractionOf(10n as Amount, parseRate("0.25")), 2n);
  assert.is(fractionOf(-10n as Amount, parseRate("0.25")), -2n);
});

test("rateOf() is a part of a whole, and nothing where there is none", () => {
  assert.is(formatUnits(rateOf(parseAmount("1"), parseAmount("3"))), "0.33333333");
  assert.is(formatUnits(rateOf(parseAmount("-1"), parseAmount("3"))), "-0.33333333");
  assert.is(rateOf(parseAmount("1"), parseAmount("0")), 0n);
});

test("asFact() is in 1e-8, rounded up and capped", () => {
  assert.is(asFact(parseAmount("960.00015")), 96_000_015_000);
  assert.is(asFact(parseAmount("0.0000000000000001")), 1);
  assert.is(asFact(parseAmount("0")), 0);
  assert.is(asFact(parseAmount("90071992.54740991")), Number.MAX_SAFE_INTEGER);
  assert.is(asFact(parseAmount("90071992.5474099100000001")), Number.MAX_SAFE_INTEGER);
  assert.is(asFact(parseAmount("1000000000000")), Number.MAX_SAFE_INTEGER);
});

test("ratioOf() is null where the divisor is zero", () => {
  assert.is(ratioOf(parseAmount("1"), parseAmount("4")), 0.25);
  assert.is(ratioOf(parseAmount("1"), parseAmount("0")), null);
});

test.run();
