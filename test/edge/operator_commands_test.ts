import { EventEmitter } from "node:events";
import process from "node:process";
import { VirtualTimeScheduler } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { listenToOperator } from "../../src/edge/operator_commands.ts";

interface Case {
  readonly signals?: readonly (readonly [atMs: number, "SIGINT" | "SIGTERM"])[];
  readonly latch?: (atMs: number) => string | null;
  /** When the night begins and ends to take inputs, and when it is over. */
  readonly subscribeMs?: number;
  readonly unsubscribeMs?: number;
  readonly closeMs?: number;
}

/** Plays a case in virtual time: `123 end SIGINT` for a command, `123 exit 130` for a forced end. */
function play(given: Case) {
  const { signals = [], latch = () => null, subscribeMs = 0, unsubscribeMs = 30_000, closeMs = 30_000 } =
    given;
  const scheduler = new VirtualTimeScheduler(undefined, 30_000);
  const source = new EventEmitter();
  const told: string[] = [];
  const tell = (text: string) => void told.push(`${scheduler.now()} ${text}`);
  let polls = 0;
  const operator = listenToOperator({
    clock: scheduler,
    readLatch: () => {
      polls++;
      return latch(scheduler.now());
    },
    pollMs: 250,
    onForcedEnd: (exitCode) => tell(`exit ${exitCode}`),
    signals: source,
    scheduler,
  });
  scheduler.schedule(() => {
    const subscription = operator.command$.subscribe({
      next: ({ payload, ts: _, ...rest }) => {
        assert.equal(rest, { type: "operator_command", source: "operator", cause: null });
        tell(`${payload.command} ${payload.reason}`);
      },
      error: (error: Error) => tell(`error ${error.message}`),
      complete: () => tell("complete"),
    });
    scheduler.schedule(() => subscription.unsubscribe(), unsubscribeMs - subscribeMs);
  }, subscribeMs);
  for (const [atMs, signal] of signals) scheduler.schedule(() => void source.emit(signal), atMs);
  scheduler.schedule(() => operator.close(), closeMs);
  scheduler.flush();
  assert.equal(source.eventNames(), [], "listeners are left");
  return { told, polls };
}

const SIGNALS: readonly (readonly [name: string, given: Case, told: readonly string[]])[] = [
  ["silence", {}, []],
  ["SIGTERM", { signals: [[100, "SIGTERM"]], closeMs: 10_099 }, ["100 end SIGTERM"]],
  ["SIGINT", { signals: [[100, "SIGINT"]], closeMs: 10_099 }, ["100 end SIGINT"]],
  ["SIGINT, too slow", { signals: [[100, "SIGINT"]] }, ["100 end SIGINT", "10100 exit 130"]],
  ["SIGTERM, too slow", { signals: [[100, "SIGTERM"]] }, ["100 end SIGTERM", "10100 exit 143"]],
  [
    "twice the same",
    { signals: [[100, "SIGTERM"], [101, "SIGTERM"]], closeMs: 200 },
    ["100 end SIGTERM", "101 exit 143"],
  ],
  [
    "the second one names the exit",
    { signals: [[100, "SIGTERM"], [5000, "SIGINT"]], closeMs: 6000 },
    ["100 end SIGTERM", "5000 exit 130"],
  ],
  [
    "the second one when no more inputs are taken",
    { signals: [[100, "SIGINT"], [300, "SIGINT"]], unsubscribeMs: 200, closeMs: 400 },
    ["100 end SIGINT", "300 exit 130"],
  ],
  ["a hung drain", { signals: [[100, "SIGINT"]], unsubscribeMs: 200 }, ["100 end SIGINT", "10100 exit 130"]],
  ["before the night listens", { signals: [[100, "SIGINT"]], subscribeMs: 150, closeMs: 400 }, [
    "150 end SIGINT",
  ]],
  ["after the night is over", { signals: [[500, "SIGINT"], [501, "SIGINT"]], closeMs: 400 }, []],
];

test("command$ ends the night in order at the first signal; the second one, or too slow an end, forces it", () => {
  for (const [name, given, told] of SIGNALS) assert.equal(play(given).told, told, name);
});

test("command$ carries the clock's time", () => {
  const source = new EventEmitter();
  const times: number[] = [];
  const operator = listenToOperator({
    clock: { now: () => 1234 },
    readLatch: () => null,
    pollMs: 250,
    onForcedEnd: () => assert.unreachable(),
    signals: source,
    scheduler: new VirtualTimeScheduler(),
  });
  const subscription = operator.command$.subscribe(({ ts }) => void times.push(ts));
  source.emit("SIGINT");
  subscription.unsubscribe();
  operator.close();
  assert.equal(times, [1234]);
});

const LATCHES: readonly (readonly [text: string, reason: string])[] = [
  ["by hand", "by hand"],
  ["  by hand\n", "by hand"],
  ["", "an empty STOP.flag"],
  [" \n", "an empty STOP.flag"],
  ["x".repeat(500), "x".repeat(500)],
  ["x".repeat(501), "x".repeat(500)],
];

test("command$ stops the night once when the latch is set, with its words", () => {
  for (const [text, reason] of LATCHES) {
    const { told, polls } = play({ latch: (atMs) => atMs < 600 ? null : text });
    assert.equal(told, [`750 stop ${reason}`]);
    assert.is(polls, 3, "nobody asks again");
  }
});

test("command$ stops the night when the latch cannot be read", () => {
  for (const thrown of [new Error("EIO"), "EIO"]) {
    const latch = () => {
      throw thrown;
    };
    assert.equal(play({ latch }).told, ["250 stop STOP.flag cannot be read: EIO"]);
  }
});

test("command$ gives both, in whatever order they come", () => {
  const latch = (atMs: number) => atMs < 600 ? null : "by hand";
  const after = play({ latch, signals: [[800, "SIGINT"]], closeMs: 900 });
  assert.equal(after.told, ["750 stop by hand", "800 end SIGINT"]);
  const before = play({ latch, signals: [[100, "SIGINT"]], closeMs: 900 });
  assert.equal(before.told, ["100 end SIGINT", "750 stop by hand"]);
});

test("listenToOperator() hears this process's own signals where no other source is given", () => {
  const listeners = () => [process.listenerCount("SIGINT"), process.listenerCount("SIGTERM")];
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const before = listeners();
    const reasons: string[] = [];
    const operator = listenToOperator({
      clock: { now: () => 1 },
      readLatch: () => null,
      pollMs: 60_000,
      onForcedEnd: () => assert.unreachable(),
    });
    const subscription = operator.command$.subscribe(({ payload }) => void reasons.push(payload.reason));
    process.emit(signal, signal);
    subscription.unsubscribe();
    operator.close();
    assert.equal(reasons, [signal]);
    assert.equal(listeners(), before);
  }
});

test.run();
