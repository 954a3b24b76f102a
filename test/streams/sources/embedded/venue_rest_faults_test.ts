import { test } from "uvu";
import * as assert from "uvu/assert";
import type { VenueFault } from "../../../../src/core/config.ts";
import { venueAccount } from "../../../../src/streams/sources/embedded/venue_account.ts";
import { venueFaults } from "../../../../src/streams/sources/embedded/venue_faults.ts";
import { spoiledAnswer } from "../../../../src/streams/sources/embedded/venue_rest_faults.ts";

const HONEST = { status: 200, headers: { a: "b" }, body: "{}", delayMs: 0 };

/** The answer while these faults have been on since 0, and what the account says of it. */
function spoiled(kinds: readonly VenueFault["kind"][], nowTs: number, speed = 1) {
  const faults = venueFaults(
    kinds.map((kind) => ({ kind, after_ms: 0, every_ms: 0, for_ms: 3000, count: 1 })),
    0,
  );
  for (const _ of kinds) faults.begin();
  const account = venueAccount();
  const answer = spoiledAnswer(HONEST, { faults, nowTs, speed, account });
  const { restFaults, unavailableAnswers, tooManyAnswers, slowAnswers } = account;
  return { answer, counts: [restFaults, unavailableAnswers, tooManyAnswers, slowAnswers] };
}

test("spoiledAnswer() leaves an answer as it is where no fault is on", () => {
  assert.equal(spoiled([], 5), { answer: HONEST, counts: [0, 0, 0, 0] });
  const over = spoiled(["error_5xx", "too_many", "slow", "stall"], 3000);
  assert.equal(over, { answer: HONEST, counts: [0, 0, 0, 0] });
});

test("spoiledAnswer() is a page of HTML with 503 during error_5xx", () => {
  const { answer, counts } = spoiled(["error_5xx"], 2999);
  assert.is(answer.status, 503);
  assert.is(answer.headers["content-type"], "text/html");
  assert.match(answer.body, /^<html>/);
  assert.equal(counts, [1, 1, 0, 0]);
});

test("spoiledAnswer() says after how many real seconds to ask again during too_many", () => {
  const cases = [[0, 1, "3"], [1, 1, "3"], [2001, 1, "1"], [2999, 1, "1"], [0, 20, "1"], [
    0,
    0.5,
    "6",
  ]] as const;
  for (const [nowTs, speed, retryAfter] of cases) {
    const { answer, counts } = spoiled(["too_many"], nowTs, speed);
    assert.is(answer.status, 429);
    assert.is(answer.headers["retry-after"], retryAfter, `${nowTs} at speed ${speed}`);
    assert.is(JSON.parse(answer.body).code, -1003);
    assert.equal(counts, [1, 0, 1, 0]);
  }
});

test("spoiledAnswer() is late during slow, by real milliseconds", () => {
  assert.equal(spoiled(["slow"], 1), { answer: { ...HONEST, delayMs: 3000 }, counts: [1, 0, 0, 1] });
  assert.is(spoiled(["slow"], 1, 20).answer.delayMs, 150);
});

test("spoiledAnswer() counts an answer once that is spoiled twice", () => {
  const { answer, counts } = spoiled(["slow", "error_5xx", "too_many"], 1);
  assert.equal([answer.status, answer.delayMs], [503, 3000]);
  assert.equal(counts, [1, 1, 0, 1]);
});

test.run();
