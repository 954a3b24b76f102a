import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft } from "../../../src/core/event.ts";
import { type Agenda, mergeAgendas, timerAgenda } from "../../../src/streams/sources/agenda.ts";
import { repoContracts } from "../../support/repo_contracts.ts";
import { sampleDrafts } from "../../support/sample_drafts.ts";

/** A tick at each of these times; a trade id says which. */
function ticksAt(times: readonly number[]): Agenda {
  let i = 0;
  return {
    get nextTs() {
      return times[i] ?? Infinity;
    },
    take(ts) {
      i++;
      return [{ ...sampleDrafts.market_tick, ts }];
    },
  };
}

/** All that an agenda gives up to and including `endTs`, each input at the time when it is due. */
function taken(agenda: Agenda, endTs: number): AnyDraft[] {
  const drafts: AnyDraft[] = [];
  while (agenda.nextTs <= endTs) drafts.push(...agenda.take(agenda.nextTs));
  return drafts;
}

function wordOf({ type, ts, payload }: AnyDraft): string {
  return `${type === "timer" ? (payload as { name: string }).name : "tick"} ${ts}`;
}

test("timerAgenda() comes back after each period, first after one", () => {
  const timer = timerAgenda({ name: "heartbeat", firstTs: 15, everyMs: 5 });
  assert.equal(taken(timer, 30).map(wordOf), [
    "heartbeat 15",
    "heartbeat 20",
    "heartbeat 25",
    "heartbeat 30",
  ]);
  assert.is(timer.nextTs, 35);
});

test("timerAgenda() comes once where it has no period", () => {
  const timer = timerAgenda({ name: "night_end", firstTs: 15, everyMs: null });
  assert.is(timer.nextTs, 15);
  assert.equal(taken(timer, 10 ** 9).map(wordOf), ["night_end 15"]);
  assert.is(timer.nextTs, Infinity);
});

test("timerAgenda() gives an input that says when it was due, and has the time at which it is taken", () => {
  const timer = timerAgenda({ name: "heartbeat", firstTs: 15, everyMs: 5 });
  const [draft] = timer.take(18);
  assert.equal(draft, {
    type: "timer",
    source: "watchdog_role",
    ts: 18,
    cause: null,
    payload: { name: "heartbeat", due_ts: 15 },
  });
  assert.is(repoContracts.checkPayload("timer", draft!.source, draft!.payload), null);
  assert.is(timer.nextTs, 20, "a late one does not put off the next");
});

test("mergeAgendas() gives timers before ticks of the same time", () => {
  const merged = mergeAgendas([
    timerAgenda({ name: "heartbeat", firstTs: 5, everyMs: 5 }),
    timerAgenda({ name: "night_end", firstTs: 10, everyMs: null }),
    ticksAt([1, 5, 10, 10, 11]),
  ]);
  assert.equal(taken(merged, 11).map(wordOf), [
    "tick 1",
    "heartbeat 5",
    "tick 5",
    "heartbeat 10",
    "night_end 10",
    "tick 10",
    "tick 10",
    "tick 11",
  ]);
  assert.is(merged.nextTs, 15);
});

test("mergeAgendas() has nothing more when none of its agendas has", () => {
  const merged = mergeAgendas([
    ticksAt([1]),
    ticksAt([]),
    timerAgenda({ name: "x", firstTs: 2, everyMs: null }),
  ]);
  assert.is(taken(merged, 100).length, 2);
  assert.is(merged.nextTs, Infinity);
});

test("mergeAgendas() gives every input once, in the order of time and then of the list", () => {
  const anyTimes = fc.array(fc.nat(50), { maxLength: 20 }).map((times) => times.sort((a, b) => a - b));
  fc.assert(fc.property(fc.array(anyTimes, { minLength: 1, maxLength: 4 }), (lists) => {
    const named = (list: readonly number[], place: number): Agenda => {
      const ticks = ticksAt(list);
      return {
        get nextTs() {
          return ticks.nextTs;
        },
        take: (ts) =>
          ticks.take(ts).map((draft) => ({ ...draft, source: `${place}` }) as unknown as AnyDraft),
      };
    };
    const got = taken(mergeAgendas(lists.map(named)), 50).map(({ ts, source }) =>
      [ts, Number(source)] as const
    );
    const expected = lists.flatMap((list, place) => list.map((ts) => [ts, place] as const))
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    assert.equal(got, expected);
  }));
});

test.run();
