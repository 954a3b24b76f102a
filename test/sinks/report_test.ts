import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event, Fill } from "../../src/core/event.ts";
import { portfolioOf, type ReportFacts, reportFigures, reportOf } from "../../src/sinks/report.ts";
import { marketHealth } from "../support/feed_events.ts";
import { tallied } from "../support/tallied.ts";
import { book, eventOf, fill, intent, result, trade } from "../support/trading_events.ts";

const FACTS: ReportFacts = {
  run_id: "20261121_220000",
  mode: "NORE",
  prices: "invented",
  verdict: "PASS",
  detail: null,
  started_ts: 0,
  ended_ts: 9,
  uptime_s: {
    market_role: 1,
    strategy_role: 1,
    risk_role: 1,
    execution_role: 1,
    ai_role: null,
    watchdog_role: 1,
  },
  deadletter: 2,
  refused_after_stop: 3,
  policy: { decisions: 200, evaluations: 5 },
  last_n: 4,
  head: "ab",
};

let order = 0;
const done = (side: Fill["side"], qty: string, price: string, fee: string, more: Partial<Fill> = {}) =>
  fill(++order, order, { side, qty, price, fee, ...more });
const mid = (price: string) => book(++order, price, price);

interface Figures {
  readonly virtual_pnl: Readonly<Record<string, string>>;
  readonly max_drawdown: { readonly quote: string; readonly fraction: number };
  readonly trades: number;
  readonly win_rate: number | null;
  readonly rr: number | null;
  readonly binance_latency_ms: unknown;
  readonly feed: Readonly<Record<string, unknown>> | null;
  readonly stop: unknown;
}
const figuresOf = (events: readonly Event[]) => reportFigures(tallied(events)) as unknown as Figures;

interface Case {
  readonly what: string;
  readonly events: readonly Event[];
  /** realised, unrealised, fees, total, equity_end */
  readonly pnl: readonly [string, string, string, string, string];
  /** trades, win_rate, rr */
  readonly trades: readonly [number, number | null, number | null];
  readonly drawdown?: readonly [string, number];
}

const NIGHTS: readonly Case[] = [
  {
    what: "nothing was traded",
    events: [trade(1, "100"), mid("90")],
    pnl: ["0", "0", "0", "0", "1500"],
    trades: [0, null, null],
  },
  {
    what: "one trade won",
    events: [done("BUY", "1", "100", "0.1"), done("SELL", "1", "110", "0.11"), mid("50")],
    pnl: ["10", "0", "0.21", "9.79", "1509.79"],
    trades: [1, 1, null],
  },
  {
    what: "one trade was lost",
    events: [done("BUY", "1", "110", "0.11"), done("SELL", "1", "100", "0.1"), mid("50")],
    pnl: ["-10", "0", "0.21", "-10.21", "1489.79"],
    trades: [1, 0, null],
    drawdown: ["10.21", 1021 / 150_000],
  },
  {
    what: "one was won and one lost",
    events: [
      done("BUY", "1", "100", "0.1"),
      done("SELL", "1", "110", "0.1"),
      done("BUY", "1", "110", "0.1"),
      done("SELL", "1", "90", "0.1"),
    ],
    pnl: ["-10", "0", "0.4", "-10.4", "1489.6"],
    trades: [2, 0.5, 98 / 202],
  },
  {
    what: "a gain is eaten up by the fees: no win",
    events: [done("BUY", "1", "100", "0.6"), done("SELL", "1", "101", "0.6")],
    pnl: ["1", "0", "1.2", "-0.2", "1499.8"],
    trades: [1, 0, null],
  },
  {
    what: "a trade comes out at nothing: neither win nor loss",
    events: [done("BUY", "1", "100", "0"), done("SELL", "1", "100", "0")],
    pnl: ["0", "0", "0", "0", "1500"],
    trades: [1, 0, null],
  },
  {
    what: "a position is held: marked at mid, no trade yet",
    events: [done("BUY", "2", "100", "0"), done("SELL", "1", "120", "0"), mid("130")],
    pnl: ["20", "30", "0", "50", "1550"],
    trades: [0, null, null],
  },
  {
    what: "a purchase is valued at the last mid, not at what it cost",
    events: [mid("100"), done("BUY", "1", "101", "0")],
    pnl: ["0", "-1", "0", "-1", "1499"],
    trades: [0, null, null],
  },
  {
    what: "a trade's price is no mid",
    events: [done("BUY", "1", "100", "0"), mid("130"), trade(++order, "500")],
    pnl: ["0", "30", "0", "30", "1530"],
    trades: [0, null, null],
  },
  {
    what: "a trade is taken in parts: one round trip",
    events: [
      done("BUY", "1", "100", "0"),
      done("BUY", "1", "110", "0"),
      done("SELL", "0.5", "120", "0"),
      done("SELL", "1.5", "120", "0"),
    ],
    pnl: ["30", "0", "0", "30", "1530"],
    trades: [1, 1, null],
  },
  {
    what: "two strategies trade one symbol: each its own round trip",
    events: [
      done("BUY", "1", "100", "0"),
      done("BUY", "1", "100", "0", { strategy_id: "beta" }),
      done("SELL", "1", "110", "0"),
      done("SELL", "1", "95", "0", { strategy_id: "beta" }),
    ],
    pnl: ["5", "0", "0", "5", "1505"],
    trades: [2, 0.5, 2],
  },
  {
    what: "equity falls, recovers and falls further",
    events: [
      done("BUY", "10", "100", "0"),
      ...["110", "104", "120", "100", "119", "90"].map(mid),
    ],
    pnl: ["0", "-100", "0", "-100", "1400"],
    trades: [0, null, null],
    drawdown: ["300", 300 / 1700],
  },
];

