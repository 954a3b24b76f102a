import fc from "fast-check";
import { concat, from, map, NEVER, type Observable, of, Subject, take, tap, throwError } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { feedback, type FeedbackOptions, type Step } from "../../../src/streams/operators/feedback.ts";

/** What follows from a draft; drafts and events are words here, and a draft becomes the event of its name. */
type Answers = (draft: string) => readonly string[];

function turns(answers: Answers, more: Partial<FeedbackOptions<string>> = {}) {
  const inner = (draft$: Observable<string>) =>
    draft$.pipe(map((draft): Step<string, string> => ({ event: draft, drafts: answers(draft) })));
  return feedback(inner, { turnLengthMax: 100, waitingMax: 100, endTurn: () => null, ...more });
}

function answersOf(table: Readonly<Record<string, readonly string[]>>): Answers {
  return (draft) => table[draft] ?? [];
}

/** What a subscriber sees, in order: events, then `|` or `#message`; `then` is what it does about an event. */
function seen(event$: Observable<string>, then: (event: string) => void = () => {}): string[] {
  const log: string[] = [];
  event$.subscribe({
    next: (event) => {
      log.push(event);
      then(event);
    },
    error: (error) => log.push(`#${(error as Error).message}`),
    complete: () => log.push("|"),
  });
  return log;
}

function marbles(run: Parameters<TestScheduler["run"]>[0]): void {
  new TestScheduler((actual, expected) => assert.equal(actual, expected)).run(run as never);
}

test("feedback() gives the consequences of an input at the input's time", () => {
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const input$ = cold(" -a----b---|");
    const subs = "        ^---------!";
    const expected = "    -(axy)(bz)|"; // a group is one moment, however wide
    const answers = answersOf({ a: ["x", "y"], b: ["z"] });
    expectObservable(input$.pipe(turns(answers))).toBe(expected);
    expectSubscriptions(input$.subscriptions).toBe(subs);
  });
});

test("feedback() gives an error of the inputs at its time, and lets go of them", () => {
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const input$ = cold(" -a--#");
    const subs = "        ^---!";
    const expected = "    -a--#";
    expectObservable(input$.pipe(turns(() => []))).toBe(expected);
    expectSubscriptions(input$.subscriptions).toBe(subs);
  });
});

test("feedback() lets go of the inputs when it is unsubscribed", () => {
  marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const input$ = hot("  -a-b-c-");
    const unsub = "       ----!";
    const subs = "        ^---!";
    const expected = "    -a-b-";
    expectObservable(input$.pipe(turns(() => [])), unsub).toBe(expected);
    expectSubscriptions(input$.subscriptions).toBe(subs);
  });
});

test("feedback() takes consequences first in, first out", () => {
  const answers = answersOf({ a: ["b", "c"], b: ["d", "e"], c: ["f"], d: ["g"] });
  assert.equal(seen(of("a").pipe(turns(answers))), ["a", "b", "c", "d", "e", "f", "g", "|"]);
});

test("feedback() gives every turn whole, breadth first, in the order of its inputs", () => {
  // A word of digits is answered by shorter ones: each digit says how long one of them is.
  const answers: Answers = (word) => [...word.slice(1)].map((digit) => word.slice(1, 1 + Number(digit)));
  const turnOf = (input: string) => {
    const turn = [input];
    for (const word of turn) turn.push(...answers(word));
    return turn;
  };
  const anyInput = fc.stringMatching(/^[0-3]{0,5}$/);
  fc.assert(fc.property(fc.array(anyInput, { maxLength: 6 }), (inputs) => {
    const all = from(inputs).pipe(turns(answers, { turnLengthMax: 10_000 }));
    assert.equal(seen(all), [...inputs.flatMap(turnOf), "|"]);
  }));
});

test("feedback() lets an input that comes within a turn wait until the turn is through", () => {
  const input$ = new Subject<string>();
  const log = seen(input$.pipe(turns(answersOf({ a: ["x", "y"], b: ["z"] }))), (event) => {
    if (event === "a") ["b", "c"].forEach((input) => input$.next(input));
  });
  input$.next("a");
  assert.equal(log, ["a", "x", "y", "b", "z", "c"]);
});

