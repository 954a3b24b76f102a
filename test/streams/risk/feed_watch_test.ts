import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event, Proposal } from "../../../src/core/event.ts";
import {
  type FeedWatch,
  feedWatch,
  judgeFeed,
  judgeHealth,
  judgeRefusedTick,
  judgeTick,
  noteEvent,
} from "../../../src/streams/risk/feed_watch.ts";
import type { FeedLimits } from "../../../src/streams/risk/risk_check.ts";
import { marketHealth, refusedTick, tradeOf, WIDE_FEED } from "../../support/feed_events.ts";
import { riskView } from "../../support/risk_views.ts";
import { book, SYMBOLS, timer } from "../../support/trading_events.ts";

const NARROW: FeedLimits = {
  market: { stale: { freeze_ms: 100, stop_ms: 300 }, gap: { stop_ms: 200, trades_max: 6 } },
  binance: {
    lost_after_ms: 250,
    errors: { limit: 5, window_ms: 400 },
    clock: { offset_ms_max: 50, stop_ms: 150 },
  },
};

type In = Event<"market_tick" | "health" | "timer" | "policy_denial">;

function watchOf(limits: FeedLimits): { readonly watch: FeedWatch; step(event: In): string[] } {
  const watch = feedWatch({ ...limits, symbols: [...SYMBOLS.keys()] });
  const view = { ...riskView(), feed: watch.feed };
  const judge = (event: In): readonly Proposal<"risk_action">[] => {
    switch (event.type) {
      case "market_tick":
        return judgeTick(watch, view, event.payload);
      case "health":
        return judgeHealth(watch, view, event.payload);
      case "policy_denial":
        return judgeRefusedTick(watch, view);
      case "timer":
        return judgeFeed(watch, view);
    }
  };
  return {
    watch,
    step(event) {
      view.ts = event.ts;
      noteEvent(watch, event.ts);
      return judge(event).map(({ payload: { action, reason_code, symbol } }) =>
        `${action} ${reason_code} ${symbol ?? "*"}`
      );
    },
  };
}

const stale = (freeze_ms: number, stop_ms: number): FeedLimits => ({
  ...WIDE_FEED,
  market: { ...WIDE_FEED.market, stale: { freeze_ms, stop_ms } },
});
const bbb = { symbol: "BBBUSDT" };

test("judgeTick() freezes a silence by the clock and thaws it with its own tick alone", () => {
  const { step } = watchOf(stale(100, 300));
  assert.equal(step(book(1000, "1", "2")), []);
  assert.equal(step(book(1050, "1", "2", bbb)), []);
  assert.equal(step(timer(1100)), []);
  assert.equal(step(timer(1101)), ["FREEZE FEED_STALE AAAUSDT"]);
  assert.equal(step(book(1140, "1", "2", bbb)), []);
  assert.equal(step(timer(1141)), []);
  assert.equal(step(book(1200, "1", "2")), ["UNFREEZE FEED_STALE AAAUSDT"]);
});

test("judgeTick() judges a silence into which no timer fell when it ends", () => {
  const frozen = ["FREEZE FEED_STALE AAAUSDT", "UNFREEZE FEED_STALE AAAUSDT"];
  for (const [ts, said] of [[1100, []], [1101, frozen], [1301, ["STOP FEED_STALE AAAUSDT"]]] as const) {
    const { step } = watchOf(stale(100, 300));
    step(book(1000, "1", "2"));
    for (let i = 1; i < 4; i++) step(book(1000 + i * 70, "1", "2", bbb));
    assert.equal(step(book(ts, "1", "2")), said);
  }
});

test("judgeTick() freezes with the trade that opens a gap and thaws with the one that closes it", () => {
  const { step } = watchOf({ ...WIDE_FEED, market: { ...NARROW.market, stale: WIDE_FEED.market.stale } });
  const said = [10, 13, 14, 11, 11, 12, 15].map((id, i) => step(tradeOf(i, id)));
  assert.equal(said, [[], ["FREEZE FEED_GAP AAAUSDT"], [], [], [], ["UNFREEZE FEED_GAP AAAUSDT"], []]);
  assert.equal(step(tradeOf(9, 23)), ["STOP FEED_GAP AAAUSDT"]); // 7 trades at once
});

