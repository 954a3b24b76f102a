import fc from "fast-check";
import { VirtualTimeScheduler } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft } from "../../../src/core/event.ts";
import { type Agenda, mergeAgendas, timerAgenda } from "../../../src/streams/sources/agenda.ts";
import { drive } from "../../../src/streams/sources/drive.ts";
import { sampleDrafts } from "../../support/sample_drafts.ts";

/** An agenda that is not ready: the night stands still until it is, and no longer. */

interface Waiting extends Agenda {
  /** Calls back whoever waits. */
  go(): void;
  readonly asked: number;
}

/** An input at each of these times; before the i-th it must be waited for where `late` says so. */
function agendaOf(name: string, times: readonly number[], late: readonly boolean[] = []): Waiting {
  let i = 0;
  let there = 0;
  let asked = 0;
  let resume: (() => void) | null = null;
  return {
    get asked() {
      return asked;
    },
    get nextTs() {
      return times[i] ?? Infinity;
    },
    isReady(again) {
      asked++;
      if (late[i] !== true || there > i) return true;
      resume = again;
      return false;
    },
    take(ts) {
      i++;
      return [{ ...sampleDrafts.timer, ts, payload: { name, due_ts: times[i - 1]! } } as AnyDraft];
    },
    go() {
      there = i + 1;
      const call = resume;
      resume = null;
      call?.();
    },
  };
}

function driven(agenda: Agenda, isVirtual = true) {
  const scheduler = new VirtualTimeScheduler();
  const log: string[] = [];
  let nowTs = 0;
  const pace = isVirtual
    ? {
      clock: { now: () => nowTs },
      setTs: (ts: number) => void (nowTs = Math.max(nowTs, ts)),
      speed: 1,
      scheduler,
    }
    : { clock: { now: () => scheduler.now() }, speed: 1, scheduler };
  const subscription = drive(agenda, pace).subscribe({
    next: ({ ts, payload }) => void log.push(`${(payload as { readonly name: string }).name} ${ts}`),
    error: (error: Error) => void log.push(`#${error.message}`),
    complete: () => void log.push("|"),
  });
  const run = () => scheduler.flush();
  return { log, run, subscription, scheduler };
}

for (const isVirtual of [true, false]) {
  test(`drive() stands still while what is due is not there, and goes on at once (virtual: ${isVirtual})`, () => {
    const agenda = agendaOf("a", [1, 2, 3], [false, true]);
    const { log, run } = driven(agenda, isVirtual);
    run();
    assert.equal(log, ["a 1"]);
    const { asked } = agenda;
    run();
    assert.is(agenda.asked, asked, "nobody asks again and again");
    agenda.go();
    assert.equal(log.slice(0, 2), ["a 1", "a 2"]);
    run();
    assert.equal(log, ["a 1", "a 2", "a 3", "|"]);
  });
}

test("drive() asks nobody for what is not due yet", () => {
  const agenda = agendaOf("a", [5000], [true]);
  const { run, scheduler, log } = driven(agenda, false);
  scheduler.maxFrames = 4999;
  run();
  assert.is(agenda.asked, 0);
  scheduler.maxFrames = Infinity;
  run();
  assert.is(agenda.asked, 1);
  agenda.go();
  assert.equal(log, ["a 5000", "|"]);
});

test("drive() ends well where it is unsubscribed while it waits", () => {
  const agenda = agendaOf("a", [1, 2], [true]);
  const { log, run, subscription } = driven(agenda);
  run();
  subscription.unsubscribe();
  agenda.go();
  run();
  assert.equal([log, agenda.nextTs], [[], 1]);
});

test("drive() fails where the agenda does when it goes on", () => {
  const agenda = agendaOf("a", [1], [true]);
  const { log, run } = driven({
    get nextTs() {
      return agenda.nextTs;
    },
    isReady: agenda.isReady!,
    take() {
      throw new Error("invariant");
    },
  });
  run();
  agenda.go();
  assert.equal(log, ["#invariant"]);
});

test("mergeAgendas() asks whoever is the earliest, and nobody else", () => {
  const [a, b] = [agendaOf("a", [1, 3]), agendaOf("b", [2, 4], [true])];
  const merged = mergeAgendas([timerAgenda({ name: "t", firstTs: 0, everyMs: null }), a, b]);
  const isReady = () => merged.isReady!(() => {});
  assert.equal([isReady(), a.asked, b.asked], [true, 0, 0]);
  merged.take(0);
  assert.equal([isReady(), a.asked, b.asked], [true, 1, 0]);
  merged.take(1);
  assert.equal([isReady(), a.asked, b.asked], [false, 1, 1]);
  b.go();
  assert.is(isReady(), true);
});

test("drive() gives the same inputs in the same order wherever they must be waited for", () => {
  const anyTimes = fc.array(fc.nat(40), { maxLength: 15 }).map((times) => times.sort((x, y) => x - y));
  const anyLate = fc.array(fc.boolean(), { minLength: 15, maxLength: 15 });
  const any = fc.array(fc.tuple(anyTimes, anyLate), { minLength: 1, maxLength: 3 });
  fc.assert(fc.property(any, fc.boolean(), (lists, isVirtual) => {
    const agendas = lists.map(([times, late], i) => agendaOf(`${i}`, times, late));
    const slow = driven(mergeAgendas(agendas), isVirtual);
    for (let rounds = 0; slow.log.at(-1) !== "|"; rounds++) {
      assert.ok(rounds < 100, "it has come to a standstill");
      slow.run();
      for (const agenda of agendas) agenda.go();
    }
    const quick = driven(mergeAgendas(lists.map(([times], i) => agendaOf(`${i}`, times))), isVirtual);
    quick.run();
    assert.equal(slow.log, quick.log);
  }));
});

test.run();
