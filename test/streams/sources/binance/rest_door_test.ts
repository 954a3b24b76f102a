import { test } from "uvu";
import * as assert from "uvu/assert";
import { AnswerError } from "../../../../src/core/answer_error.ts";
import type { HttpAnswer, HttpGet } from "../../../../src/core/ports.ts";
import { restDoor } from "../../../../src/streams/sources/binance/rest_door.ts";

const GOOD: HttpAnswer = { status: 200, headers: new Map(), body: '{"a":1}', elapsedMs: 3 };

function staged(get: (at: { nowMs: number }) => Promise<HttpAnswer>) {
  const at = { nowMs: 0 };
  const asked: unknown[] = [];
  const port: HttpGet = (url, options) => {
    asked.push([url, options]);
    return get(at);
  };
  const door = restDoor({
    restUrl: "https://a.b",
    timeoutMs: 5000,
    get: port,
    elapsed: { now: () => at.nowMs },
  });
  return { at, asked, door };
}

test("restDoor() asks the venue, within its limits, and gives what the answer holds", async () => {
  const { door, asked } = staged(() => Promise.resolve(GOOD));
  assert.equal(await door.ask("/api/v3/x", 99), { ok: true, value: { a: 1 }, body: '{"a":1}', elapsedMs: 3 });
  assert.equal(asked, [["https://a.b/api/v3/x", { timeoutMs: 5000, bytesMax: 99 }]]);
});

test("restDoor() tells a late answer from no connection", async () => {
  for (
    const [waitMs, kind, problem] of [
      [4998, "late", "TIMEOUT: no answer in 5000 ms"],
      [4997, "unreachable", "NO_CONNECTION: refused"],
    ] as const
  ) {
    const { door } = staged((at) => {
      at.nowMs += waitMs;
      return Promise.reject(new Error("refused"));
    });
    assert.equal(await door.ask("/", 1), { ok: false, kind, problem });
  }
  const { door } = staged(() => Promise.reject("no error at all"));
  assert.equal(await door.ask("/", 1), {
    ok: false,
    kind: "unreachable",
    problem: "NO_CONNECTION: no error at all",
  });
});

test("restDoor() tells an answer that is none from no connection, however long it took", async () => {
  for (const waitMs of [1, 5000]) {
    const { door } = staged((at) => {
      at.nowMs += waitMs;
      return Promise.reject(new AnswerError("TOO_LONG: the answer is longer than 1 bytes"));
    });
    const problem = "TOO_LONG: the answer is longer than 1 bytes";
    assert.equal(await door.ask("/", 1), { ok: false, kind: "bad", problem });
  }
});

test("restDoor() names a bad answer, and lets the next question through", async () => {
  const { door, asked } = staged(() => Promise.resolve({ ...GOOD, status: 503, body: "" }));
  assert.equal(await door.ask("/", 1), {
    ok: false,
    kind: "bad",
    problem: "SERVER_ERROR: status 503, empty",
  });
  assert.is(door.heldForMs, 0);
  await door.ask("/", 1);
  assert.is(asked.length, 2);
});

const HOLDS: readonly (readonly [number, string | null, number])[] = [
  [429, null, 60_000],
  [418, null, 120_000],
  [429, "7", 7000],
];
for (const [status, header, holdMs] of HOLDS) {
  test(`restDoor() asks nothing for ${holdMs} ms when answered ${status} with Retry-After ${header}`, async () => {
    let answer = { ...GOOD, status, headers: new Map(header === null ? [] : [["retry-after", header]]) };
    const { door, asked, at } = staged(() => Promise.resolve(answer));
    const name = status === 418 ? "BANNED" : "RATE_LIMITED";
    const told = await door.ask("/", 1);
    assert.equal(told, {
      ok: false,
      kind: "bad",
      problem: `${name}: status ${status}, {"a":1}; no request for ${holdMs / 1000} s`,
    });
    answer = { ...answer, status: 200 };
    at.nowMs = holdMs - 1;
    assert.is(door.heldForMs, 1);
    assert.equal(await door.ask("/", 1), {
      ok: false,
      kind: "held",
      problem: `${name}: status ${status}, {"a":1}; no request for 1 s`,
    });
    assert.is(asked.length, 1);
    at.nowMs = holdMs;
    assert.is((await door.ask("/", 1)).ok, true);
    assert.is(asked.length, 2);
  });
}

test.run();