test("feedback() lets an input wait that a step of the turn brought about", () => {
  const input$ = new Subject<string>();
  const answers: Answers = (draft) => {
    if (draft === "a") input$.next("late");
    return draft === "a" ? ["x"] : [];
  };
  const log = seen(input$.pipe(turns(answers)));
  input$.next("a");
  assert.equal(log, ["a", "x", "late"]);
});

test("feedback() gives no event where a step has none, but its consequences", () => {
  const inner = (draft$: Observable<string>) =>
    draft$.pipe(
      map((draft): Step<string, string> =>
        draft === "refused" ? { event: null, drafts: ["denial"] } : { event: draft, drafts: [] }
      ),
    );
  const event$ = of("refused", "b").pipe(
    feedback(inner, { turnLengthMax: 9, waitingMax: 9, endTurn: () => null }),
  );
  assert.equal(seen(event$), ["denial", "b", "|"]);
});

function stackDepth(): number {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = Infinity;
  const depth = new Error().stack!.split("\n").length;
  Error.stackTraceLimit = limit;
  return depth;
}

test("feedback() holds a turn of 100,000 events without growing the stack", () => {
  const length = 100_000;
  const depths = new Set<number>();
  let count = 0;
  const answers: Answers = (draft) => Number(draft) < length ? [String(Number(draft) + 1)] : [];
  of("1").pipe(turns(answers, { turnLengthMax: length })).subscribe((event) => {
    count++;
    if (Number(event) % 10_000 === 0) depths.add(stackDepth());
  });
  assert.is(count, length);
  assert.is(depths.size, 1);
});

test("feedback() holds 100,000 consequences of one event", () => {
  const words = Array.from({ length: 100_000 }, (_, i) => String(i));
  let count = 0;
  of("a").pipe(turns(answersOf({ a: words }), { turnLengthMax: 100_001 })).subscribe(() => count++);
  assert.is(count, 100_001);
});

test("feedback() holds 100,000 inputs that each come within the turn before, without growing the stack", () => {
  const input$ = new Subject<number>();
  const depths = new Set<number>();
  let count = 0;
  input$.pipe(feedback(
    (draft$: Observable<number>) =>
      draft$.pipe(map((draft): Step<number, number> => ({ event: draft, drafts: [] }))),
    { turnLengthMax: 1, waitingMax: 1, endTurn: () => null },
  )).subscribe((n) => {
    count++;
    if (n % 10_000 === 0) depths.add(stackDepth());
    if (n < 100_000) input$.next(n + 1);
  });
  input$.next(1);
  assert.is(count, 100_000);
  assert.is(depths.size, 1);
});

const endless: Answers = (draft) => [draft];

test("feedback() fails when a turn is longer than it may be", () => {
  const error = "#A turn is longer than 3 events: the roles answer each other";
  assert.equal(seen(of("a", "b").pipe(turns(endless, { turnLengthMax: 3 }))), ["a", "a", "a", error]);
  const three = answersOf({ a: ["b"], b: ["c"] });
  assert.equal(seen(of("a").pipe(turns(three, { turnLengthMax: 3 }))), ["a", "b", "c", "|"]);
  const four = answersOf({ a: ["b"], b: ["c", "d"] });
  assert.equal(seen(of("a").pipe(turns(four, { turnLengthMax: 3 }))), ["a", "b", "c", error]);
});

test("feedback() fails when more inputs wait than may", () => {
  const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
    [["b", "c"], ["a", "b", "c"]],
    [["b", "c", "d"], ["a", "#More than 2 inputs wait for a turn to end"]],
  ];
  for (const [late, expected] of cases) {
    const input$ = new Subject<string>();
    const log = seen(input$.pipe(turns(() => [], { waitingMax: 2 })), (event) => {
      if (event === "a") late.forEach((input) => input$.next(input));
    });
    input$.next("a");
    assert.equal(log, expected);
  }
});

test("feedback() counts only the inputs that wait now", () => {
  const input$ = new Subject<string>();
  const log = seen(input$.pipe(turns(() => [], { waitingMax: 1 })), (event) => {
    if (event.length < 5) input$.next(event + "a");
  });
  input$.next("a");
  assert.equal(log, ["a", "aa", "aaa", "aaaa", "aaaaa"]);
});

