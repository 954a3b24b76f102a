import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { sha256Hex } from "../../../../src/core/sha256.ts";
import type { VenueMessage } from "../../../../src/streams/sources/binance/venue_message.ts";
import {
  embeddedMarket,
  type EmbeddedMarketOptions,
} from "../../../../src/streams/sources/embedded/embedded_market.ts";

const START_TS = 1_795_298_400_000;
const DEFAULTS: EmbeddedMarketOptions = {
  seed: 7,
  symbols: ["BTCUSDT", "ETHUSDT"],
  startTs: START_TS,
  ticksPerS: 10,
};

/** All messages of the first `ms`, each with its time. */
function messagesOf(options: Partial<EmbeddedMarketOptions>, ms: number): [number, VenueMessage][] {
  const market = embeddedMarket({ ...DEFAULTS, ...options });
  let state = market.initial();
  const told: [number, VenueMessage][] = [];
  while (state.nextTs < START_TS + ms) {
    const ts = state.nextTs;
    const [next, messages] = market.step(state, ts);
    assert.ok(messages.length > 0, "nextTs has a message");
    for (const message of messages) told.push([ts, message]);
    state = next;
    assert.ok(state.nextTs > ts, "nextTs moves on");
  }
  return told;
}

test("embeddedMarket() gives the same bytes on every engine", () => {
  const text = JSON.stringify(messagesOf({ symbols: ["BTCUSDT", "ETHBTC", "DOGEUSDT"] }, 600_000));
  assert.is(sha256Hex(text), "53923e11adebd112ea2f55a290d9b3aa2e315df594d0f8387c62512e2491622a");
});

test("step() gives nothing before nextTs, and what is due when the time is past it", () => {
  const market = embeddedMarket(DEFAULTS);
  const state = market.initial();
  const dueTs = state.nextTs;
  assert.ok(dueTs >= START_TS);
  assert.equal(market.step(state, dueTs - 1)[1], []);
  assert.is(state.nextTs, dueTs);
  const late = market.step(state, dueTs + 60_000)[1];
  assert.equal(late, market.step(market.initial(), dueTs)[1]);
  assert.ok(state.nextTs > dueTs);
});

test("initial() begins anew each time", () => {
  const market = embeddedMarket(DEFAULTS);
  const first = market.initial();
  for (let i = 0; i < 50; i++) market.step(first, first.nextTs);
  assert.is(market.initial().nextTs, embeddedMarket(DEFAULTS).initial().nextTs);
});

test("embeddedMarket() leaves a symbol alone when others are added or their order changes", () => {
  const ofEth = (symbols: readonly string[]) =>
    messagesOf({ symbols }, 30_000).filter(([, message]) => message.s === "ETHUSDT");
  const alone = ofEth(["ETHUSDT"]);
  assert.ok(alone.length > 200);
  assert.equal(ofEth(["BTCUSDT", "ETHUSDT", "SOLUSDT"]), alone);
  assert.equal(ofEth(["ETHUSDT", "BTCUSDT"]), alone);
});

test("embeddedMarket() gives another market for another seed", () => {
  fc.assert(fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (one, other) => {
    fc.pre(one !== other);
    assert.not.equal(messagesOf({ seed: one }, 2000), messagesOf({ seed: other }, 2000));
  }));
});

test("embeddedMarket() shifts all times and nothing else when it starts later", () => {
  const market = (startTs: number) => {
    const machine = embeddedMarket({ ...DEFAULTS, startTs });
    const state = machine.initial();
    return Array.from({ length: 200 }, () => {
      const [, messages] = machine.step(state, state.nextTs);
      return messages.map((message) =>
        "e" in message ? { ...message, E: message.E - startTs, T: message.T - startTs } : message
      );
    });
  };
  assert.equal(market(START_TS), market(0));
});

test("embeddedMarket() keeps a rate of several messages a millisecond", () => {
  const count = messagesOf({ symbols: ["BTCUSDT"], ticksPerS: 10_000 }, 1000).length;
  assert.ok(Math.abs(count - 10_000) < 500, `${count} in a second`);
});

const REFUSED: readonly (readonly [string, Partial<EmbeddedMarketOptions>, RegExp])[] = [
  ["no symbol", { symbols: [] }, /^No symbol given/],
  ["an unknown symbol", { symbols: ["BTCUSDT", "NOPE"] }, /^Symbol "NOPE" is not in the embedded market/],
  ["a symbol twice", { symbols: ["BTCUSDT", "BTCUSDT"] }, /^Symbol given twice in BTCUSDT, BTCUSDT/],
  ["a rate of 0", { ticksPerS: 0 }, /^Ticks per second is 0, expected more than 0/],
  ["a rate that is no number", { ticksPerS: NaN }, /^Ticks per second is NaN/],
  ["a rate beyond the limit", { ticksPerS: 10_001 }, /^Ticks per second is 10001, .* at most 10000/],
  ["a broken seed", { seed: -1 }, /^Seed is -1/],
];
for (const [name, options, message] of REFUSED) {
  test(`embeddedMarket() refuses ${name}`, () => {
    assert.throws(() => embeddedMarket({ ...DEFAULTS, ...options }).initial(), message);
  });
}

test.run();
