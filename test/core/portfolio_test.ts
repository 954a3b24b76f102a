import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Fill } from "../../src/core/event.ts";
import {
  type Amount,
  feeAsAmount,
  formatAmount,
  formatUnits,
  notionalOf,
  parseAmount,
  parseFee,
  parsePrice,
  parseQuantity,
  type Price,
  type Quantity,
} from "../../src/core/fixed_point.ts";
import {
  applyFill,
  capitalOf,
  cashOf,
  equityOf,
  isHeld,
  markSymbol,
  openPortfolio,
  type Portfolio,
  positionQuantity,
  positionsOf,
  totalsOf,
} from "../../src/core/portfolio.ts";
import { fill } from "../support/trading_events.ts";

function open(): Portfolio {
  return openPortfolio([
    { id: "alpha", capital: parseAmount("1000") },
    { id: "beta", capital: parseAmount("500") },
  ]);
}

/** `side qty price fee [strategy] [symbol]` */
function filled(text: string): Fill {
  const [side, qty, price, fee, strategy_id = "alpha", symbol = "AAAUSDT"] = text.split(" ");
  return fill(1, 1, { side, qty, price, fee, strategy_id, symbol } as Partial<Fill>).payload;
}

function figures(portfolio: Portfolio): Record<string, string> {
  return Object.fromEntries(
    Object.entries(totalsOf(portfolio)).map(([name, amount]) => [name, formatAmount(amount as Amount)]),
  );
}

test("openPortfolio() starts with the capital of all strategies", () => {
  const portfolio = open();
  assert.equal(figures(portfolio), {
    realised: "0",
    unrealised: "0",
    fees: "0",
    total: "0",
    equity_start: "1500",
    equity: "1500",
    cash: "1500",
  });
  assert.is(formatAmount(cashOf(portfolio, "beta")), "500");
  assert.is(formatAmount(capitalOf(portfolio, "beta")), "500");
  assert.equal(positionsOf(portfolio), []);
});

test("openPortfolio() throws when a strategy is there twice", () => {
  const strategy = { id: "alpha", capital: parseAmount("1") };
  assert.throws(() => openPortfolio([strategy, strategy]), /Strategy "alpha" is there twice/);
});

// fill or mark           | cash | realised | unrealised | fees | equity | closed
const ROUND_TRIP = `
  BUY 2 100 0.2           | 799.8    | 0    | 0   | 0.2  | 999.8   | -
  mark 110                | 799.8    | 0    | 20  | 0.2  | 1019.8  | -
  BUY 1 130 0.13          | 669.67   | 0    | 0   | 0.33 | 999.67  | -
  SELL 1 120 0.12         | 789.55   | 10   | 0   | 0.45 | 1009.55 | -
  mark 105                | 789.55   | 10   | -10 | 0.45 | 999.55  | -
  SELL 2 121 0.25         | 1031.3   | 32   | 0   | 0.7  | 1031.3  | 31.3
  mark 50                 | 1031.3   | 32   | 0   | 0.7  | 1031.3  | -
  BUY 1 50 0.05           | 981.25   | 32   | 0   | 0.75 | 1031.25 | -
  SELL 1 40 0.04          | 1021.21  | 22   | 0   | 0.79 | 1021.21 | -10.09
`;
test("applyFill() and markSymbol() keep the figures of two round trips", () => {
  const portfolio = openPortfolio([{ id: "alpha", capital: parseAmount("1000") }]);
  for (const line of ROUND_TRIP.trim().split("\n")) {
    const [what = "", cash, realised, unrealised, fees, equity, closed] = line.split("|").map((cell) =>
      cell.trim()
    );
    let trade = null;
    if (what.startsWith("mark")) markSymbol(portfolio, "paper", "AAAUSDT", parsePrice(what.slice(5)));
    else trade = applyFill(portfolio, filled(what));
    const now = figures(portfolio);
    assert.equal(
      [now["cash"], now["realised"], now["unrealised"], now["fees"], now["equity"]],
      [cash, realised, unrealised, fees, equity],
      line,
    );
    assert.is(trade === null ? "-" : formatAmount(trade.pnl), closed, line);
    assert.is(now["total"], formatAmount((totalsOf(portfolio).equity - parseAmount("1000")) as Amount));
  }
});

