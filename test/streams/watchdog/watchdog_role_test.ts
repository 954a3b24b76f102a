import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type {
  Event,
  EventType,
  Health,
  Lifecycle,
  Payloads,
  Proposal,
  RiskVerb,
} from "../../../src/core/event.ts";
import {
  HEARTBEAT,
  NIGHT_END,
  type WatchdogInput,
  watchdogRole,
} from "../../../src/streams/watchdog/watchdog_role.ts";
import { repoContracts } from "../../support/repo_contracts.ts";
import { book, eventOf } from "../../support/trading_events.ts";
import { AI_LIMITS, LIMITS } from "../../support/watchdog_limits.ts";

const SYMBOLS = ["BBBUSDT", "AAAUSDT"];

/** A watchdog, and what it says to each event. */
function watchdog(
  symbols: readonly string[] = SYMBOLS,
  limits: Partial<typeof LIMITS> = {},
): (event: WatchdogInput) => readonly Proposal[] {
  const machine = watchdogRole({ symbols, watchdog: { ...LIMITS, ...limits }, ai: AI_LIMITS });
  let state = machine.initial();
  return (event) => {
    const [next, proposals] = machine.step(state, event);
    state = next;
    return proposals;
  };
}

function input<T extends WatchdogInput["type"] & EventType>(
  type: T,
  ts: number,
  payload: Payloads[T],
): WatchdogInput {
  return eventOf(type, ts, payload) as Event as WatchdogInput;
}
const tick = (symbol: string, ts = 0): WatchdogInput => book(ts, "100", "101", { symbol });
const lifecycle = (what: Lifecycle["what"], ts = 0, detail = "") => input("lifecycle", ts, { what, detail });
const timer = (name: string, ts: number) => input("timer", ts, { name, due_ts: ts });
const heartbeat = (ts: number) => timer(HEARTBEAT, ts);
const command = (word: string) => input("operator_command", 5, { command: word, reason: "dinner" });
const health = (ts: number, more: Partial<Health> = {}) =>
  input("health", ts, { role: "market_role", state: "UP", uptime_s: 1, origin: "input", ...more });
const sample = (more: Partial<Health>) => health(5, { role: "watchdog_role", ...more });
const riskAction = (action: RiskVerb, detail?: string, reason_code = "RISK_DRAWDOWN") => {
  const payload = { strategy_id: null, symbol: null, action, reason_code };
  return input("risk_action", 5, detail === undefined ? payload : { ...payload, detail });
};

/** `role state uptime` of each health, with the detail where there is one; a stop by its component and code. */
function words(proposals: readonly Proposal[]): string[] {
  return proposals.map((proposal) => {
    if (proposal.type === "stop_journal") {
      const { component, reason_code, detail, origin } = proposal.payload;
      assert.is(origin, "derived");
      return `STOP ${component} ${reason_code}: ${detail}`;
    }
    assert.is(proposal.type, "health");
    const { role, state, uptime_s, detail, origin } = proposal.payload as Health;
    assert.is(origin, "derived");
    return `${role} ${state} ${uptime_s}${detail === undefined ? "" : `: ${detail}`}`;
  });
}

const UP = (role: string, uptime: number) => `${role} UP ${uptime}`;
const INNER = ["strategy_role", "risk_role", "execution_role", "watchdog_role"];

test("watchdogRole() says at the start how each role is, with no tick seen yet", () => {
  const show = watchdog();
  assert.equal(words(show(lifecycle("started", 1000))), [
    "market_role DEGRADED 0: no tick of AAAUSDT, BBBUSDT since the last heartbeat",
    ...INNER.map((role) => UP(role, 0)),
  ]);
});

test("watchdogRole() calls the market up only when every symbol has had a tick since the last heartbeat", () => {
  const show = watchdog();
  show(lifecycle("started", 1000));
  assert.equal(show(tick("AAAUSDT", 1500)), []);
  assert.is(
    words(show(heartbeat(6000)))[0],
    "market_role DEGRADED 5: no tick of BBBUSDT since the last heartbeat",
  );
  show(tick("AAAUSDT", 7000));
  show(tick("BBBUSDT", 7000));
  show(tick("BBBUSDT", 7001));
  assert.equal(words(show(heartbeat(11_500))), ["market_role", ...INNER].map((role) => UP(role, 10.5)));
  assert.is(
    words(show(heartbeat(16_000)))[0],
    "market_role DEGRADED 15: no tick of AAAUSDT, BBBUSDT since the last heartbeat",
  );
});

test("watchdogRole() says of the market exactly which symbols were silent, in any order of ticks", () => {
  const symbols = ["A", "B", "C", "D"];
  fc.assert(fc.property(fc.array(fc.subarray(symbols), { maxLength: 5 }), (periods) => {
    const show = watchdog(symbols);
    show(lifecycle("started"));
    periods.forEach((heard, i) => {
      for (const symbol of heard) show(tick(symbol));
      const silent = symbols.filter((symbol) => !heard.includes(symbol));
      const expected = silent.length === 0
        ? UP("market_role", i + 1)
        : `market_role DEGRADED ${i + 1}: no tick of ${silent.join(", ")} since the last heartbeat`;
      assert.is(words(show(heartbeat((i + 1) * 1000)))[0], expected);
    });
  }));
});

