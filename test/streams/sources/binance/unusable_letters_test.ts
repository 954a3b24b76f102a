import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type UnusableLetter,
  unusableLetters,
} from "../../../../src/streams/sources/binance/unusable_letters.ts";

test("unusableLetters() hands over what came, text as UTF-8, and no more a minute than it may", () => {
  const letters: UnusableLetter[] = [];
  let nowMs = 0;
  const tell = unusableLetters({
    perMinuteMax: 2,
    clock: { now: () => 5000 + nowMs },
    elapsed: { now: () => nowMs },
    onUnusable: (letter) => letters.push(letter),
  });
  tell("A", "one", "é");
  nowMs = 10;
  tell("B", "two", Uint8Array.of(1, 2));
  tell("C", "three", "");
  nowMs = 60_000;
  tell("D", "four", "");
  assert.equal(letters, [
    { ts: 5000, reason_code: "A", detail: "one", raw: Uint8Array.of(0xc3, 0xa9) },
    { ts: 5010, reason_code: "B", detail: "two", raw: Uint8Array.of(1, 2) },
    { ts: 65_000, reason_code: "D", detail: "four", raw: new Uint8Array(0) },
  ]);
});

test.run();