test("applyFill() names the round trip that it ends", () => {
  const portfolio = open();
  assert.is(applyFill(portfolio, filled("BUY 1 100 0 beta BBBUSDT")), null);
  assert.equal(applyFill(portfolio, filled("SELL 1 101 0 beta BBBUSDT")), {
    venue: "paper",
    strategy_id: "beta",
    symbol: "BBBUSDT",
    pnl: parseAmount("1"),
  });
});

test("applyFill() values a new position at the price paid until the next mid", () => {
  const portfolio = open();
  applyFill(portfolio, filled("BUY 1 100 0"));
  markSymbol(portfolio, "paper", "AAAUSDT", parsePrice("90"));
  applyFill(portfolio, filled("SELL 1 90 0"));
  applyFill(portfolio, filled("BUY 1 95 0"));
  assert.is(figures(portfolio)["unrealised"], "0");
  applyFill(portfolio, filled("BUY 1 97 0"));
  assert.is(figures(portfolio)["unrealised"], "-2");
});

test("applyFill() values a new position at the last mid where there is one", () => {
  const portfolio = open();
  applyFill(portfolio, filled("BUY 1 100 0"), parsePrice("99.5"));
  assert.is(figures(portfolio)["unrealised"], "-0.5");
});

test("applyFill() throws on a fill that cannot be", () => {
  for (
    const [text, message] of [
      ["SELL 1 100 0", /Strategy "alpha" sells more AAAUSDT than it holds/],
      ["SELL 2.01 100 0 beta", /sells more/],
      ["BUY 1 100 0 gamma", /No account of strategy "gamma"/],
      ["BUY 0 100 0", /is empty/],
    ] as const
  ) {
    const portfolio = open();
    applyFill(portfolio, filled("BUY 2 100 0 beta"));
    const before = figures(portfolio);
    assert.throws(() => applyFill(portfolio, filled(text)), message);
    assert.equal(figures(portfolio), before);
  }
});

test("markSymbol() is true only when the value of a position changed", () => {
  const portfolio = open();
  const mark = (price: string, symbol = "AAAUSDT", venue = "paper") =>
    markSymbol(portfolio, venue, symbol, parsePrice(price));
  assert.is(mark("100"), false);
  applyFill(portfolio, filled("BUY 1 100 0"));
  assert.is(mark("100"), false);
  assert.is(mark("101"), true);
  assert.is(mark("101"), false);
  assert.is(mark("55", "BBBUSDT"), false);
  assert.is(mark("55", "AAAUSDT", "elsewhere"), false);
  applyFill(portfolio, filled("BUY 1 100 0 alpha BBBUSDT"));
  applyFill(portfolio, filled("SELL 1 101 0"));
  assert.is(mark("102"), false);
});

test("markSymbol() values every strategy's position in the symbol", () => {
  const portfolio = open();
  applyFill(portfolio, filled("BUY 1 100 0"));
  applyFill(portfolio, filled("BUY 2 100 0 beta"));
  assert.is(markSymbol(portfolio, "paper", "AAAUSDT", parsePrice("101")), true);
  assert.is(formatAmount(equityOf(portfolio)), "1503");
});

test("isHeld() is true while any strategy holds the symbol", () => {
  const portfolio = open();
  const held = () => ["AAAUSDT", "BBBUSDT"].map((symbol) => isHeld(portfolio, "paper", symbol));
  assert.equal(held(), [false, false]);
  applyFill(portfolio, filled("BUY 1 100 0 beta"));
  assert.equal(held(), [true, false]);
  applyFill(portfolio, filled("SELL 1 100 0 beta"));
  assert.equal(held(), [false, false]);
});

test("positionsOf() is sorted by venue, strategy and symbol, without what is flat", () => {
  const portfolio = open();
  applyFill(portfolio, filled("BUY 1 10 0.01 beta BBBUSDT"));
  applyFill(portfolio, filled("BUY 2 10 0 beta AAAUSDT"));
  applyFill(portfolio, filled("BUY 3 10 0 alpha BBBUSDT"));
  applyFill(portfolio, filled("BUY 4 10 0 alpha AAAUSDT"));
  applyFill(portfolio, { ...filled("BUY 5 10 0 beta AAAUSDT"), venue: "other" });
  applyFill(portfolio, filled("SELL 2 10 0 beta AAAUSDT"));
  assert.equal(
    positionsOf(portfolio).map(({ venue, strategy_id, symbol, qty }) =>
      `${venue} ${strategy_id} ${symbol} ${formatUnits(qty)}`
    ),
    ["other beta AAAUSDT 5", "paper alpha AAAUSDT 4", "paper alpha BBBUSDT 3", "paper beta BBBUSDT 1"],
  );
});

