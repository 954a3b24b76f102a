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
import { HEARTBEAT, type WatchdogInput, watchdogRole } from "../../../src/streams/watchdog/watchdog_role.ts";
import { repoContracts } from "../../support/repo_contracts.ts";
import { book, eventOf } from "../../support/trading_events.ts";

const SYMBOLS = ["BBBUSDT", "AAAUSDT"];

/** A watchdog, and what it says to each event. */
function watchdog(symbols: readonly string[] = SYMBOLS): (event: WatchdogInput) => readonly Proposal[] {
  const machine = watchdogRole({ symbols });
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
const lifecycle = (what: Lifecycle["what"], ts = 0) => input("lifecycle", ts, { what, detail: "" });
const timer = (name: string, ts: number) => input("timer", ts, { name, due_ts: ts });
const heartbeat = (ts: number) => timer(HEARTBEAT, ts);
const command = (word: string) => input("operator_command", 5, { command: word, reason: "dinner" });
const down = (detail?: string) => {
  const health: Health = { role: "market_role", state: "DOWN", uptime_s: 1, origin: "input" };
  return input("health", 5, detail === undefined ? health : { ...health, detail });
};
const riskAction = (action: RiskVerb, detail?: string) => {
  const payload = { strategy_id: null, symbol: null, action, reason_code: "RISK_DRAWDOWN" };
  return input("risk_action", 5, detail === undefined ? payload : { ...payload, detail });
};

/** `role state uptime` of each health, with the detail where there is one. */
function healthWords(proposals: readonly Proposal[]): string[] {
  return proposals.map(({ type, payload }) => {
    assert.is(type, "health");
    const { role, state, uptime_s, detail, origin } = payload as Health;
    assert.is(origin, "derived");
    return `${role} ${state} ${uptime_s}${detail === undefined ? "" : `: ${detail}`}`;
  });
}

const UP = (role: string, uptime: number) => `${role} UP ${uptime}`;
const INNER = ["strategy_role", "risk_role", "execution_role", "watchdog_role"];

test("watchdogRole() says at the start how each role is, with no tick seen yet", () => {
  const show = watchdog();
  assert.equal(healthWords(show(lifecycle("started", 1000))), [
    "market_role DEGRADED 0: no tick of AAAUSDT, BBBUSDT since the last heartbeat",
    ...INNER.map((role) => UP(role, 0)),
  ]);
});

test("watchdogRole() calls the market up only when every symbol has had a tick since the last heartbeat", () => {
  const show = watchdog();
  show(lifecycle("started", 1000));
  assert.equal(show(tick("AAAUSDT", 1500)), []);
  assert.is(
    healthWords(show(heartbeat(6000)))[0],
    "market_role DEGRADED 5: no tick of BBBUSDT since the last heartbeat",
  );
  show(tick("AAAUSDT", 7000));
  show(tick("BBBUSDT", 7000));
  show(tick("BBBUSDT", 7001));
  assert.equal(healthWords(show(heartbeat(11_500))), ["market_role", ...INNER].map((role) => UP(role, 10.5)));
  assert.is(
    healthWords(show(heartbeat(16_000)))[0],
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
      assert.is(healthWords(show(heartbeat((i + 1) * 1000)))[0], expected);
    });
  }));
});

test("watchdogRole() takes other timers, commands and stages of the night for none of its business", () => {
  const show = watchdog();
  show(lifecycle("started"));
  const others: readonly WatchdogInput[] = [
    timer("night_end", 1000),
    command("end"),
    command("freeze"),
    ...(["resumed", "torn_tail", "policy_reloaded", "role_restarted", "ended"] as const).map((what) =>
      lifecycle(what)
    ),
    ...(["ALLOW", "DENY", "REDUCE", "FREEZE", "UNFREEZE"] as const).map((verb) => riskAction(verb)),
    ...(["UP", "DEGRADED", "RESTARTED"] as const).map((state) =>
      input("health", 5, { role: "market_role", state, uptime_s: 1, origin: "input" })
    ),
  ];
  for (const event of others) assert.equal(show(event), [], JSON.stringify(event));
});

const STOPS: readonly (readonly [WatchdogInput, string, string, string])[] = [
  [command("stop"), "operator", "OPERATOR", "dinner"],
  [riskAction("STOP", "0.051 of 0.05"), "risk_role", "RISK_DRAWDOWN", "0.051 of 0.05"],
  [riskAction("STOP"), "risk_role", "RISK_DRAWDOWN", "RISK_DRAWDOWN"],
  [down("socket closed"), "market_role", "ROLE_DEAD", "socket closed"],
  [down(), "market_role", "ROLE_DEAD", "market_role is down"],
];

test("watchdogRole() stops the night for a risk STOP, an operator and a dead role", () => {
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

test("watchdogRole() says nothing but what its contracts let it say", () => {
  const show = watchdog();
  const said = [
    lifecycle("started", 1),
    heartbeat(2),
    tick("AAAUSDT"),
    tick("BBBUSDT"),
    heartbeat(3),
    command("stop"),
  ]
    .flatMap(show);
  assert.is(said.length, 16);
  for (const { type, payload } of said) {
    const full = { ...payload, cause: "43bf99f4-b3bc-4041-9dec-c812bd40166d" };
    assert.is(repoContracts.checkPayload(type, "watchdog_role", full), null);
  }
});

test("watchdogRole() keeps the state of two nights apart", () => {
  const machine = watchdogRole({ symbols: ["A"] });
  machine.step(machine.initial(), command("stop"));
  machine.step(machine.initial(), tick("A"));
  const [state] = machine.step(machine.initial(), lifecycle("started", 5));
  assert.equal([...state.silent], ["A"]);
  assert.not(state.hasStopped);
});

test.run();
