import { lastValueFrom, take, toArray } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { guardActs } from "../../src/commands/guarded_acts.ts";
import { openMarket, unusableTo } from "../../src/commands/open_market.ts";
import type { MarketTick } from "../../src/core/event.ts";
import type { Deadletter } from "../../src/core/ports.ts";
import { pacedClock, virtualClock } from "../../src/edge/clocks.ts";
import { openFeedPast, takePastEvent } from "../../src/streams/sources/binance/feed_past.ts";
import { embeddedAgenda } from "../../src/streams/sources/embedded/embedded_agenda.ts";
import { embeddedMarket } from "../../src/streams/sources/embedded/embedded_market.ts";
import { configWith } from "../support/repo_config.ts";
import { openRepoGate } from "../support/repo_policy.ts";
import { SIM_START_TS } from "../support/sim_night.ts";
import { eventOf } from "../support/trading_events.ts";

const NO_JOURNAL = { deadletter: () => {} };
const acts = guardActs(await openRepoGate(), {});

test("openMarket() gives the market itself in virtual time", async () => {
  const clock = virtualClock(SIM_START_TS);
  const pace = { clock, setTs: (ts: number) => clock.set(ts), speed: 1 };
  const plan = { runId: "20261121_220000", startedTs: SIM_START_TS, pace, isDurable: false };
  const market = await openMarket({ config: configWith(), seed: 7, acts, plan }, NO_JOURNAL);
  assert.is(market.feed, null);
  const [tick] = market.marketAgenda!.take(market.marketAgenda!.nextTs);
  assert.is(tick!.type, "market_tick");
  await market.close();
});

test("openMarket() puts the market behind a venue of its own in real time", async () => {
  const pace = { clock: pacedClock(SIM_START_TS, 20), speed: 20 };
  const plan = { runId: "20261121_220000", startedTs: SIM_START_TS, pace, isDurable: true };
  const market = await openMarket({ config: configWith(), seed: 7, acts, plan }, NO_JOURNAL);
  assert.is(market.marketAgenda, null);
  const inputs = await lastValueFrom(market.feed!.arrival$.pipe(take(20), toArray()));
  const ticks = inputs.flatMap((input) => input.type === "market_tick" ? [input.payload] : []);
  assert.ok(ticks.length > 0);
  for (const { venue, price_source } of ticks) {
    assert.equal([venue, price_source], ["embedded", "embedded"]);
  }
  await market.close();
});

test("openMarket() of a run that goes on has a venue that was there meanwhile, and a feed that knows what came", async () => {
  const LATER_TS = SIM_START_TS + 600_000;
  const pace = { clock: pacedClock(LATER_TS, 20), speed: 20 };
  const plan = { runId: "20261121_220000", startedTs: SIM_START_TS, pace, isDurable: true };
  const config = configWith();
  const past = openFeedPast(config.symbols);
  const inside = embeddedAgenda(
    embeddedMarket({ seed: 7, symbols: config.symbols, startTs: SIM_START_TS, ticksPerS: 10 }),
    { onUnusable: () => {} },
  );
  const known = new Set<string>();
  const nameOf = (tick: MarketTick) => `${tick.symbol} ${tick.kind === "trade" ? tick.trade_id : tick.price}`;
  while (inside.nextTs < LATER_TS - 60_000) {
    for (const { type, ts, payload } of inside.take(inside.nextTs)) {
      takePastEvent(past, eventOf(type, ts, payload as never));
      if ((payload as MarketTick).kind === "trade") known.add(nameOf(payload as MarketTick));
    }
  }
  const market = await openMarket({ config, seed: 7, acts, plan, past }, NO_JOURNAL);
  const inputs = await lastValueFrom(market.feed!.arrival$.pipe(take(300), toArray()));
  const trades = inputs.flatMap(({ type, payload }) =>
    type === "market_tick" && payload.kind === "trade" ? [payload] : []
  );
  assert.ok(trades.length > 100);
  assert.not.ok(trades.some((tick) => known.has(nameOf(tick))), "nothing twice");
  const fetched = trades.filter(({ event_ts, trade_ts }) => (event_ts ?? trade_ts!) < LATER_TS);
  assert.ok(fetched.length > 50, "what came meanwhile is fetched");
  await market.close();
});

test("openMarket() dials the live venue only when its feed is listened to", async () => {
  const config = configWith(["source=binance", "binance.ws_url=ws://127.0.0.1:9"]);
  const pace = { clock: pacedClock(SIM_START_TS, 1), speed: 1 };
  const plan = { runId: "20261121_220000", startedTs: SIM_START_TS, pace, isDurable: true };
  const market = await openMarket({ config, seed: 7, acts, plan }, NO_JOURNAL);
  assert.is(market.marketAgenda, null);
  assert.is(market.feed!.lastHealth().type, "health");
  await market.close();
});

test("unusableTo() keeps what the market said and why it is no tick", () => {
  const letters: Deadletter[] = [];
  const onUnusable = unusableTo({ deadletter: (letter) => void letters.push(letter) });
  onUnusable({ e: "trade" }, 'Price is "-"', 1000);
  assert.equal(letters, [{
    ts: 1000,
    queue: "market_ticks",
    reason_code: "TICK_UNUSABLE",
    detail: 'Price is "-"',
    raw: new TextEncoder().encode('{"e":"trade"}'),
  }]);
});

test.run();
