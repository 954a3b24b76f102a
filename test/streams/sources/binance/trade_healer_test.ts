import { test } from "uvu";
import * as assert from "uvu/assert";
import { arrivals } from "../../../../src/streams/sources/binance/arrivals.ts";
import { backoff } from "../../../../src/streams/sources/binance/backoff.ts";
import { oneTimer } from "../../../../src/streams/sources/binance/one_timer.ts";
import type { RestAnswer } from "../../../../src/streams/sources/binance/rest_door.ts";
import { tradeHealer } from "../../../../src/streams/sources/binance/trade_healer.ts";
import { historicalTrades } from "../../../support/feed_stage.ts";
import { tradeTick } from "../../../support/sample_ticks.ts";
import { SteppedTime } from "../../../support/stepped_time.ts";

/** Whatever ids are asked for, the venue knows them up to 1,000,000. */
const answerAll = (path: string): RestAnswer => {
  const body = historicalTrades(path, 1_000_000);
  return { ok: true, value: JSON.parse(body), body, elapsedMs: 20 };
};
const FAILURE: RestAnswer = { ok: false, kind: "bad", problem: "SERVER_ERROR" };

function staged(answer: (path: string) => RestAnswer, held = { ms: 0 }) {
  const time = new SteppedTime();
  const arrived = arrivals(["BTCUSDT", "ETHUSDT"]);
  const asked: string[] = [];
  const healed: string[] = [];
  const told: string[] = [];
  const healer = tradeHealer({
    door: {
      get heldForMs() {
        return held.ms;
      },
      ask(path) {
        asked.push(`${time.frame} ${path.replace(/.*symbol=/, "")}`);
        return new Promise((resolve) => void time.schedule(() => resolve(answer(path)), 20));
      },
    },
    gaps: arrived.gaps,
    tradesMax: 2500,
    tick: { venue: "binance", priceSource: "binance" },
    backoff: backoff({ first_ms: 1000, most_ms: 8000 }, { next: () => 0.99, below: () => 0, bell: () => 0 }),
    elapsed: { now: () => time.frame },
    timer: oneTimer(time, (error) => told.push(String(error))),
    onTrade(trade) {
      assert.is(arrived.take(trade, 0), "late");
      healed.push(`${trade.symbol} ${trade.trade_id}`);
    },
    onFailure: ({ problem }) => told.push(problem),
    onUnusable: (detail, body) => told.push(`${detail} (${body.length} characters)`),
    onError: (error) => told.push(String(error)),
  });
  /** The trades up to `id` have come, but for those that are missing. */
  const come = (id: number, symbol = "BTCUSDT") => {
    arrived.take({ ...tradeTick("1", "1"), symbol, trade_id: id }, 0);
    healer.wake();
  };
  return { time, asked, healed, told, healer, come, arrived };
}

test("tradeHealer() fetches what is missing at once, in order, and nothing else", async () => {
  const { time, asked, healed, come, healer } = staged(answerAll);
  healer.wake();
  come(10);
  come(11);
  await time.advance(1000);
  assert.equal(asked, []);
  come(14);
  come(16);
  await time.advance(10_000);
  assert.equal(asked, ["1000 BTCUSDT&fromId=12&limit=1000"]);
  assert.equal(healed, ["BTCUSDT 12", "BTCUSDT 13", "BTCUSDT 15"]);
});

test("tradeHealer() needs several requests for a long gap, one at a time and apart", async () => {
  const { time, asked, healed, come } = staged(answerAll);
  come(1);
  come(2402);
  await time.advance(10_000);
  assert.equal(asked.map((text) => text.replace("&limit=1000", "")), [
    "0 BTCUSDT&fromId=2",
    "500 BTCUSDT&fromId=1002",
    "1000 BTCUSDT&fromId=2002",
  ]);
  assert.is(healed.length, 2400);
});