test("watchdogRole() takes other timers, commands and stages of the night for none of its business", () => {
  const show = watchdog();
  show(lifecycle("started"));
  const others: readonly WatchdogInput[] = [
    timer("metrics", 1000),
    command("end"),
    command("freeze"),
    ...(["resumed", "torn_tail", "policy_reloaded", "ended"] as const).map((what) => lifecycle(what)),
    ...(["ALLOW", "DENY", "REDUCE", "FREEZE", "UNFREEZE"] as const).map((verb) => riskAction(verb)),
    ...(["UP", "DEGRADED", "RESTARTED"] as const).map((state) => health(5, { state })),
    ...(["market_role", "ai_role"] as const).map((role) =>
      health(5, { role, state: "DOWN", origin: "derived" })
    ),
    sample({ rss_mb: 500, loop_lag_ms: 100 }),
  ];
  for (const event of others) assert.equal(show(event), [], JSON.stringify(event));
});

const STOPS: readonly (readonly [WatchdogInput, string, string, string])[] = [
  [command("stop"), "operator", "OPERATOR", "dinner"],
  [riskAction("STOP", "0.051 of 0.05"), "risk_role", "RISK_DRAWDOWN", "0.051 of 0.05"],
  [riskAction("STOP"), "risk_role", "RISK_DRAWDOWN", "RISK_DRAWDOWN"],
  [riskAction("STOP", "", "VENUE_LOST"), "market_role", "VENUE_LOST", ""],
  [riskAction("STOP", "", "VENUE_ERRORS"), "market_role", "VENUE_ERRORS", ""],
  [riskAction("STOP", "", "FEED_STALE"), "market_role", "FEED_STALE", ""],
  [riskAction("STOP", "", "FEED_GAP"), "market_role", "FEED_GAP", ""],
  [riskAction("STOP", "", "CLOCK_SKEW"), "market_role", "CLOCK_SKEW", ""],
  [health(5, { role: "risk_role", state: "DOWN", detail: "killed" }), "risk_role", "ROLE_DEAD", "killed"],
  [health(5, { role: "risk_role", state: "DOWN" }), "risk_role", "ROLE_DEAD", "risk_role is down"],
  [
    sample({ rss_mb: 500.5 }),
    "watchdog_role",
    "RESOURCE_LIMIT",
    "resident memory is 500.5 MB, at most 500",
  ],
  [
    sample({ rss_mb: 1, loop_lag_ms: 101 }),
    "watchdog_role",
    "RESOURCE_LIMIT",
    "the event loop was late by 101 ms, at most 100",
  ],
  [
    timer(NIGHT_END, 5),
    "market_role",
    "FEED_STALE",
    "no tick of AAAUSDT, BBBUSDT in the whole night",
  ],
];

test("watchdogRole() stops the night, and says whose fault it is", () => {
  for (const [event, component, reason_code, detail] of STOPS) {
    const show = watchdog();
    show(lifecycle("started"));
    const payload = { component, reason_code, detail, origin: "derived" };
    assert.equal(show(event), [{ type: "stop_journal", payload }]);
  }
});

test("watchdogRole() stops the night once", () => {
  for (const [first] of STOPS) {
    const show = watchdog();
    assert.is(show(first).length, 1);
    for (const [second] of STOPS) assert.equal(show(second), []);
  }
});

test("watchdogRole() goes on saying how each role is while the night stops", () => {
  const show = watchdog();
  show(lifecycle("started", 0));
  show(command("stop"));
  assert.is(show(heartbeat(5000)).length, 5);
});

test("watchdogRole() lets a night end in which every symbol ticked, however long ago", () => {
  const show = watchdog();
  show(lifecycle("started"));
  show(tick("AAAUSDT", 1));
  show(heartbeat(5000));
  assert.equal(words(show(timer(NIGHT_END, 90_000))), [
    "STOP market_role FEED_STALE: no tick of BBBUSDT in the whole night",
  ]);
  const other = watchdog();
  other(tick("AAAUSDT", 1));
  other(heartbeat(5000));
  other(tick("BBBUSDT", 6000));
  other(heartbeat(10_000));
  assert.equal(other(timer(NIGHT_END, 90_000)), []);
});

test("watchdogRole() says nothing but what its contracts let it say", () => {
  const show = watchdog();
  const said = [
    lifecycle("started", 1),
    heartbeat(2),
    tick("AAAUSDT"),
    tick("BBBUSDT"),
    heartbeat(3),
    health(4, { state: "DOWN", detail: "thrown" }),
    lifecycle("role_restarted", 5),
    command("stop"),
  ]
    .flatMap(show);
  assert.is(said.length, 18);
  for (const { type, payload } of said) {
    const full = { ...payload, cause: "43bf99f4-b3bc-4041-9dec-c812bd40166d" };
    assert.is(repoContracts.checkPayload(type, "watchdog_role", full), null);
  }
});

test("watchdogRole() keeps the state of two nights apart", () => {
  const machine = watchdogRole({ symbols: ["A"], watchdog: LIMITS, ai: AI_LIMITS });
  machine.step(machine.initial(), command("stop"));
  machine.step(machine.initial(), tick("A"));
  const [state] = machine.step(machine.initial(), lifecycle("started", 5));
  assert.equal([...state.silent], ["A"]);
  assert.not(state.hasStopped);
});

test("watchdogRole() of a run that goes on does not count the time in which nobody was there", () => {
  const see = watchdog();
  see(lifecycle("started", 0));
  assert.equal(see(input("lifecycle", 60_000, { what: "resumed", detail: "", down_ms: 59_000 })), []);
  assert.ok(words(see(heartbeat(61_000))).includes("risk_role UP 2"));
});

test.run();
