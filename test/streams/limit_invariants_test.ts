import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LimitAction, RiskConfig } from "../../src/core/config.ts";
import type { BookTick, Event, OrderIntent } from "../../src/core/event.ts";
import {
  fractionOf,
  notionalOf,
  parseAmount,
  parsePrice,
  parseQuantity,
  parseRate,
  type Price,
} from "../../src/core/fixed_point.ts";
import { fillOrder, foldOpenOrder, openOrders, remainingOf } from "../../src/core/open_orders.ts";
import { applyFill, equityOf, markSymbol, openPortfolio, positionsOf } from "../../src/core/portfolio.ts";
import type { RiskState } from "../../src/streams/risk/risk_role.ts";
import type { MiniLog } from "../support/mini_log.ts";
import { NIGHT, type NightCase, played, STRATEGIES } from "../support/random_nights.ts";
import { VENUE } from "../support/trading_events.ts";

/** No limit is passed without its action, told from the log alone and by other means than those of the checks. */

const DAY_MS = 86_400_000;

interface Trip {
  readonly ts: number;
  readonly scope: string;
  readonly pnl: bigint;
}

/** What stands at a moment: code, strategy and symbol, `*` for all. */
type Standing = ReadonlySet<string>;

function ledgerOf(risk: RiskConfig) {
  const capital = parseAmount("1000");
  const portfolio = openPortfolio(STRATEGIES.map((id) => ({ id, capital })));
  const orders = openOrders();
  const books = new Map<string, { readonly mid: Price; readonly ts: number }>();
  const trips: Trip[] = [];
  /** code and scope → until when. */
  const timed = new Map<string, number>();
  let ts = 0;
  let day = -1;
  let dayStart = portfolio.equityStart;

  function lookAtDay(): void {
    const today = (ts - ts % DAY_MS) / DAY_MS;
    if (day >= 0 && today !== day) dayStart = equityOf(portfolio);
    day = today;
  }

  /** The trips of one scope within a window that ends now. */
  const within = (scope: string, window_ms: number) =>
    trips.filter((trip) => trip.scope === scope && trip.ts > ts - window_ms);

  function endTrip(trip: Trip): void {
    trips.push(trip);
    const { scope } = trip;
    const { cooldown, stoploss_guard: guard, low_profit: low } = risk;
    if (trip.pnl < 0n) {
      timed.set(`RISK_COOLDOWN ${scope}`, ts + cooldown.after_loss_ms);
      const losses = within(scope, guard.window_ms).filter(({ pnl }) => pnl < 0n).length;
      if (losses >= guard.losses) timed.set(`RISK_STOPLOSS_GUARD ${scope}`, ts + guard.freeze_ms);
    }
    const all = within(scope, low.window_ms);
    const pnl = all.reduce((sum, each) => sum + each.pnl, 0n);
    if (all.length >= low.trades && -pnl > fractionOf(capital, parseRate(low.loss_max))) {
      timed.set(`RISK_LOW_PROFIT ${scope}`, ts + low.freeze_ms);
    }
  }

  function exposedIn(symbol: string): bigint {
    let exposed = 0n;
    for (const position of positionsOf(portfolio)) if (position.symbol === symbol) exposed += position.value;
    for (const order of orders.values()) {
      if (order.symbol === symbol && order.side === "BUY") {
        exposed += notionalOf(order.price, remainingOf(order));
      }
    }
    return exposed;
  }

  return {
    /** `looks`: whether the role looks at a tick although nothing held has moved. */
    take(event: Event, looks: boolean): void {
      ts = event.ts;
      const { type } = event;
      if (type === "market_tick") {
        const { symbol, price } = event.payload as BookTick;
        const mid = parsePrice(price);
        books.set(symbol, { mid, ts });
        if (markSymbol(portfolio, VENUE, symbol, mid) || looks) lookAtDay();
      } else if (type === "timer") {
        lookAtDay();
      } else if (type === "order_intent" || type === "order_result") {
        foldOpenOrder(orders, event);
      } else if (type === "fill") {
        const { symbol, strategy_id } = event.payload;
        const trip = applyFill(portfolio, event.payload, books.get(symbol)!.mid);
        fillOrder(orders, event.payload);
        if (trip !== null) endTrip({ ts, scope: `${strategy_id} ${symbol}`, pnl: trip.pnl });
        lookAtDay();
      }
    },
    /** What must stand now. */
    standing(): Standing {
      const equity = equityOf(portfolio);
      const found = new Set<string>();
      if (dayStart - equity > fractionOf(dayStart, parseRate(risk.daily_loss.limit))) {
        found.add("RISK_DAILY_LOSS * *");
      }
      for (const symbol of books.keys()) {
        const most = fractionOf(equity, parseRate(risk.symbol_exposure.limit));
        if (exposedIn(symbol) > most) found.add(`RISK_SYMBOL_EXPOSURE * ${symbol}`);
      }
      for (const [key, untilTs] of timed) if (ts < untilTs) found.add(key);
      return found;
    },
    /** The limits that this entry, which is about to be sent, would pass. */
    passedBy(
      { strategy_id, symbol, qty, facts, limit_price }: OrderIntent,
      sentTs: number,
    ): readonly string[] {
      const { mid, ts: bookTs } = books.get(symbol)!;
      const price = limit_price === undefined ? BigInt(facts["price"] as number) : parsePrice(limit_price);
      const distance = price > mid ? price - mid : mid - price;
      const collar = parseRate(risk.price_collar.limit);
      const exposed = exposedIn(symbol) + price * parseQuantity(qty);
      const most = fractionOf(equityOf(portfolio), parseRate(risk.symbol_exposure.limit));
      const passed: Readonly<Record<string, boolean>> = {
        RISK_OPEN_ORDERS: orders.size >= risk.open_orders.limit,
        RISK_STALE_PRICE: sentTs - bookTs > risk.stale_price.limit_ms,
        RISK_PRICE_COLLAR: distance * 100_000_000n > mid * collar,
        RISK_SYMBOL_EXPOSURE: exposed > most,
        RISK_COOLDOWN: sentTs < (timed.get(`RISK_COOLDOWN ${strategy_id} ${symbol}`) ?? 0),
      };
      return Object.keys(passed).filter((code) => passed[code]);
    },
  };
}