test("judgeTick() asks no check at an ordinary tick, also while something is frozen", () => {
  const { step, watch } = watchOf(NARROW);
  step(tradeOf(0, 1));
  step(book(1, "1", "2", bbb));
  step(marketHealth(2, { clock_offset_ms: 60 }));
  assert.is(watch.standing.size, 1);
  const asked: string[] = [];
  for (const check of watch.checks) {
    const { state } = check;
    check.state = (view) => {
      asked.push(check.code);
      return state!(view);
    };
  }
  for (let i = 3; i < 90; i++) step(i % 2 === 0 ? tradeOf(i, i / 2) : book(i, "1", "2", bbb));
  assert.equal(asked, []);
  step(timer(91));
  assert.is(asked.length, watch.checks.length);
});

test("judgeTick() has nothing to say of a symbol that need not be heard of", () => {
  const { step } = watchOf(stale(100, 300));
  step(timer(0));
  assert.equal(step(book(90, "1", "2", { symbol: "CCCUSDT" })), []);
  assert.equal(step(timer(101)), ["FREEZE FEED_STALE AAAUSDT", "FREEZE FEED_STALE BBBUSDT"]);
});

test("judgeHealth() heeds what the market role says of itself, and nobody else", () => {
  const skewed = { clock_offset_ms: 51 };
  for (
    const [event, said] of [
      [marketHealth(1, { ...skewed, origin: "derived" }), []],
      [marketHealth(1, { ...skewed, role: "watchdog_role" }), []],
      [marketHealth(1, skewed), ["FREEZE CLOCK_SKEW *"]],
    ] as const
  ) assert.equal(watchOf(NARROW).step(event), said);
});

test("judgeRefusedTick() stops at once with the tick that is one error too many", () => {
  const { step } = watchOf(NARROW);
  const said = [1, 2, 3, 4, 5, 6].map((ts) => step(refusedTick(ts)));
  assert.equal(said, [[], [], [], [], [], ["STOP VENUE_ERRORS *"]]);
});

test("judgeFeed() names a lost venue as the reason where all falls silent with it", () => {
  const { step } = watchOf({ ...NARROW, binance: { ...NARROW.binance, lost_after_ms: 300 } });
  step(book(0, "1", "2"));
  step(marketHealth(0));
  assert.equal(step(timer(301)), ["STOP VENUE_LOST *"]);
});

// ---- whatever comes

const symbol = fc.constantFrom(...SYMBOLS.keys());
const happening = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(fc.constant("trade" as const), symbol, fc.constantFrom(1, 1, 1, 3, -1, -2)),
  },
  { weight: 3, arbitrary: fc.tuple(fc.constant("book" as const), symbol) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("timer" as const)) },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constant("health" as const),
      fc.constantFrom(undefined, 0, 50, -51, 80),
      fc.boolean(),
      fc.constantFrom(0, 1, 3),
    ),
  },
);
const night = fc.array(fc.tuple(fc.constantFrom(0, 5, 20, 45, 110), happening), {
  minLength: 5,
  maxLength: 80,
});

/** What should be frozen or stop, worked out from all that has come so far. */
interface Past {
  readonly ticks: Map<string, number>;
  readonly ids: Map<string, number[]>;
  readonly gapSince: Map<string, Map<number, number>>;
  contactTs: number;
  isTold: boolean;
  skewSince: number | null;
  readonly errors: number[];
}