for (const { what, events, pnl, trades, drawdown } of NIGHTS) {
  test(`reportFigures() is right when ${what}`, () => {
    const { virtual_pnl, max_drawdown, ...figures } = figuresOf(events);
    const [realised, unrealised, fees, total, equity_end] = pnl;
    assert.equal(virtual_pnl, { realised, unrealised, fees, total, equity_start: "1500", equity_end });
    assert.equal([figures.trades, figures.win_rate, figures.rr], trades);
    if (drawdown !== undefined) {
      assert.equal([max_drawdown.quote, max_drawdown.fraction], drawdown);
    }
  });
}

/** 16 decimals as an integer. */
function units(text: string): bigint {
  const [whole, fraction = ""] = text.replace("-", "").split(".");
  const value = BigInt(whole + fraction.padEnd(16, "0"));
  return text.startsWith("-") ? -value : value;
}

test("reportFigures() total = realised + unrealised − fees = equity_end − equity_start, to the last digit", () => {
  const cents = (cent: number) => (cent / 100).toFixed(2);
  const price = fc.integer({ min: 1, max: 99_999 }).map(cents);
  const qty = fc.integer({ min: 1, max: 300 }).map((n) => (n / 1000).toFixed(3));
  const step = fc.tuple(fc.constantFrom("BUY", "SELL", "MID"), qty, price, fc.constantFrom("alpha", "beta"));
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const held: Record<string, number> = { alpha: 0, beta: 0 };
    const events = steps.flatMap(([what, qty, price, strategy_id]): readonly Event[] => {
      if (what === "MID") return [mid(price)];
      const amount = Math.round(Number(qty) * 1000);
      if (what === "SELL" && held[strategy_id]! < amount) return [];
      held[strategy_id]! += what === "BUY" ? amount : -amount;
      return [done(what, qty, price, "0.00000001", { strategy_id })];
    });
    const { virtual_pnl } = figuresOf(events);
    const of = (name: string) => units(virtual_pnl[name]!);
    assert.is(of("total"), of("realised") + of("unrealised") - of("fees"));
    assert.is(of("total"), of("equity_end") - of("equity_start"));
    assert.is(of("equity_start"), units("1500"));
  }));
});

test("reportFigures() has the nearest ranks of all probes", () => {
  const events = [50, 15, 40, 20, 35].map((latency_ms, i) => marketHealth(i, { latency_ms }, null));
  assert.equal(figuresOf(events).binance_latency_ms, { p50: 35, p95: 50, count: 5 });
  assert.equal(figuresOf([]).binance_latency_ms, { p50: null, p95: null, count: 0 });
});

