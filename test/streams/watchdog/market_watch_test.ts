import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event, Health, Lifecycle, Proposal } from "../../../src/core/event.ts";
import { askForRestart, openMarketWatch } from "../../../src/streams/watchdog/market_watch.ts";
import { HEARTBEAT, type WatchdogInput, watchdogRole } from "../../../src/streams/watchdog/watchdog_role.ts";
import { book, eventOf } from "../../support/trading_events.ts";
import { AI_LIMITS, LIMITS } from "../../support/watchdog_limits.ts";

/** The life of the market role, as the watchdog sees it. */

/** What it says of the market role, the others left out. */
function watchdog(limits: Partial<typeof LIMITS> = {}): (event: WatchdogInput) => string[] {
  const machine = watchdogRole({ symbols: ["AAAUSDT"], watchdog: { ...LIMITS, ...limits }, ai: AI_LIMITS });
  let state = machine.initial();
  return (event) => {
    const [next, proposals] = machine.step(state, event);
    state = next;
    return proposals.map(wordOf).filter((word) => word !== null);
  };
}

function wordOf({ type, payload }: Proposal): string | null {
  if (type === "stop_journal") return `STOP ${payload.component} ${payload.reason_code}: ${payload.detail}`;
  const { role, state, uptime_s, detail, origin } = payload as Health;
  assert.is(origin, "derived");
  if (role !== "market_role") return null;
  return `${state} ${uptime_s}${detail === undefined ? "" : `: ${detail}`}`;
}

const tick = (ts: number): WatchdogInput => book(ts, "100", "101");
const heartbeat = (ts: number): WatchdogInput => eventOf("timer", ts, { name: HEARTBEAT, due_ts: ts });
const lifecycle = (ts: number, what: Lifecycle["what"], detail = ""): WatchdogInput =>
  eventOf("lifecycle", ts, { what, detail });
const health = (ts: number, state: Health["state"] = "UP", detail?: string): Event<"health"> => {
  const payload: Health = { role: "market_role", state, uptime_s: 1, origin: "input" };
  return eventOf("health", ts, detail === undefined ? payload : { ...payload, detail });
};
const silent = "no tick of AAAUSDT since the last heartbeat";
const late = (ms: number) => `nothing from market_role for ${ms} ms, at most 15000`;

test("watchdogRole() asks for a restart once when the role is late, and gives it its time again", () => {
  const show = watchdog();
  show(lifecycle(0, "started"));
  show(health(1000));
  show(tick(5000));
  assert.equal(show(heartbeat(20_000)), ["UP 20"]);
  assert.equal(show(heartbeat(20_001)), [`DOWN 20.001: ${late(15_001)}`]);
  assert.equal(show(heartbeat(30_000)), []); // a second DOWN would be a second restart
  assert.equal(show(lifecycle(31_000, "role_restarted", "connected anew")), ["RESTARTED 0: connected anew"]);
  assert.equal(show(heartbeat(46_000)), [`DEGRADED 15: ${silent}`]);
  assert.equal(show(heartbeat(46_001)), [`DOWN 15.001: ${late(15_001)}`]);
});

test("watchdogRole() takes a tick as well as a word of the role for a sign of life", () => {
  for (const sign of [tick(14_000), health(14_000), health(14_000, "DEGRADED", "one socket")]) {
    const show = watchdog();
    show(lifecycle(0, "started"));
    show(health(1));
    show(sign);
    assert.not.match(show(heartbeat(29_000))[0]!, "DOWN");
    assert.match(show(heartbeat(29_001))[0]!, "DOWN");
  }
});

test("watchdogRole() misses no role that never told of itself", () => {
  const show = watchdog();
  show(lifecycle(0, "started"));
  show(tick(1));
  for (let ts = 10_000; ts < 1_000_000; ts += 10_000) assert.not.match(show(heartbeat(ts))[0]!, "DOWN");
});

test("watchdogRole() asks for a restart at once when the role says that it is down", () => {
  const show = watchdog();
  show(lifecycle(0, "started"));
  assert.equal(show(health(4000, "DOWN", "socket thrown")), ["DOWN 4: socket thrown"]);
  assert.equal(show(health(4001, "DOWN", "again")), []); // still the one that is being restarted
  assert.equal(show(lifecycle(5000, "role_restarted")), ["RESTARTED 0: "]);
  assert.equal(show(health(6000, "DOWN")), ["DOWN 1: market_role is down"]);
});

test("watchdogRole() asks again where no restart is reported, and stops in the end", () => {
  const show = watchdog();
  show(lifecycle(0, "started"));
  show(health(4000, "DOWN", "thrown"));
  show(health(10_000, "DOWN", "once more")); // no sign of life
  assert.equal(show(heartbeat(19_000)), []);
  assert.equal(show(heartbeat(19_001)), [
    "DOWN 19.001: no restart of market_role for 15001 ms, at most 15000",
  ]);
  assert.equal(show(heartbeat(40_000)), [
    "STOP market_role ROLE_DEAD: no restart of market_role for 20999 ms, at most 15000; restarts: 2, at most 2",
  ]);
});

