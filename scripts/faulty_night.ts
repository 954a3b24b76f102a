/**
 * A night of seven hours in virtual time, over the venue's protocol and with its faults, one symbol at ten ticks a
 * second, and its replay: how long each takes. `scripts/faulty_night.ts [HOURS]`
 */
import process from "node:process";
import { replaysWhole } from "../test/support/replayed.ts";
import { memoryFiles } from "../test/support/memory_files.ts";
import { configWith } from "../test/support/repo_config.ts";
import { repoPolicy } from "../test/support/repo_policy.ts";
import { SIM_START_TS, simNight } from "../test/support/sim_night.ts";
import { verifyInMemory } from "../test/support/verify_in_memory.ts";
import { virtualVenue } from "../test/support/virtual_venue.ts";
import { runVirtually } from "../test/support/wired_venue.ts";

const HOUR_MS = 3_600_000;
const hours = Number(process.argv[2] ?? 7);
const FAULTS = [
  { kind: "disconnect", after_ms: 300_000, every_ms: HOUR_MS / 2 },
  { kind: "stall", after_ms: 600_000, every_ms: HOUR_MS, for_ms: 8000 },
  { kind: "gap", after_ms: 900_000, every_ms: HOUR_MS, count: 3 },
  { kind: "duplicate", after_ms: 1_200_000, every_ms: HOUR_MS / 4, count: 5 },
  { kind: "error_5xx", after_ms: 1_500_000, every_ms: HOUR_MS, for_ms: 3000 },
  { kind: "slow", after_ms: 1_800_000, every_ms: HOUR_MS, for_ms: 5000 },
];
const config = configWith([
  `duration_ms=${hours * HOUR_MS}`,
  'symbols=["BTCUSDT"]',
  "market.embedded.ticks_per_s=10",
  "logging.commit_ms=500", // virtual time syncs at its end only, so nothing is gained by writing more often
  `market.embedded.faults=${JSON.stringify(FAULTS)}`,
]);
const secondsSince = (started: number) => ((performance.now() - started) / 1000).toFixed(1);

const files = memoryFiles();
const { scheduler, pace, feed } = virtualVenue(config, { seed: 7, fromTs: SIM_START_TS, past: null });
const started = performance.now();
const night = await runVirtually(
  () => scheduler,
  config.duration_ms,
  (onStarted) => simNight({ config, files, feed, pace, isDurable: false, policy: repoPolicy, onStarted }),
);
const nightSeconds = secondsSince(started);
const { events, findings } = verifyInMemory(night);
const replayStarted = performance.now();
const replay = await replaysWhole({ files, runFolder: night.runFolder });
const replaySeconds = secondsSince(replayStarted);
const { reconnects, gaps, healed, duplicates } = night.report["feed"] as Readonly<Record<string, number>>;
process.stdout.write(
  `${hours} h over the venue's protocol in ${nightSeconds} s (${night.verdict}: ${events} events, ${reconnects} reconnects, ` +
    `${gaps} gaps, ${healed} healed, ${duplicates} duplicates); replayed in ${replaySeconds} s: ` +
    `${replay.events} events, 0 differences\n`,
);
const isSound = night.verdict === "PASS" && findings.count === 0 && replay.events === events;
process.stdout.write(`${isSound ? 1 : 0} passed, ${isSound ? 0 : 1} failed\n`);
process.exitCode = isSound ? 0 : 1;
