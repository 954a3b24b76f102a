import { NEVER, type Observable, of, Subject, tap } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft } from "../src/core/event.ts";
import { nightInputs } from "../src/pipeline.ts";
import { HEARTBEAT, NIGHT_END } from "../src/streams/watchdog/watchdog_role.ts";
import { sampleDrafts } from "./support/sample_drafts.ts";

/** From the first input of a night to its last, as timelines. */

const { lifecycle, market_tick, operator_command, stop_journal } = sampleDrafts;

function timer(name: string): AnyDraft {
  return { ...sampleDrafts.timer, payload: { name, due_ts: 0 } };
}
function command(word: string): AnyDraft {
  return { ...operator_command, payload: { command: word, reason: "" } };
}

// s started, E ended; t tick, h heartbeat, n night_end; e operator's end, o another command; x stop
const INPUTS: Readonly<Record<string, AnyDraft>> = {
  s: { ...lifecycle, payload: { what: "started", detail: "" } },
  E: { ...lifecycle, payload: { what: "ended", detail: "" } },
  t: market_tick,
  h: timer(HEARTBEAT),
  n: timer(NIGHT_END),
  e: command("end"),
  o: command("stop"),
  x: stop_journal,
};

interface Timeline {
  readonly market: string;
  readonly operator?: string;
  readonly fault?: string;
  readonly stopping?: string;
  readonly isStartStop?: boolean;
  readonly inputs: string;
  readonly marketSubs: string | string[];
}

const TIMELINES: Readonly<Record<string, Timeline>> = {
  "ends the night with its timer": {
    market: "    -t-t-n-t-",
    inputs: "    st-t-(nE|)",
    marketSubs: "^----!",
  },
  "ends the night at the operator's end": {
    market: "    -t-t-t-t-",
    operator: "  --o-e----",
    inputs: "    stot(eE|)",
    marketSubs: "^---!",
  },
  "ends the night when a stop begins": {
    market: "    -t-t-t-t-",
    stopping: "  ----y----",
    inputs: "    st-t(E|)",
    marketSubs: "^---!",
  },
  "takes faults as inputs, other timers too": {
    market: "    -h-t-n",
    fault: "     --x---",
    inputs: "    shxt-(nE|)",
    marketSubs: "^----!",
  },
  "says nothing but the stop where a proof failed before the start": {
    market: "    -t-t-n-t-",
    operator: "  e--------",
    isStartStop: true,
    inputs: "    (sxE|)",
    marketSubs: [],
  },
};

function nightOf(more: Partial<Parameters<typeof nightInputs>[0]>): Observable<AnyDraft> {
  return nightInputs({
    opening: [INPUTS["s"]!],
    startStop: null,
    isOver: false,
    market$: NEVER,
    operator$: NEVER,
    fault$: NEVER,
    stopping$: NEVER,
    last: () => [INPUTS["E"]!],
    ...more,
  });
}

for (const [name, timeline] of Object.entries(TIMELINES)) {
  test(`nightInputs() ${name}`, () => {
    new TestScheduler((actual, expected) => assert.equal(actual, expected)).run(
      ({ cold, expectObservable, expectSubscriptions }) => {
        const market$ = cold(timeline.market, INPUTS);
        const inputs$ = nightOf({
          market$,
          operator$: timeline.operator === undefined ? NEVER : cold(timeline.operator, INPUTS),
          fault$: timeline.fault === undefined ? NEVER : cold(timeline.fault, INPUTS),
          stopping$: timeline.stopping === undefined ? NEVER : cold(timeline.stopping),
          startStop: timeline.isStartStop === true ? [INPUTS["x"]!] : null,
        });
        expectObservable(inputs$).toBe(timeline.inputs, INPUTS);
        expectSubscriptions(market$.subscriptions).toBe(timeline.marketSubs);
      },
    );
  });
}

function typesOf(input$: Observable<AnyDraft>): string[] {
  const types: string[] = [];
  input$.subscribe(({ type, payload }) =>
    types.push(type === "lifecycle" ? (payload as { what: string }).what : type)
  );
  return types;
}

test("nightInputs() says the start first, whatever is there at once", () => {
  const inputs$ = nightOf({ market$: of(INPUTS["t"]!, INPUTS["n"]!), operator$: of(INPUTS["o"]!) });
  assert.equal(typesOf(inputs$), ["started", "operator_command", "market_tick", "timer", "ended"]);
});

test("nightInputs() ends the night when the stop begins in its very first turn", () => {
  const stopping$ = new Subject<void>();
  let wasMarketOpened = false;
  const market$ = NEVER.pipe(tap({ subscribe: () => wasMarketOpened = true }));
  const stopAtStart = tap((draft: AnyDraft) => draft === INPUTS["s"] && stopping$.next());
  assert.equal(typesOf(nightOf({ market$, stopping$ }).pipe(stopAtStart)), ["started", "ended"]);
  assert.not(wasMarketOpened);
});

test("nightInputs() makes the last input only when it is time for it", () => {
  const market$ = new Subject<AnyDraft>();
  let made = 0;
  const last = () => (made++, [INPUTS["E"]!]);
  const types = typesOf(nightOf({ market$, last }));
  market$.next(INPUTS["t"]!);
  assert.is(made, 0);
  market$.next(INPUTS["n"]!);
  assert.is(made, 1);
  assert.equal(types, ["started", "market_tick", "timer", "ended"]);
});

test("nightInputs() fails when the market does, and does not call that an end", () => {
  const market$ = new Subject<AnyDraft>();
  const log: string[] = [];
  nightOf({ market$ }).subscribe({
    next: ({ type }) => log.push(type),
    error: (error) => log.push(`#${error}`),
  });
  market$.error("broken");
  assert.equal(log, ["lifecycle", "#broken"]);
});

test("nightInputs() of a night that is over says what opens it, and then nothing but the end", () => {
  const resumed = { ...lifecycle, payload: { what: "resumed" as const, detail: "" } };
  const torn = { ...lifecycle, payload: { what: "torn_tail" as const, detail: "" } };
  const inputs$ = nightOf({
    opening: [torn, resumed],
    isOver: true,
    market$: of(INPUTS["t"]!, INPUTS["n"]!),
  });
  assert.equal(typesOf(inputs$), ["torn_tail", "resumed", "ended"]);
});

test.run();