test("feedback() calls endTurn after each turn, with all that the turn gave already seen", () => {
  const log: string[] = [];
  const endTurn = () => (log.push("end of turn"), null);
  of("a", "b").pipe(turns(answersOf({ a: ["x"] }), { endTurn })).subscribe((event) => log.push(event));
  assert.equal(log, ["a", "x", "end of turn", "b", "end of turn"]);
});

test("feedback() makes what endTurn gives the next input, before all that wait", () => {
  const input$ = new Subject<string>();
  const faults = ["disk", "disk2"];
  const log: string[] = [];
  const endTurn = () => (log.push("end"), faults.shift() ?? null);
  input$.pipe(
    turns(answersOf({ a: ["x"], disk: ["stop"] }), { endTurn }),
    tap((event) => event === "a" && input$.next("waiting")),
  ).subscribe((event) => log.push(event));
  input$.next("a");
  assert.equal(log, ["a", "x", "end", "disk", "stop", "end", "disk2", "end", "waiting", "end"]);
});

test("feedback() completes after the turn when the inputs end within it, and after all that wait", () => {
  const input$ = new Subject<string>();
  const log = seen(input$.pipe(turns(answersOf({ a: ["x"], b: ["y"] }))), (event) => {
    if (event !== "a") return;
    input$.next("b");
    input$.complete();
  });
  input$.next("a");
  assert.equal(log, ["a", "x", "b", "y", "|"]);
});

test("feedback() completes at once when there is no input", () => {
  assert.equal(seen(from([]).pipe(turns(() => []))), ["|"]);
});

const fails = (message: string) => () => {
  throw new Error(message);
};

test("feedback() fails when a step throws, and goes no further", () => {
  const answers: Answers = (draft) => draft === "x" ? fails("step")() : ["x", "y"];
  let ends = 0;
  const endTurn = () => (ends++, null);
  assert.equal(seen(of("a", "b").pipe(turns(answers, { endTurn }))), ["a", "#step"]);
  assert.is(ends, 0);
});

test("feedback() fails when endTurn throws", () => {
  assert.equal(seen(of("a", "b").pipe(turns(() => [], { endTurn: fails("fsync") }))), ["a", "#fsync"]);
});

test("feedback() fails when the inputs do, even within a turn", () => {
  const broken$ = concat(of("a"), throwError(() => new Error("socket")));
  assert.equal(seen(broken$.pipe(turns(() => []))), ["a", "#socket"]);
  const input$ = new Subject<string>();
  const log = seen(input$.pipe(turns(answersOf({ a: ["x"] }))), () => input$.error(new Error("socket")));
  input$.next("a");
  assert.equal(log, ["a", "#socket"]);
});

test("feedback() fails when the inner pipe ends before the inputs do", () => {
  const inner = (draft$: Observable<string>) =>
    draft$.pipe(map((draft): Step<string, string> => ({ event: draft, drafts: [] })), take(2));
  const event$ = of("a", "b", "c").pipe(
    feedback(inner, { turnLengthMax: 9, waitingMax: 9, endTurn: () => null }),
  );
  assert.equal(seen(event$), ["a", "b", "#The pipe of a turn ended while inputs still come"]);
});

test("feedback() goes no further when an operator behind it throws", () => {
  const steps: string[] = [];
  const answers: Answers = (draft) => (steps.push(draft), draft === "a" ? ["x", "y"] : []);
  const log = seen(of("a", "b").pipe(turns(answers), tap((event) => event === "x" && fails("sink")())));
  assert.equal(log, ["a", "#sink"]);
  assert.equal(steps, ["a", "x"]);
});

test("feedback() stops in the middle of a turn when it is unsubscribed there", () => {
  const steps: string[] = [];
  let ends = 0;
  const answers: Answers = (draft) => (steps.push(draft), ["x", "y", "z"].slice(0, 4 - steps.length));
  const event$ = concat(of("a", "b"), NEVER).pipe(turns(answers, { endTurn: () => (ends++, null) }), take(2));
  assert.equal(seen(event$), ["a", "x", "|"]);
  assert.equal(steps, ["a", "x"]);
  assert.is(ends, 0);
});

test("feedback() keeps the state of its subscribers apart", () => {
  const event$ = of("a", "b").pipe(turns(answersOf({ a: ["x"] })));
  assert.equal(seen(event$), ["a", "x", "b", "|"]);
  assert.equal(seen(event$), ["a", "x", "b", "|"]);
});

test.run();
