import { map, merge, NEVER, type Observable, type SchedulerLike, timer } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft } from "../../src/core/event.ts";
import { replaysWhole } from "../support/replayed.ts";
import { configWith } from "../support/repo_config.ts";
import { SIM_START_TS } from "../support/sim_night.ts";
import { venueNight } from "../support/venue_night.ts";

/** Nights over a venue's protocol, in their own time, with all that can happen to a feed: a replay knows nothing of it. */

const NIGHT = [
  "duration_ms=40000",
  "binance.probe_every_ms=2000",
  "binance.backoff.most_ms=1000",
  "binance.stall_ms=2000",
  "strategy.list.1.parameters={bar_ms: 250, fast_period: 1, slow_period: 2, entry_bps: 0.1, cooldown_ms: 0}",
];
const EVERY_FAULT = [
  { kind: "disconnect", after_ms: 5000, every_ms: 9000 },
  { kind: "stall", after_ms: 12_000, for_ms: 5000 },
  { kind: "gap", after_ms: 3000, every_ms: 5000, count: 7 },
  { kind: "duplicate", after_ms: 4000, every_ms: 5000, count: 9 },
  { kind: "bad_frame", after_ms: 6000, every_ms: 10_000, count: 3 },
  { kind: "error_5xx", after_ms: 20_000, for_ms: 4000 },
];

for (const [what, faults] of [["without a fault", []], ["with every fault", EVERY_FAULT]] as const) {
  test(`replayRun() gives a night over a socket again ${what}`, async () => {
    const night = await venueNight(
      configWith([...NIGHT, `market.embedded.faults=${JSON.stringify(faults)}`]),
    );
    assert.is(night.verdict, "PASS", JSON.stringify(night.stop));
    const log = JSON.stringify(night.events);
    assert.match(log, /"type":"fill"/);
    assert.is(/"action":"UNFREEZE"/.test(log), faults.length > 0);
    assert.is((await replaysWhole(night)).events, night.events.length);
  });
}

/** The market role falls, which its own watch would have said. */
function falls(scheduler: SchedulerLike, afterMs: number): Observable<AnyDraft> {
  return timer(afterMs, scheduler).pipe(map(() => {
    const payload = {
      role: "market_role",
      state: "DOWN",
      uptime_s: 1,
      origin: "input",
      detail: "it fell",
    } as const;
    return {
      type: "health",
      source: "watchdog_role",
      ts: SIM_START_TS + scheduler.now(),
      cause: null,
      payload,
    };
  }));
}

test("replayRun() gives a night again whose market role was begun anew, and fell once too often", async () => {
  const operatorOf = (scheduler: SchedulerLike) =>
    merge(NEVER, falls(scheduler, 5000), falls(scheduler, 15_000));
  const night = await venueNight(configWith([...NIGHT, "watchdog.restarts_max=1"]), { operatorOf });
  assert.is(night.stop?.reason_code, "ROLE_DEAD");
  assert.match(JSON.stringify(night.events), /"role_restarted"/);
  assert.is((await replaysWhole(night)).events, night.events.length);
});

test.run();
