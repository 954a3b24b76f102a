import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { MarketConfig } from "../../../../src/core/config.ts";
import { randomStream } from "../../../../src/core/random.ts";
import {
  feedStage,
  historicalTrades,
  quoteMessage,
  START_TS,
  tradeMessage,
} from "../../../support/feed_stage.ts";

/** What may happen to a feed, in any order; each of the venue's messages belongs to the market and so cannot be undone. */
type Step =
  | { readonly do: "trade" | "quote"; readonly symbol: number }
  | { readonly do: "wait"; readonly ms: number }
  | {
    readonly do:
      | "cut"
      | "shutdown"
      | "mute"
      | "twice"
      | "bad"
      | "restart"
      | "refuse"
      | "accept"
      | "restDown"
      | "restUp";
  };

const SYMBOLS = ["BTCUSDT", "ETHUSDT"];
const event = fc.record({ do: fc.constantFrom("trade" as const, "quote" as const), symbol: fc.nat(1) });
const wait = fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 4000 }) });
const mishap = fc.record({
  do: fc.constantFrom(
    "cut" as const,
    "shutdown" as const,
    "mute" as const,
    "twice" as const,
    "bad" as const,
    "restart" as const,
    "refuse" as const,
    "accept" as const,
    "restDown" as const,
    "restUp" as const,
  ),
});
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof({ arbitrary: event, weight: 6 }, { arbitrary: wait, weight: 3 }, { arbitrary: mishap, weight: 2 }),
  { maxLength: 120 },
);

async function live(list: readonly Step[], book: MarketConfig["book"], seed: number) {
  const stage = feedStage({
    book,
    random: randomStream(seed, "feed"),
    binance: { stall_ms: 5000, renew_after_ms: 15_000, backoff: { first_ms: 100, most_ms: 2000 } },
  });
  const { time, venue, feed } = stage;
  const lastTrade = SYMBOLS.map(() => 100);
  const lastQuote = SYMBOLS.map(() => 1000);
  const published: string[] = [];
  let lastMessage: string | null = null;
  const answer = (path: string) => {
    if (path.includes("/time")) return { body: `{"serverTime":${START_TS + time.frame}}` };
    return { body: historicalTrades(path, lastTrade[path.includes("BTC") ? 0 : 1]!) };
  };
  venue.rule.rest = answer;
  const receive = (socket: typeof venue.sockets[number], message: string) => {
    if (socket.phase !== "open" || socket.isMute) return;
    socket.receive(message);
  };
  const tell = (kind: "trade" | "quote", index: number) => {
    const symbol = SYMBOLS[index]!;
    const isTrade = kind === "trade";
    const id = isTrade ? ++lastTrade[index]! : (lastQuote[index]! += 3);
    const data = isTrade ? tradeMessage(id, symbol) : quoteMessage(id, `${90 + id % 3}`, symbol);
    const stream = `${symbol.toLowerCase()}@${isTrade ? "trade" : "bookTicker"}`;
    lastMessage = JSON.stringify({ stream, data });
    published.push(`${kind} ${symbol} ${id}`);
    for (const socket of venue.sockets) if (socket.subscribed.has(stream)) receive(socket, lastMessage);
  };
  const act = async (step: Step): Promise<void> => {
    const newest = venue.open().at(-1);
    switch (step.do) {
      case "trade":
      case "quote":
        return tell(step.do, step.symbol);
      case "wait":
        return await time.advance(step.ms);
      case "cut":
        return newest?.cut("reset");
      case "shutdown":
        return newest?.receive('{"e":"serverShutdown","E":1}');
      case "mute":
        if (newest !== undefined) newest.isMute = true;
        return;
      case "twice":
        if (lastMessage !== null && newest !== undefined) receive(newest, lastMessage);
        return;
      case "bad":
        return newest?.receive("[");
      case "restart":
        return feed.restart("late");
      case "refuse":
        venue.rule.refusal = "ECONNREFUSED";
        return;
      case "accept":
        venue.rule.refusal = null;
        return;
      case "restDown":
        venue.rule.rest = () => ({ status: 503 });
        return;
      case "restUp":
        venue.rule.rest = answer;
    }
  };
  stage.start();
  for (const index of [0, 1]) {
    await time.advance(100);
    tell("trade", index); // the baseline
  }
  for (const step of list) await act(step);
  // all is well again: what is missing shows with the next trade
  await act({ do: "accept" });
  await act({ do: "restUp" });
  for (let i = 0; i < 15; i++) {
    await time.advance(4000);
    for (const index of [0, 1]) tell("trade", index);
  }
  await time.advance(4000);
  return { stage, published };
}

const books: fc.Arbitrary<MarketConfig["book"]> = fc.oneof(
  fc.constant("every" as const),
  fc.constant("changed" as const),
  fc.constant(700),
);

test("binanceFeed() gives every trade once, quotes at most once and ascending, and its counts add up", async () => {
  await fc.assert(
    fc.asyncProperty(steps, books, fc.nat(), async (list, book, seed) => {
      const { stage, published } = await live(list, book, seed);
      assert.equal(stage.errors, []);
      for (const symbol of SYMBOLS) {
        const trades = stage.trades().filter((tick) => tick.symbol === symbol).map((tick) => tick.trade_id);
        const told = published.filter((text) => text.startsWith(`trade ${symbol}`)).map((text) =>
          Number(text.slice(14))
        );
        assert.equal([...trades].sort((a, b) => a - b), told);
        const quotes = stage.quotes().filter((tick) => tick.symbol === symbol).map((tick) => tick.update_id);
        for (let i = 1; i < quotes.length; i++) assert.ok(quotes[i]! > quotes[i - 1]!);
        const known = new Set(published);
        assert.ok(quotes.every((id) => known.has(`quote ${symbol} ${id}`)));
      }
      const { feed, errors } = stage.feed.lastHealth().payload;
      const byStream = stage.trades().filter(({ event_ts }) => event_ts !== null).length +
        stage.quotes().length;
      const controls = feed!.frames - byStream - feed!.duplicates - feed!.conflated - feed!.bad_frames;
      const shutdowns = list.filter((step) => step.do === "shutdown").length;
      // two replies for each connection that became ready, up to two for each that did not, and farewells
      assert.ok(controls >= 2 * feed!.connects && controls <= 2 * stage.venue.sockets.length + shutdowns);
      assert.ok(errors! >= feed!.bad_frames);
      assert.ok(feed!.reconnects < feed!.connects);
      assert.ok(stage.venue.mostAtOnce <= 2);
      assert.ok(stage.venue.mostInASecond <= 5);
      for (let i = 1; i < stage.drafts.length; i++) assert.ok(stage.drafts[i]!.ts >= stage.drafts[i - 1]!.ts);
      stage.stop();
      await stage.time.advance(10_000);
      assert.equal([stage.venue.open(), stage.time.actions.length], [[], 0]);
    }),
    { numRuns: 150 },
  );
});

test.run();
