import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatUnits, parsePrice, parseQuantity } from "../../../../src/core/fixed_point.ts";
import { feedStage } from "../../../support/feed_stage.ts";
import { realData } from "../../../support/real_data.ts";

/** A recording of the venue, `<receive ns> <frame>` a line: what it says of trades and quotes goes through the feed. */
const recording = realData("market/excerpt/btcusdt-spot-first3000.gz");
const expected = realData("market/expected.json");

interface Told {
  readonly stream: string;
  readonly data: Readonly<Record<"s" | "p" | "q" | "b" | "B" | "a" | "A", string>> & {
    readonly t: number;
    readonly u: number;
    readonly E: number;
    readonly T: number;
  };
}
const STREAMS = ["btcusdt@trade", "btcusdt@bookTicker"];
const price = (text: string) => formatUnits(parsePrice(text));
const quantity = (text: string) => formatUnits(parseQuantity(text));

(recording === null || expected === null ? test.skip : test)(
  "binanceFeed() gives every recorded trade and quote once, prices exact, with two connections and repeats",
  async () => {
    const frames = recording!.trimEnd().split("\n")
      .map((line) => line.slice(line.indexOf(" ") + 1))
      .filter((frame) => STREAMS.some((name) => frame.startsWith(`{"stream":"${name}"`)));
    const stage = feedStage({ symbols: ["BTCUSDT"] });
    const { time, venue } = stage;
    stage.start();
    await time.advance(100);
    for (const [index, frame] of frames.entries()) {
      if (index % 500 === 400) venue.open().at(-1)!.receive('{"e":"serverShutdown","E":1}');
      if (index % 20 === 0) await time.advance(50);
      for (const socket of venue.open()) if (socket.subscribed.size > 0) socket.receive(frame);
      if (index % 7 === 0) venue.open()[0]!.receive(frame);
    }
    const told = frames.map((frame) => JSON.parse(frame) as Told);
    assert.equal(
      stage.trades().map((
        { trade_id, price, qty, event_ts, trade_ts },
      ) => [trade_id, price, qty, event_ts, trade_ts]),
      told.filter(({ stream }) => stream === STREAMS[0]).map((
        { data: { t, p, q, E, T } },
      ) => [t, price(p), quantity(q), E, T]),
    );
    assert.equal(
      stage.quotes().map((
        { update_id, bid, bid_qty, ask, ask_qty },
      ) => [update_id, bid, bid_qty, ask, ask_qty]),
      told.filter(({ stream }) => stream === STREAMS[1])
        .map(({ data: { u, b, B, a, A } }) => [u, price(b), quantity(B), price(a), quantity(A)]),
    );
    const { trade, bookTicker } = JSON.parse(expected!).hft.spot_btcusdt_first3000.types as Record<
      string,
      number
    >;
    assert.equal([stage.trades().length, stage.quotes().length], [trade, bookTicker]);
    const { duplicates, bad_frames, connects } = stage.feed.lastHealth().payload.feed!;
    assert.ok(duplicates > frames.length / 7);
    assert.equal([bad_frames, stage.letters.length], [0, 0]);
    assert.ok(connects >= 5);
  },
);

test.run();