test("watchdogRole() stops when the role is down once more than it may be", () => {
  const show = watchdog();
  show(lifecycle(0, "started"));
  for (const ts of [1000, 2000]) {
    assert.match(show(health(ts, "DOWN", "thrown"))[0]!, "DOWN");
    show(lifecycle(ts + 1, "role_restarted"));
  }
  assert.equal(show(health(3000, "DOWN", "thrown")), [
    "STOP market_role ROLE_DEAD: thrown; restarts: 2, at most 2",
  ]);
  assert.equal(show(health(3001, "DOWN", "thrown")), []);
  assert.equal(show(heartbeat(4000)), [`DEGRADED 1.999: thrown; ${silent}`]);
});

test("watchdogRole() asks for no restart where none is allowed, nor after a stop", () => {
  const strict = watchdog({ restarts_max: 0 });
  assert.equal(strict(health(1, "DOWN", "thrown")), [
    "STOP market_role ROLE_DEAD: thrown; restarts: 0, at most 0",
  ]);
  const stopped = watchdog();
  stopped(health(1));
  stopped(eventOf("operator_command", 2, { command: "stop", reason: "dinner" }));
  assert.equal(stopped(health(3, "DOWN")), []);
  assert.equal(stopped(heartbeat(90_000)), []);
});

test("watchdogRole() tells of the role by its own word and by the silence of its symbols", () => {
  const show = watchdog();
  show(lifecycle(0, "started"));
  const at = (ts: number, told: Event<"health"> | null, ticks: boolean) => {
    if (told !== null) show(told);
    if (ticks) show(tick(ts));
    return show(heartbeat(ts))[0];
  };
  assert.is(at(1000, null, true), "UP 1");
  assert.is(at(2000, health(2000, "DEGRADED", "reconnecting"), true), "DEGRADED 2: reconnecting");
  assert.is(at(3000, null, false), `DEGRADED 3: reconnecting; ${silent}`);
  assert.is(at(4000, health(4000), false), `DEGRADED 4: ${silent}`);
  assert.is(at(5000, health(5000, "RESTARTED"), true), "UP 5");
  assert.is(at(6000, health(6000, "DEGRADED"), true), "DEGRADED 6: by its own word");
  show(lifecycle(6500, "role_restarted"));
  assert.is(at(7000, null, true), "UP 0.5");
});

test("askForRestart() counts what was asked for, and then refuses", () => {
  const market = openMarketWatch();
  const ask = () => askForRestart(market, 1, { ...LIMITS, detail: "" }) !== null;
  assert.equal([ask(), ask(), ask(), ask()], [true, true, false, false]);
  assert.is(market.restarts, 2);
});

test("watchdogRole() never asks twice for one restart, nor more often than it may, nor after its stop", () => {
  const happening = fc.tuple(
    fc.constantFrom(1, 4000, 16_000),
    fc.constantFrom("tick", "up", "down", "heartbeat", "heartbeat", "restarted"),
  );
  fc.assert(fc.property(fc.array(happening, { maxLength: 60 }), fc.nat(3), (steps, restarts_max) => {
    const show = watchdog({ restarts_max });
    let ts = 0;
    let asked = 0;
    let askedTs: number | null = null;
    let stops = 0;
    show(lifecycle(ts, "started"));
    for (const [gap, what] of steps) {
      ts += gap;
      if (what === "restarted" && askedTs === null) continue; // the edge restarts only what it was asked for
      const said = what === "tick"
        ? show(tick(ts))
        : what === "up"
        ? show(health(ts))
        : what === "down"
        ? show(health(ts, "DOWN"))
        : what === "heartbeat"
        ? show(heartbeat(ts))
        : show(lifecycle(ts, "role_restarted"));
      const downs = said.filter((word) => word.startsWith("DOWN")).length;
      if (downs > 0) {
        assert.is(downs, 1);
        assert.is(stops, 0);
        assert.ok(askedTs === null || ts - askedTs > 15_000, "asked again while the restart has its time");
        asked++;
        askedTs = ts;
      }
      if (what === "restarted") askedTs = null;
      stops += said.filter((word) => word.startsWith("STOP")).length;
      assert.ok(asked <= restarts_max && stops <= 1);
      if (stops > 0) assert.is(asked, restarts_max);
    }
  }));
});

const resumed = (ts: number, down_ms: number): WatchdogInput =>
  eventOf("lifecycle", ts, { what: "resumed", detail: "", down_ms });

test("watchdogRole() of a run that goes on gives the new role its time, whatever the old one last said", () => {
  const see = watchdog();
  see(lifecycle(0, "started"));
  see(health(1000, "DEGRADED", "no market data"));
  assert.equal(see(resumed(100_000, 98_000)), []);
  assert.equal(see(heartbeat(115_000)), [`DEGRADED 17: ${silent}`]); // up for 2 s before, for 15 s now
  assert.equal(see(heartbeat(115_001)), [
    "DOWN 17.001: nothing from market_role for 15001 ms, at most 15000",
  ]);
});

test("watchdogRole() of a run that goes on waits for no restart any more, and remembers how many there were", () => {
  const see = watchdog();
  see(lifecycle(0, "started"));
  for (const ts of [1000, 2000]) {
    assert.equal(see(health(ts, "DOWN", "gone")).map((word) => word.split(" ")[0]), ["DOWN"]);
    see(resumed(ts + 500, 0));
  }
  const why = "gone; restarts: 2, at most 2";
  assert.equal(see(health(3000, "DOWN", "gone")), [`STOP market_role ROLE_DEAD: ${why}`]);
});

test.run();
