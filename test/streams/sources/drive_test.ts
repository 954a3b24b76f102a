import { take, VirtualTimeScheduler } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft } from "../../../src/core/event.ts";
import type { Agenda } from "../../../src/streams/sources/agenda.ts";
import { drive, type Pace } from "../../../src/streams/sources/drive.ts";
import { sampleDrafts } from "../../support/sample_drafts.ts";

interface Watched extends Agenda {
  /** The times of the takes so far. */
  readonly takes: number[];
}

/** An agenda with an input at each of these times; `each` is how many it gives at a take. */
function agendaAt(times: readonly number[], each = 1): Watched {
  const takes: number[] = [];
  return {
    takes,
    get nextTs() {
      return times[takes.length] ?? Infinity;
    },
    take(ts) {
      takes.push(ts);
      return Array.from({ length: each }, (): AnyDraft => ({ ...sampleDrafts.timer, ts }));
    },
  };
}

function numbers(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

/** Runs an agenda on a scheduler with a clock of the scheduler's time; `log` holds each input's time, then `|`. */
function paced(agenda: Agenda, more: { readonly speed?: number; readonly startTs?: number } = {}) {
  const { speed = 1, startTs = 0 } = more;
  const scheduler = new VirtualTimeScheduler();
  const clock = { offsetMs: 0, now: () => startTs + clock.offsetMs + Math.floor(scheduler.now() * speed) };
  const log: (number | "|")[] = [];
  const at: number[] = [];
  drive(agenda, { clock, speed, scheduler }).subscribe({
    next: ({ ts }) => {
      log.push(ts);
      at.push(scheduler.now());
    },
    complete: () => log.push("|"),
  });
  return { scheduler, clock, log, at };
}

/** Virtual time: who drives sets the clock. */
function virtual(startTs = 0): Pace & { readonly set: number[]; readonly scheduler: VirtualTimeScheduler } {
  let nowTs = startTs;
  const set: number[] = [];
  return {
    set,
    scheduler: new VirtualTimeScheduler(),
    speed: 1,
    clock: { now: () => nowTs },
    setTs(ts) {
      set.push(ts);
      nowTs = Math.max(nowTs, ts);
    },
  };
}

test("drive() gives each input when it is due, and completes with the last", () => {
  const scheduler = new TestScheduler((actual, expected) => assert.equal(actual, expected));
  scheduler.run(({ expectObservable }) => {
    const clock = { now: () => scheduler.now() };
    const letters: Record<string, AnyDraft> = {};
    for (const [letter, ts] of [["a", 3], ["b", 5], ["c", 5], ["d", 9]] as const) {
      letters[letter] = { ...sampleDrafts.timer, ts };
    }
    const due = "---a-(bc)(d|)";
    expectObservable(drive(agendaAt([3, 5, 5, 9]), { clock, speed: 1 })).toBe(due, letters);
  });
});

test("drive() starts no earlier than it is subscribed, and never within the subscription", () => {
  const agenda = agendaAt([0]);
  const { scheduler, log } = paced(agenda);
  assert.equal(agenda.takes, []);
  scheduler.flush();
  assert.equal(log, [0, "|"]);
});

test("drive() completes at once when there is nothing to come", () => {
  const { scheduler, log } = paced(agendaAt([]));
  scheduler.flush();
  assert.equal(log, ["|"]);
});

test("drive() gives an input that is late the time it is", () => {
  const { scheduler, log } = paced(agendaAt([100, 200, 900]), { startTs: 500 });
  scheduler.flush();
  assert.equal(log, [500, 500, 900, "|"]);
});

test("drive() waits as much less as the clock is faster", () => {
  const { scheduler, log, at } = paced(agendaAt([1000, 2000, 6000]), { speed: 10 });
  scheduler.flush();
  assert.equal(log, [1000, 2000, 6000, "|"]);
  assert.equal(at, [100, 200, 600]);
});

test("drive() sees within a second that the clock was set while it waited", () => {
  const { scheduler, clock, log, at } = paced(agendaAt([60_000, 120_000]));
  scheduler.schedule(() => clock.offsetMs = 59_000, 10_500);
  scheduler.flush();
  assert.equal(log, [70_000, 120_000, "|"]);
  assert.equal(at, [11_000, 61_000]);
});

test("drive() waits on when the clock was set back", () => {
  const { scheduler, clock, log, at } = paced(agendaAt([3000]));
  scheduler.schedule(() => clock.offsetMs = -5000, 1500);
  scheduler.flush();
  assert.equal(log, [3000, "|"]);
  assert.equal(at, [8000]);
});

test("drive() moves the virtual clock to each time that is due, and waits for nothing", () => {
  const agenda = agendaAt([10, 10, 500_000, 900_000_000]);
  const pace = virtual();
  let last = 0;
  drive(agenda, pace).subscribe(({ ts }) => {
    assert.is(pace.clock.now(), ts);
    last = ts;
  });
  pace.scheduler.flush();
  assert.is(last, 900_000_000);
  assert.equal(agenda.takes, [10, 10, 500_000, 900_000_000]);
  assert.equal(pace.set, agenda.takes);
  assert.is(pace.scheduler.now(), 0);
});

/** How many takes happen before something else that waits gets its turn, again and again. */
function takesBetweenOthers(agenda: Watched): number[] {
  const pace = virtual();
  const counts: number[] = [];
  let isDone = false;
  const other = () => {
    counts.push(agenda.takes.length);
    if (!isDone) pace.scheduler.schedule(other);
  };
  drive(agenda, pace).subscribe({ complete: () => isDone = true });
  pace.scheduler.schedule(other);
  pace.scheduler.flush();
  return counts;
}

test("drive() lets others have their turn after every slice", () => {
  for (const each of [1, 0]) { // what gives no input takes time as well
    const counts = takesBetweenOthers(agendaAt(numbers(10_000), each));
    assert.equal([...new Set(counts)], [4000, 8000, 10_000], `${each} a take`);
  }
});

test("drive() lets others have their turn when much is late", () => {
  const { scheduler, log } = paced(agendaAt(numbers(5000)), { startTs: 9000 });
  let seen = -1;
  scheduler.schedule(() => seen = log.length);
  scheduler.flush();
  assert.is(seen, 4000);
  assert.is(log.length, 5001);
});

test("drive() gives nothing more once it is unsubscribed, in a slice or between two", () => {
  const pace = virtual();
  const agenda = agendaAt(numbers(10_000));
  let count = 0;
  drive(agenda, pace).pipe(take(3)).subscribe(() => count++);
  pace.scheduler.flush();
  assert.is(count, 3);
  assert.is(agenda.takes.length, 3);

  const waiting = agendaAt([0, 5000]);
  const scheduler = new VirtualTimeScheduler();
  const subscription = drive(waiting, { clock: scheduler, speed: 1, scheduler }).subscribe();
  scheduler.schedule(() => subscription.unsubscribe(), 2500);
  scheduler.flush();
  assert.equal(waiting.takes, [0]);
  assert.ok(scheduler.now() <= 3000, "nothing is scheduled any longer");
});

test("drive() fails when the agenda does, in the first slice or a later one", () => {
  for (const goodTakes of [0, 2, 5000]) {
    const agenda = agendaAt(numbers(10_000));
    const broken: Agenda = {
      get nextTs() {
        return agenda.nextTs;
      },
      take(ts) {
        if (agenda.takes.length === goodTakes) throw new Error("invariant");
        return agenda.take(ts);
      },
    };
    const pace = virtual();
    const log: string[] = [];
    drive(broken, pace).subscribe({
      error: (error: Error) => log.push(`#${error.message}`),
      complete: () => log.push("|"),
    });
    pace.scheduler.flush();
    assert.equal(log, ["#invariant"]);
    assert.is(agenda.takes.length, goodTakes);
  }
});

test("drive() leaves nothing behind from slice to slice", async () => {
  const { set: _, scheduler: __, ...pace } = virtual();
  let counts: number[] = [];
  await new Promise<void>((resolve) => {
    const subscription = drive(agendaAt(numbers(100_000)), pace).subscribe({
      next: ({ ts }) => {
        // rxjs has no public count of what an unsubscribe would call
        const { _finalizers } = subscription as unknown as { readonly _finalizers: readonly unknown[] };
        if (ts % 4000 === 0) counts.push(_finalizers.length);
      },
      complete: resolve,
    });
  });
  counts = [...new Set(counts)];
  assert.is(counts.length, 1, `what an unsubscribe would call grows: ${counts}`);
});

test.run();
