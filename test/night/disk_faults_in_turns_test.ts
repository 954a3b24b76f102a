import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event } from "../../src/core/event.ts";
import type { OpenRun } from "../../src/night/open_run.ts";
import { memoryFiles, systemError } from "../support/memory_files.ts";
import { journaled } from "../support/night_events.ts";
import { configWith } from "../support/repo_config.ts";
import { SHORT_NIGHT, shortConfig } from "../support/short_night.ts";
import { simNight } from "../support/sim_night.ts";

/** An anchor is made before a turn: where that fails, the turn that would have traded comes behind the stop. */

const [strategy] = shortConfig.strategy.list;
const config = configWith([
  ...SHORT_NIGHT,
  "duration_ms=6000",
  "risk.cooldown.after_loss_ms=0",
  "risk.stoploss_guard.losses=100",
  `strategy.list=${JSON.stringify([{ ...strategy, order: { type: "MARKET", tif: "GTC" } }])}`,
]);
/** A seed of which three anchors come before a turn with an order or a fill. */
const seed = 17;
let like: OpenRun | null = null;
await simNight({ config, onOpened: (run) => like = run });

/** 1 is every call of those that may fail while the lines are sound. */
export const STRIDE = 3;
const BESIDE_THE_LINES = /cursor|mirror|freeBytes/;

const isTrade = ({ type }: Event) => type === "order_intent" || type === "fill";
const causeOf = ({ payload }: Event) => (payload as { readonly cause?: string }).cause;

/** The night, with every call told from when its run lies open. */
function nightWith(fault: (call: string, path: string, run: OpenRun) => void) {
  const files = memoryFiles();
  const onOpened = (run: OpenRun) => {
    files.fault = (call, path) => fault(call, path, run);
    return run;
  };
  return journaled(simNight({ config, seed, files, like: like!, onOpened }));
}

/** The calls that are made before turns of a good night which trade: call → n of the turn's first event. */
async function callsBeforeTrades(): Promise<
  readonly (readonly [at: number, call: string, firstN: number])[]
> {
  const made: (readonly [at: number, call: string, firstN: number])[] = [];
  const night = await nightWith((call, path, run) =>
    void made.push([made.length + 1, `${call} ${path}`, run.journal.lastN + 1])
  );
  const isBegun = (n: number) => night.events[n] !== undefined && causeOf(night.events[n]) === undefined;
  const trades = (n: number) => {
    const end = night.events.findIndex((event, i) => i > n && causeOf(event) === undefined);
    return night.events.slice(n, end).some(isTrade);
  };
  const beside = made.filter(([, call, n]) => isBegun(n) && trades(n) && BESIDE_THE_LINES.test(call));
  return beside.filter((_, i) => i % STRIDE === 0);
}

test("a night whose cursor or mirror fails before a turn that would trade stops before it", async () => {
  const calls = await callsBeforeTrades();
  assert.ok(new Set(calls.map(([, , n]) => n)).size > 2);
  for (const [at, call, firstN] of calls) {
    let calls = 0;
    const { verdict, stop, events } = await nightWith(() => {
      if (++calls === at) throw systemError("EIO");
    });
    assert.equal([verdict, stop?.reason_code], ["STOPPED", "SINK_IO"], call);
    assert.is(events[firstN]!.type, "stop_journal", call);
    assert.not.ok(events.slice(firstN).some(isTrade), call);
  }
});

test.run();
