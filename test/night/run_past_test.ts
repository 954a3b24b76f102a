import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event } from "../../src/core/event.ts";
import { openRunPast, type RunPast, takeIntoPast } from "../../src/night/run_past.ts";
import { HEARTBEAT, NIGHT_END } from "../../src/streams/watchdog/watchdog_role.ts";
import { marketHealth, tradeOf } from "../support/feed_events.ts";
import { eventOf } from "../support/trading_events.ts";

function pastOf(...events: readonly Event[]): RunPast {
  const past = openRunPast(["AAAUSDT"]);
  for (const event of events) takeIntoPast(past, event);
  return past;
}
const lifecycle = (what: "resumed" | "torn_tail" | "ended", detail = "", down_ms?: number) =>
  eventOf("lifecycle", 1, { what, detail, ...(down_ms === undefined ? {} : { down_ms }) });
const timer = (name: string) => eventOf("timer", 1, { name, due_ts: 1 });
const command = (word: string) => eventOf("operator_command", 1, { command: word, reason: "" });
const stop = eventOf("stop_journal", 1, {
  component: "",
  reason_code: "OPERATOR",
  detail: "",
  origin: "derived",
});

test("takeIntoPast() knows whether a stop has begun, and whether the night has ended", () => {
  assert.is(pastOf(command("note")).phase, "RUNNING");
  assert.is(pastOf(stop).phase, "STOPPING");
  assert.is(pastOf(stop, lifecycle("ended")).phase, "STOPPED");
});

test("takeIntoPast() knows whether what ends a night was said", () => {
  assert.is(pastOf(timer(HEARTBEAT), command("note")).isOver, false);
  assert.is(pastOf(timer(NIGHT_END), command("note")).isOver, true);
  assert.is(pastOf(command("end")).isOver, true);
});

test("takeIntoPast() adds up the times in which nobody was there", () => {
  assert.is(pastOf().downMs, 0);
  assert.is(
    pastOf(lifecycle("resumed", "", 70), lifecycle("resumed"), lifecycle("resumed", "", 5)).downMs,
    75,
  );
});

test("takeIntoPast() keeps what was last said of what was cut off", () => {
  assert.is(pastOf(lifecycle("resumed", "no tail")).tornSaid, null);
  assert.is(pastOf(lifecycle("torn_tail", "1 of a"), lifecycle("torn_tail", "2 of a")).tornSaid, "2 of a");
});

test("takeIntoPast() keeps the last policy that took the place of another, and the newest tick of each symbol", () => {
  const reload = (letter: string) =>
    eventOf("lifecycle", 1, {
      what: "policy_reloaded",
      detail: letter,
      policy: { policy_sha256: letter.repeat(64), policy_data_sha256: letter.repeat(64) },
    });
  assert.is(pastOf(lifecycle("resumed")).reloaded, null);
  assert.is(pastOf(reload("a"), reload("b"), lifecycle("resumed")).reloaded!.detail, "b");
  const { seen } = pastOf(tradeOf(1, 5), tradeOf(2, 6));
  assert.equal([...seen.keys()], ["AAAUSDT"]);
});

test("takeIntoPast() follows the feed", () => {
  const { feed } = pastOf(tradeOf(1, 5), marketHealth(2, { errors: 3 }));
  assert.equal([feed.arrived.gaps.get("AAAUSDT")!.lastId, feed.errors], [5, 3]);
});

test("takeIntoPast() keeps the newest packs, as many as a dataset may have rows, and that the AI was given up", () => {
  const pack = (name: string, rows: number) =>
    eventOf("feature_pack", 1, { name, version: "1", rows, content_sha256: "ab".repeat(32) });
  const { packs } = pastOf(pack("a", 1), pack("b", 15_000), pack("c", 4999), pack("d", 1));
  assert.equal(packs.map(({ name }) => name), ["b", "c", "d"]);
  const aiHealth = (more: object) =>
    eventOf("health", 1, { role: "ai_role", state: "DOWN", uptime_s: 0, origin: "derived", ...more });
  assert.is(pastOf(aiHealth({})).isAiOff, false);
  assert.is(pastOf(aiHealth({ off: true }), aiHealth({})).isAiOff, true);
});

test.run();
