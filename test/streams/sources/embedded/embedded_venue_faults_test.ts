import { test } from "uvu";
import * as assert from "uvu/assert";
import type { VenueFault } from "../../../../src/core/config.ts";
import { takeTrade, tradeGaps } from "../../../../src/core/trade_gaps.ts";
import type { VenueMessage } from "../../../../src/streams/sources/binance/venue_message.ts";
import {
  type Client,
  fault,
  faulty,
  joined,
  market,
  messagesOf,
  MINUTE,
  staged,
  START_TS,
} from "../../../support/venue_stage.ts";

/** What one client sees of a minute with these faults; with account. */
function minuteOf(faults: readonly VenueFault[]) {
  const stage = staged({ faults });
  const client = joined(stage);
  stage.runTo(MINUTE);
  return { stage, client, account: faulty(stage.venue.account()) };
}

test("a gap withholds trades of the first symbol in a row, which REST still has", () => {
  const { stage, client, account } = minuteOf([fault("gap", { count: 7, every_ms: 30_000 })]);
  assert.equal(account, { gaps: 2, withheldTrades: 14 });
  const told = messagesOf(client);
  const missing = market(MINUTE).filter((message) => !told.some((one) => isSame(one, message)));
  assert.is(missing.length, 14);
  const gaps = tradeGaps();
  for (const message of told) {
    if ("e" in message && message.s === "BTCUSDT") takeTrade(gaps, message.t, 0);
  }
  assert.equal(gaps.missing.map(({ fromId, toId }) => toId - fromId + 1), [7, 7]);
  for (const { fromId, toId } of gaps.missing) {
    const path = `/api/v3/historicalTrades?symbol=BTCUSDT&fromId=${fromId}&limit=7`;
    const trades = JSON.parse(stage.venue.answer("GET", path).body);
    assert.equal([trades[0].id, trades.at(-1).id], [fromId, toId]);
  }
});

function isSame(a: VenueMessage, b: VenueMessage): boolean {
  return a.s === b.s && ("e" in a ? "e" in b && a.t === b.t : !("e" in b) && a.u === b.u);
}

test("a stall is silent with the connection open, and what happened meanwhile is never told", () => {
  const { client, account } = minuteOf([fault("stall", { every_ms: 20_000 })]);
  const isStalled = (ms: number) => [5000, 25_000, 45_000].some((from) => ms >= from && ms < from + 3000);
  const lost = market(MINUTE).length - messagesOf(client).length;
  assert.ok(lost > 60, `${lost} lost`);
  assert.equal(client.frames.filter(([ts]) => isStalled(ts - START_TS)), []);
  assert.equal(client.cutTs, []);
  assert.is(account.stalls, 3);
  const trades = (messages: readonly VenueMessage[]) => messages.filter((message) => "e" in message).length;
  assert.is(account.stalledTrades, trades(market(MINUTE)) - trades(messagesOf(client)));
});

test("a duplicate is a message sent twice in a row", () => {
  const { client, account } = minuteOf([fault("duplicate", { count: 5, every_ms: 30_000 })]);
  assert.equal(account, { duplicates: 10 });
  const told = messagesOf(client);
  assert.equal(told.filter((message, i) => i === 0 || !isSame(message, told[i - 1]!)), market(MINUTE));
  assert.is(told.length, market(MINUTE).length + 10);
});

test("a bad frame comes before a good one, and takes nothing away", () => {
  const { client, account } = minuteOf([fault("bad_frame", { count: 8 })]);
  assert.equal(account, { badFrames: 8 });
  assert.is(client.frames.length, market(MINUTE).length + 8);
  const isGood = ([, frame]: Client["frames"][0]) =>
    typeof frame === "string" && frame.startsWith('{"stream"') && frame.endsWith("}}") &&
    !frame.includes("not a number");
  const good = client.frames.filter(isGood).map(([, frame]) => JSON.parse(frame as string).data);
  assert.equal(good, market(MINUTE));
});

test("a disconnect cuts all connections at its time, and a new one goes on", () => {
  const stage = staged({ faults: [fault("disconnect", { after_ms: 5001, every_ms: 20_000 })] });
  const [one, other] = [joined(stage), joined(stage)];
  stage.runTo(10_000);
  assert.equal([one.cutTs, other.cutTs], [[START_TS + 5001], [START_TS + 5001]]);
  assert.equal(messagesOf(one), market(5000));
  stage.runTo(30_000); // at 25,001 nobody is there to be cut
  const late = joined(stage);
  stage.runTo(50_000);
  assert.equal(late.cutTs, [START_TS + 45_001]);
  assert.equal(faulty(stage.venue.account()), { disconnects: 2, cutConnections: 3 });
  assert.is(stage.venue.account().connections, 3);
});

test("a fault that counts messages waits for somebody to see it", () => {
  const stage = staged({
    faults: [fault("gap", { count: 2 }), fault("duplicate", { count: 2 }), fault("bad_frame", { count: 2 })],
  });
  stage.runTo(20_000);
  assert.equal(faulty(stage.venue.account()), {});
  const client = joined(stage);
  stage.runTo(30_000);
  assert.equal(faulty(stage.venue.account()), { gaps: 1, withheldTrades: 2, duplicates: 2, badFrames: 2 });
  assert.is(client.frames.length, market(30_000).length - market(20_000).length + 2);
});

test("two connections see the same faults, counted once", () => {
  const stage = staged({ faults: [fault("gap", { count: 3 }), fault("bad_frame", { count: 2 })] });
  const [one, other] = [joined(stage), joined(stage)];
  stage.runTo(MINUTE);
  assert.equal(one.frames, other.frames);
  assert.equal(faulty(stage.venue.account()), { gaps: 1, withheldTrades: 3, badFrames: 2 });
});

test("REST faults last for their time, and are counted by answers", () => {
  const faults = [
    fault("error_5xx"),
    fault("too_many", { after_ms: 10_000 }),
    fault("slow", { after_ms: 15_000 }),
  ];
  const stage = staged({ faults });
  const statuses: string[] = [];
  for (const ms of [4999, 5000, 7999, 8000, 10_000, 13_000, 15_000, 18_000]) {
    stage.runTo(ms);
    const { status, delayMs, headers } = stage.venue.answer("GET", "/api/v3/ping");
    statuses.push(`${status} ${delayMs} ${headers["retry-after"] ?? ""}`.trim());
  }
  assert.equal(statuses, ["200 0", "503 0", "503 0", "200 0", "429 0 3", "200 0", "200 3000", "200 0"]);
  const counts = { restFaults: 4, unavailableAnswers: 2, tooManyAnswers: 1, slowAnswers: 1 };
  assert.equal(faulty(stage.venue.account()), counts);
});

test("embeddedVenue() does the same again, fault for fault", () => {
  const kinds = ["disconnect", "stall", "gap", "duplicate", "bad_frame", "error_5xx", "slow"] as const;
  const faults = kinds.map((kind, i) => fault(kind, { after_ms: 1000 * i, every_ms: 7000 + i, count: 3 }));
  const night = () => {
    const stage = staged({ faults });
    const frames: unknown[] = [];
    for (let s = 1; s <= 60; s++) { // a client that comes back every second
      const client = joined(stage);
      stage.runTo(s * 1000);
      frames.push(client.frames, client.cutTs, stage.venue.answer("GET", "/api/v3/time"));
      client.session.closed();
    }
    return [frames, stage.venue.account()];
  };
  assert.equal(night(), night());
});

test.run();
