import { test } from "uvu";
import * as assert from "uvu/assert";
import { answerProblem, retryAfterMs } from "../../../../src/streams/sources/binance/answer_problem.ts";

const answer = (status: number, body: string, headers: readonly (readonly [string, string])[] = []) => ({
  status,
  body,
  headers: new Map(headers),
  elapsedMs: 1,
});
const HTML = "\n<!DOCTYPE html><html></html>";

const PROBLEMS: readonly (readonly [number, string, string | null])[] = [
  [200, "{}", null],
  [299, "[]", null],
  [200, "", "NOT_JSON: the answer is empty"],
  [200, HTML, "NOT_JSON: the answer is an HTML page"],
  [200, "{", "NOT_JSON: the answer is no JSON"],
  [199, "{}", "HTTP_ERROR: status 199, {}"],
  [302, "", "HTTP_ERROR: status 302, empty"],
  [
    400,
    '{"code":-1121,"msg":"Invalid symbol."}',
    'HTTP_ERROR: status 400, {"code":-1121,"msg":"Invalid symbol."}',
  ],
  [403, HTML, "FIREWALL: status 403, an HTML page"],
  [418, '{"code":-1003}', 'BANNED: status 418, {"code":-1003}'],
  [429, '{"code":-1003}', 'RATE_LIMITED: status 429, {"code":-1003}'],
  [499, "{}", "HTTP_ERROR: status 499, {}"],
  [500, "no", "SERVER_ERROR: status 500, no JSON"],
  [503, HTML, "SERVER_ERROR: status 503, an HTML page"],
  [500, `"${"x".repeat(1000)}"`, `SERVER_ERROR: status 500, "${"x".repeat(119)}`],
];
for (const [status, body, problem] of PROBLEMS) {
  test(`answerProblem() is ${problem?.slice(0, 40)} when told ${status} ${body.slice(0, 20)}`, () => {
    assert.is(answerProblem(answer(status, body)), problem);
  });
}

const WAITS: readonly (readonly [number, string | null, number | null])[] = [
  [200, "5", null],
  [503, "5", null],
  [429, "5", 5000],
  [418, "259200", 259_200_000],
  [429, null, 60_000],
  [418, null, 120_000],
  [429, "Wed, 21 Oct 2026 07:28:00 GMT", 60_000],
  [418, "-1", 120_000],
  [429, "1e9", 60_000],
  [403, null, 60_000],
  [403, "7", 7000],
  [418, "259201", 259_200_000], // no ban lasts longer, and no timer much longer
  [429, "9999999", 259_200_000],
  [429, "9".repeat(400), 259_200_000],
];
for (const [status, header, waitMs] of WAITS) {
  test(`retryAfterMs() is ${waitMs} when told ${status} with Retry-After ${header}`, () => {
    assert.is(retryAfterMs(answer(status, "", header === null ? [] : [["retry-after", header]])), waitMs);
  });
}

test.run();