function expected(past: Past, ts: number): { readonly frozen: string[]; readonly stops: boolean } {
  const frozen: string[] = [];
  let stops = past.isTold && ts - past.contactTs > 250;
  stops ||= past.errors.filter((at) => at > ts - 400).length > 5;
  if (past.skewSince !== null) {
    frozen.push("CLOCK_SKEW *");
    stops ||= ts - past.skewSince > 150;
  }
  for (const name of SYMBOLS.keys()) {
    const silentMs = ts - past.ticks.get(name)!;
    if (silentMs > 100) frozen.push(`FEED_STALE ${name}`);
    stops ||= silentMs > 300;
    const missing = [...past.gapSince.get(name)!.values()];
    if (missing.length > 0) frozen.push(`FEED_GAP ${name}`);
    stops ||= missing.length > 6 || missing.some((since) => ts - since > 200);
  }
  return { frozen: frozen.sort(), stops };
}

test("judgeFeed() leaves frozen at every timer exactly what is out of order, in pairs, and says nothing after a STOP", () => {
  let stopped = 0;
  fc.assert(
    fc.property(night, (steps) => {
      const { step } = watchOf(NARROW);
      const frozen = new Set<string>();
      let ts = 1000;
      const past: Past = {
        ticks: new Map([...SYMBOLS.keys()].map((name) => [name, ts])),
        ids: new Map([...SYMBOLS.keys()].map((name) => [name, [100]])),
        gapSince: new Map([...SYMBOLS.keys()].map((name) => [name, new Map()])),
        contactTs: ts,
        isTold: false,
        skewSince: null,
        errors: [],
      };
      for (const name of SYMBOLS.keys()) step(tradeOf(ts, 100, name));
      let errors = 0;
      let hasStopped = false;
      for (const [gap, [what, ...more]] of steps) {
        ts += gap;
        let event: In = timer(ts);
        // one that a tick ends is judged by what was before it
        let mustStop = what !== "health" && expected(past, ts).stops;
        if (what === "trade" || what === "book") {
          const [name, move] = more as [string, number | undefined];
          // only the silence of its own symbol makes a tick look at the rest
          mustStop &&= ts - past.ticks.get(name)! > 100;
          past.ticks.set(name, ts);
          past.contactTs = ts;
          event = book(ts, "1", "2", { symbol: name });
          if (move !== undefined) {
            const ids = past.ids.get(name)!;
            const id = Math.max(100, Math.max(...ids) + move);
            for (let i = Math.max(...ids) + 1; i < id; i++) past.gapSince.get(name)!.set(i, ts);
            past.gapSince.get(name)!.delete(id);
            ids.push(id);
            event = tradeOf(ts, id, name);
          }
        } else if (what === "health") {
          const [clock_offset_ms, connected, newErrors] = more as [number | undefined, boolean, number];
          errors += newErrors;
          for (let i = 0; i < newErrors; i++) past.errors.push(ts);
          past.isTold = true;
          if (connected) past.contactTs = ts;
          if (clock_offset_ms !== undefined) {
            past.skewSince = Math.abs(clock_offset_ms) > 50 ? past.skewSince ?? ts : null;
          }
          const offset = clock_offset_ms === undefined ? {} : { clock_offset_ms };
          event = marketHealth(ts, { ...offset, errors }, { connected });
          mustStop = expected(past, ts).stops;
        }
        for (const word of step(event)) {
          assert.not(hasStopped);
          const [action, ...about] = word.split(" ");
          if (action === "STOP") hasStopped = true;
          else if (action === "FREEZE") {
            assert.not(frozen.has(about.join(" ")), word);
            frozen.add(about.join(" "));
          } else assert.ok(frozen.delete(about.join(" ")), word);
        }
        if (mustStop) assert.ok(hasStopped, `${what} at ${ts} must stop`);
        if (hasStopped) {
          stopped++;
          return;
        }
        if (what === "timer" || what === "health") {
          const now = expected(past, ts);
          assert.not(now.stops);
          assert.equal([...frozen].sort(), now.frozen, `${what} at ${ts}`);
        }
      }
    }),
    { numRuns: 500 },
  );
  assert.ok(stopped > 20, `${stopped} of 500 nights stopped`);
});

test.run();
