import process from "node:process";
import { watchLoop } from "../../src/edge/loop_watchdog.ts";

/** A program whose event loop is watched, and what it does to that loop: `hang_on_purpose.ts VAR STALLED_MS WHAT`. */
const [varFolder, stalledMs, what] = process.argv.slice(2) as [
  string,
  string,
  "hang" | "busy" | "policy" | "end",
];
const limitMs = Number(stalledMs);
const watch = watchLoop({
  varFolder,
  runId: "20261121_220000",
  stalledMs: limitMs,
  onLost: ({ message }) => process.stdout.write(message),
});

function blockFor(ms: number): void {
  for (const endMs = performance.now() + ms; performance.now() < endMs;);
}

/** More than the limit in all, never so long at once. */
function beBusy(times: number): void {
  if (times === 0) return;
  blockFor(0.4 * limitMs);
  setTimeout(() => beBusy(times - 1), 150);
}

if (what === "hang") setTimeout(() => blockFor(Infinity), 150);
if (what === "busy") beBusy(3);
if (what === "policy") {
  const slow = watch.watchGate({
    policySha256: "",
    decide() {
      blockFor(Infinity);
      return { allow: true };
    },
  });
  setTimeout(() => slow.decide("nore/ingest/decision", {} as never), 150);
}