test("reportFigures() has the certificate of the feed, and null where there was none", () => {
  assert.is(figuresOf([trade(1, "100")]).feed, null);
  const { feed } = figuresOf([trade(1, "100"), trade(5, "100"), marketHealth(6, {}, { stalled_ms: 500 })]);
  const { events, gaps, missing_trades, stalled_s, connected } = feed!;
  assert.equal([events, gaps, missing_trades, stalled_s, connected], [2, 1, 3, 0.5, true]);
});

test("reportOf() counts the market role's uptime from its last restart, the others' from the start", () => {
  const restart = eventOf("lifecycle", 4000, { what: "role_restarted", detail: "" });
  const { uptime_s } = reportOf(tallied([restart, trade(6500, "100")]), FACTS);
  assert.equal(uptime_s, { ...FACTS.uptime_s, market_role: 2.5 });
  assert.equal(reportOf(tallied([trade(6500, "100")]), FACTS)["uptime_s"], FACTS.uptime_s);
});

test("reportFigures() gives the share of STOP among all risk actions, and null where there are none", () => {
  const action = (verb: "ALLOW" | "DENY" | "STOP") =>
    eventOf("risk_action", ++order, { strategy_id: null, symbol: null, action: verb, reason_code: "X" });
  const stop = eventOf("stop_journal", ++order, {
    component: "risk_role",
    reason_code: "RISK_DRAWDOWN",
    detail: "",
    origin: "derived",
  });
  assert.equal(figuresOf([]).stop, { count: 0, share: null, reasons: {} });
  assert.equal(figuresOf([action("ALLOW"), action("DENY")]).stop, { count: 0, share: 0, reasons: {} });
  const reasons = { RISK_DRAWDOWN: 2 };
  const night = [action("ALLOW"), action("DENY"), action("ALLOW"), action("STOP"), stop, stop];
  assert.equal(figuresOf(night).stop, { count: 2, share: 0.25, reasons });
});

test("reportOf() has the fields of the contract, facts and figures", () => {
  const report = reportOf(tallied([trade(1, "100")]), FACTS);
  assert.is(
    Object.keys(report).join(" "),
    [
      "schema v run_id mode verdict detail prices started_ts ended_ts counts deadletter refused_after_stop",
      "policy uptime_s binance_latency_ms feed virtual_pnl max_drawdown trades win_rate rr stop ai last_n head",
    ].join(" "),
  );
  const { last_n, deadletter, refused_after_stop, counts } = report;
  assert.equal([last_n, deadletter, refused_after_stop], [4, 2, 3]);
  assert.equal(report["policy"], { decisions: 200, evaluations: 5, hit_rate: 0.975 });
  assert.is((counts as Record<string, number>)["market_tick"], 1);
  assert.is(Object.keys(counts as object).length, 15);
});

test("portfolioOf() shows cash, positions and open orders as of its event", () => {
  const tally = tallied([
    book(1, "100", "100"),
    intent(2, 1, { qty: "3", order_type: "LIMIT", limit_price: "90", tif: "GTC" }),
    result(2, 1, "ACCEPTED"),
    fill(3, 1, { qty: "2", price: "90", fee: "0.18" }),
    result(3, 1, "PARTIAL", "2"),
    book(4, "100", "100"),
  ]);
  const { open_orders, positions, ...rest } = portfolioOf(tally, {
    run_id: "r",
    n: 5,
    strategies: ["alpha", "beta"],
  });
  assert.equal(rest, {
    schema: "nore/portfolio",
    v: 1,
    run_id: "r",
    n: 5,
    ts: 4,
    cash: "1319.82",
    cash_by_strategy: { alpha: "819.82", beta: "500" },
    equity: "1519.82",
  });
  assert.equal(positions, [{
    venue: "paper",
    strategy_id: "alpha",
    symbol: "AAAUSDT",
    qty: "2",
    basis: "180",
    mark: "100",
    realised: "0",
    fees: "0.18",
  }]);
  const [open] = open_orders as readonly Record<string, unknown>[];
  assert.equal([open!["client_order_id"], open!["filled_qty"], open!["qty"]], ["20261121220000-1", "2", "3"]);
});

test.run();