test("tradeHealer() takes turns, so that no symbol waits for another's gap", async () => {
  const { time, asked, come } = staged(() => FAILURE);
  come(1);
  come(3);
  come(7, "ETHUSDT");
  come(9, "ETHUSDT");
  await time.advance(12_000);
  assert.equal(asked.map((text) => text.slice(-30, -11)).map((text) => /[A-Z]{7}/.exec(text)![0]), [
    "BTCUSDT",
    "ETHUSDT",
    "BTCUSDT",
    "ETHUSDT",
  ]);
});

test("tradeHealer() leaves a gap alone when it is longer than it may be", async () => {
  const { time, asked, come } = staged(answerAll);
  come(1);
  come(2503);
  await time.advance(10_000);
  assert.equal(asked, []);
});

test("tradeHealer() waits longer each time when it does not work, and not at all when the venue is back", async () => {
  const { time, asked, told, come, healer } = staged(() => FAILURE);
  come(1);
  come(3);
  await time.advance(9000);
  assert.equal(asked.map((text) => parseInt(text)), [0, 1010, 3010, 6990]);
  assert.equal(told, Array(4).fill("SERVER_ERROR"));
  healer.hurry();
  await time.advance(100);
  assert.is(asked.length, 5);
});

test("tradeHealer() keeps its requests apart when it is hurried", async () => {
  const { time, asked, come, healer } = staged(() => FAILURE);
  come(1);
  come(3);
  await time.advance(100);
  healer.hurry();
  healer.hurry();
  await time.advance(450);
  assert.equal(asked.map((text) => parseInt(text)), [0, 500]);
});

test("tradeHealer() asks nothing while the venue wants to be left alone", async () => {
  const held = { ms: 0 };
  const { time, asked, come, healer } = staged(() => {
    held.ms = 60_000;
    return FAILURE;
  }, held);
  come(1);
  come(3);
  await time.advance(50_000);
  assert.is(asked.length, 1);
  held.ms = 10_020;
  healer.hurry();
  await time.advance(10_019);
  assert.is(asked.length, 1);
  await time.advance(1);
  assert.is(asked.length, 2);
});

test("tradeHealer() goes on when the venue's data base does not know the trades yet", async () => {
  let known = false;
  const { time, healed, told, come } = staged((path) =>
    known ? answerAll(path) : { ...answerAll(path), value: [] }
  );
  come(1);
  come(3);
  await time.advance(1500);
  assert.equal(healed, []);
  known = true;
  await time.advance(3000);
  assert.equal([healed, told], [["BTCUSDT 2"], []]);
});

test("tradeHealer() takes no trade that has come by itself meanwhile", async () => {
  const { time, healed, come, arrived } = staged(answerAll);
  come(1);
  come(5);
  await time.advance(10);
  come(3);
  await time.advance(5000);
  assert.equal(healed, ["BTCUSDT 2", "BTCUSDT 4"]);
  assert.is(arrived.gaps.get("BTCUSDT")!.healed, 1);
});

test("tradeHealer() hands over an answer that holds no trades, and asks again", async () => {
  let isBad = true;
  const { time, healed, told, come } = staged((path) =>
    isBad ? { ok: true, value: [{}], body: "[{}]", elapsedMs: 1 } : answerAll(path)
  );
  come(1);
  come(3);
  await time.advance(500);
  isBad = false;
  await time.advance(2000);
  assert.equal(told, [
    "Price is undefined, expected a decimal above 0 with at most 8 decimals, as text (4 characters)",
  ]);
  assert.equal(healed, ["BTCUSDT 2"]);
});

test("tradeHealer() says nothing and asks nothing when stopped", async () => {
  const { time, asked, healed, come, healer } = staged(answerAll);
  come(1);
  come(3);
  await time.advance(10);
  healer.stop();
  healer.hurry();
  come(7);
  await time.advance(10_000);
  assert.equal([asked.length, healed], [1, []]);
});

test("tradeHealer() hands over what goes wrong inside", async () => {
  const { time, told, come } = staged(() => null as unknown as RestAnswer);
  come(1);
  come(3);
  await time.advance(100);
  assert.ok(told[0]!.startsWith("TypeError"));
});

test.run();
