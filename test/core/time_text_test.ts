import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatDuration, isRunId, parseDuration, parseIso, runIdOf } from "../../src/core/time_text.ts";

/** Until the end of the year 9999, whole seconds. */
const anySecond = fc.integer({ min: 0, max: 253_402_300_799 }).map((seconds) => seconds * 1000);

test("parseDuration() adds up its parts", () => {
  const durations: readonly (readonly [string, number])[] = [
    ["0s", 0],
    ["250ms", 250],
    ["90s", 90_000],
    ["15m", 900_000],
    ["7h", 25_200_000],
    ["2d", 172_800_000],
    ["1h30m", 5_400_000],
    ["1m1ms", 60_001],
    ["007s", 7000],
  ];
  for (const [text, ms] of durations) assert.is(parseDuration(text), ms, text);
});

test("parseDuration() refuses what is no duration, with the text in quotes", () => {
  const wrong = [
    "",
    "7",
    "h",
    "7 h",
    "7H",
    "-7h",
    "1.5h",
    "7h ",
    "7hours",
    "1e3s",
    "∞",
    "7h\n",
    "1234567890s",
  ];
  for (const text of wrong) {
    const expected = `Not a duration: ${JSON.stringify(text)}, expected such as 90s, 15m, 7h or 1h30m`;
    assert.throws(() => parseDuration(text), (error: Error) => error.message === expected, text);
  }
});

test("formatDuration() shows the two or three largest parts", () => {
  const durations: readonly (readonly [number, string])[] = [
    [0, "0s"],
    [999, "0s"],
    [9000, "9s"],
    [59_999, "59s"],
    [60_000, "1m 00s"],
    [723_000, "12m 03s"],
    [3_599_000, "59m 59s"],
    [3_600_000, "1h 00m 00s"],
    [3_723_004, "1h 02m 03s"],
    [360_000_000, "100h 00m 00s"],
  ];
  for (const [ms, text] of durations) assert.is(formatDuration(ms), text);
});

test("parseDuration() undoes formatDuration() to the second", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 10 ** 9 }), (ms) => {
    assert.is(parseDuration(formatDuration(ms).replaceAll(" ", "")), Math.floor(ms / 1000) * 1000);
  }));
});

test("runIdOf() is the UTC time of the start", () => {
  assert.is(runIdOf(Date.UTC(2026, 10, 21, 22)), "20261121_220000");
  assert.is(runIdOf(Date.UTC(2026, 0, 2, 3, 4, 5, 999)), "20260102_030405");
});

test("runIdOf() keeps the order of time, and is a run id", () => {
  fc.assert(fc.property(anySecond, anySecond, (a, b) => {
    assert.ok(isRunId(runIdOf(a)));
    assert.is(a < b, runIdOf(a) < runIdOf(b));
    assert.is(parseIso(runIdOf(a).replace(/^(....)(..)(..)_(..)(..)(..)$/, "$1-$2-$3T$4:$5:$6Z")), a);
  }));
});

test("isRunId() refuses other forms and times that are none", () => {
  const wrong = [
    "",
    "20261121",
    "20261121-220000",
    "20261121_2200000",
    " 20261121_220000",
    "20261121_220000\n",
    "2026112l_220000",
    "20261321_220000",
    "20260230_220000",
    "20260001_220000",
    "20261100_220000",
    "20261121_240000",
    "20261121_226000",
    "20261121_220060",
    "00500101_000000",
  ];
  for (const text of wrong) assert.not(isRunId(text), JSON.stringify(text));
});

test("parseIso() reads times with a zone", () => {
  const ts = Date.UTC(2026, 10, 21, 22);
  const times: readonly (readonly [string, number])[] = [
    ["2026-11-21T22:00:00Z", ts],
    ["2026-11-21T22:00Z", ts],
    ["2026-11-21T22:00:00.5Z", ts + 500],
    ["2026-11-21T22:00:00.007Z", ts + 7],
    ["2026-11-22T00:30:00+02:30", ts],
    ["2026-11-21T19:00:00-03:00", ts],
    ["1970-01-01T00:00:00Z", 0],
    ["2028-02-29T00:00:00Z", Date.UTC(2028, 1, 29)],
  ];
  for (const [text, expected] of times) assert.is(parseIso(text), expected, text);
});

test("parseIso() refuses a time without zone, before 1970, or that does not exist", () => {
  const wrong = [
    "",
    "now",
    "2026-11-21",
    "2026-11-21T22:00:00",
    "2026-11-21 22:00:00Z",
    "2026-11-21T22Z",
    "2026-11-21T22:00:00.1234Z",
    "2026-11-21T22:00:00z",
    "2026-11-21T22:00:00+0200",
    "21.11.2026",
    "1969-12-31T23:59:59Z",
    "1970-01-01T00:00:00+00:01",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-11-00T00:00:00Z",
    "2026-11-31T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "2026-02-30T00:00:00+01:00",
    "2026-11-21T25:00:00Z",
    "2026-11-21T22:60:00Z",
    "2026-11-21T22:00:60Z",
  ];
  for (const text of wrong) {
    const expected = `Not a time: ${JSON.stringify(text)}, expected such as 2026-11-21T22:00:00Z`;
    assert.throws(() => parseIso(text), (error: Error) => error.message === expected, text);
  }
});

test.run();