const ACTIONS: Readonly<Record<string, (risk: RiskConfig) => LimitAction>> = {
  RISK_DAILY_LOSS: ({ daily_loss }) => daily_loss.action,
  RISK_SYMBOL_EXPOSURE: ({ symbol_exposure }) => symbol_exposure.action,
  RISK_OPEN_ORDERS: ({ open_orders }) => open_orders.action,
  RISK_STALE_PRICE: ({ stale_price }) => stale_price.action,
  RISK_PRICE_COLLAR: ({ price_collar }) => price_collar.action,
  RISK_COOLDOWN: ({ cooldown }) => cooldown.action,
  RISK_STOPLOSS_GUARD: ({ stoploss_guard }) => stoploss_guard.action,
  RISK_LOW_PROFIT: ({ low_profit }) => low_profit.action,
};
/** A cooldown that stops or denies meets the entry alone. */
const MEETS_ENTRIES_ALONE = ["RISK_COOLDOWN"];
/** These depend on nothing that changes without a look, so they thaw exactly when they are over. */
const THAWS_EXACTLY = ["RISK_DAILY_LOSS", "RISK_COOLDOWN", "RISK_STOPLOSS_GUARD", "RISK_LOW_PROFIT"];

interface Turn {
  readonly events: readonly Event[];
  /** Whether something stood in the role when it began, and after its end. */
  readonly stood: boolean;
}

function turnsOf(it: NightCase): readonly Turn[] {
  const turns: Turn[] = [];
  let start = 0;
  let stood = false;
  const cut = (log: MiniLog) => {
    turns.push({ events: log.events.slice(start), stood });
    start = log.events.length;
    stood = (log.stateOf("risk_role") as RiskState).standing.size > 0;
  };
  cut(played(it, cut));
  return turns;
}

/** Walks through a night, and holds every moment against the ledger. */
function check(it: NightCase): void {
  const { risk } = it;
  const ledger = ledgerOf(risk);
  const frozen = new Set<string>();
  let hasStopped = false;
  for (const { events, stood } of turnsOf(it)) {
    for (const event of events) {
      if (event.type === "order_intent" && event.payload.side === "BUY") {
        const { strategy_id, symbol } = event.payload;
        assert.equal(ledger.passedBy(event.payload, event.ts), []);
        for (const key of [...ledger.standing(), ...frozen]) {
          const [code, strategy, where] = key.split(" ");
          const isEntryAlone = MEETS_ENTRIES_ALONE.includes(code!) && !frozen.has(key);
          const holds = (strategy === "*" || strategy === strategy_id) && (where === "*" || where === symbol);
          assert.not.ok(holds && !isEntryAlone, `${strategy_id} enters ${symbol} in spite of ${key}`);
        }
      }
      if (event.type === "risk_action") {
        const { action, reason_code, strategy_id, symbol } = event.payload;
        const key = `${reason_code} ${strategy_id ?? "*"} ${symbol ?? "*"}`;
        const wasFrozen = frozen.has(key);
        if (action === "FREEZE") frozen.add(key);
        if (action === "UNFREEZE") frozen.delete(key);
        assert.not.ok(action === "FREEZE" && wasFrozen, `${key} is frozen twice`);
        assert.not.ok(action === "UNFREEZE" && !wasFrozen, `${key} thaws but was not frozen`);
        if (action === "STOP") hasStopped = true;
      }
      ledger.take(event, stood);
    }
    const input = events[0]!;
    if (hasStopped || (input.type !== "market_tick" && input.type !== "timer")) continue;
    const standing = ledger.standing();
    for (const key of standing) {
      const code = key.split(" ")[0]!;
      const action = ACTIONS[code]!(risk);
      if (action === "FREEZE") assert.ok(frozen.has(key), `${key} is not frozen`);
      if (!MEETS_ENTRIES_ALONE.includes(code)) assert.is.not(action, "STOP", `${key} has not stopped`);
    }
    for (const key of frozen) {
      if (THAWS_EXACTLY.includes(key.split(" ")[0]!)) assert.ok(standing.has(key), `${key} has not thawed`);
    }
  }
}

test("riskRole() lets no limit be passed without its action, freezes once and thaws in time", () => {
  fc.assert(fc.property(NIGHT, check), { numRuns: 1000, includeErrorInReport: true });
});

test("random nights meet every limit, with every answer that it has", () => {
  const seen = new Set<string>();
  for (const it of fc.sample(NIGHT, { seed: 4, numRuns: 600 })) {
    for (const { events } of turnsOf(it)) {
      for (const { type, payload } of events) {
        if (type === "risk_action") seen.add(`${payload.reason_code} ${payload.action}`);
      }
    }
  }
  const wanted = Object.keys(ACTIONS).flatMap((code) =>
    ["DENY", "FREEZE", "UNFREEZE", "STOP"].map((action) => `${code} ${action}`)
  );
  assert.equal([...wanted, "RISK_SYMBOL_EXPOSURE REDUCE"].filter((each) => !seen.has(each)), []);
});

test.run();