test("positionsOf() shows basis, mark and what the strategy made in the symbol", () => {
  const portfolio = open();
  for (const text of ["BUY 3 10 0.03", "SELL 1 12 0.02"]) applyFill(portfolio, filled(text));
  markSymbol(portfolio, "paper", "AAAUSDT", parsePrice("11"));
  const [position] = positionsOf(portfolio);
  const { basis, mark, value, unrealised, realised, fees } = position!;
  assert.equal(
    [basis, value, unrealised, realised, fees].map(formatAmount).concat(formatUnits(mark)),
    ["20", "22", "2", "2", "0.05", "11"],
  );
});

test("positionQuantity() is zero for what was never traded", () => {
  const portfolio = open();
  applyFill(portfolio, filled("BUY 2 100 0"));
  const quantity = (strategy: string) => positionQuantity(portfolio, "paper", strategy, "AAAUSDT");
  assert.is(quantity("alpha"), parseQuantity("2"));
  assert.is(quantity("beta"), 0n);
  assert.is(positionQuantity(portfolio, "elsewhere", "alpha", "AAAUSDT"), 0n);
});

test("cashOf() throws for an unknown strategy", () => {
  assert.throws(() => cashOf(open(), "gamma"), /No account of strategy "gamma"/);
});

/** Any sequence of purchases, sales of a part of what is held, and marks. */
const steps = fc.array(
  fc.record({
    what: fc.constantFrom("BUY", "SELL", "mark"),
    strategy: fc.constantFrom("alpha", "beta"),
    symbol: fc.constantFrom("AAAUSDT", "BBBUSDT"),
    price: fc.bigInt(1n, 10n ** 14n),
    quantity: fc.bigInt(1n, 10n ** 12n),
    part: fc.oneof(fc.constant(1000n), fc.bigInt(1n, 1000n)),
    fee: fc.bigInt(0n, 10n ** 9n),
  }),
  { maxLength: 60 },
);

test("totalsOf() adds up to the last digit after any fills and marks", () => {
  fc.assert(fc.property(steps, (sequence) => {
    const portfolio = open();
    let cash = parseAmount("1500") as bigint;
    let fees = 0n;
    let closed = 0n;
    const held = new Map<string, bigint>();
    const marks = new Map<string, bigint>();
    for (const { what, strategy, symbol, price, quantity, part, fee } of sequence) {
      const key = `${strategy} ${symbol}`;
      const before = held.get(key) ?? 0n;
      if (what === "mark") {
        markSymbol(portfolio, "paper", symbol, price as Price);
        for (const id of ["alpha", "beta"]) marks.set(`${id} ${symbol}`, price);
      } else {
        const qty = what === "BUY" ? quantity : before * part / 1000n;
        if (qty === 0n) continue;
        const text = [qty, price, fee].map((value) => formatUnits(value as Price)).join(" ");
        if (before === 0n) marks.set(key, price);
        held.set(key, what === "BUY" ? before + qty : before - qty);
        const notional = notionalOf(price as Price, qty as Quantity);
        const feeAmount = feeAsAmount(parseFee(formatUnits(fee as Price)));
        cash += (what === "BUY" ? -notional : notional) - feeAmount;
        fees += feeAmount;
        closed += applyFill(portfolio, filled(`${what} ${text} ${strategy} ${symbol}`))?.pnl ?? 0n;
      }
      const value = [...held].reduce((sum, [each, qty]) => sum + qty * marks.get(each)!, 0n);
      const totals = totalsOf(portfolio);
      assert.is(totals.cash, cash);
      assert.is(totals.fees, fees);
      assert.is(totals.equity, cash + value);
      assert.is(totals.total, totals.equity - totals.equity_start);
      assert.is(totals.total, totals.realised + totals.unrealised - totals.fees);
      assert.is(totals.cash, cashOf(portfolio, "alpha") + cashOf(portfolio, "beta"));
      const positions = positionsOf(portfolio);
      assert.is(positions.length, [...held.values()].filter((qty) => qty > 0n).length);
      assert.is(totals.unrealised, positions.reduce((sum, position) => sum + position.unrealised, 0n));
      for (const position of positions) {
        assert.is(position.qty, held.get(`${position.strategy_id} ${position.symbol}`));
      }
    }
    if ([...held.values()].every((qty) => qty === 0n)) assert.is(closed, totalsOf(portfolio).total);
  }));
});

test.run();
