import { asapScheduler } from "rxjs";
import type { Config } from "../../src/core/config.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { virtualClock } from "../../src/edge/clocks.ts";
import type { OpenRun } from "../../src/night/open_run.ts";
import type { PolicyFiles } from "../../src/policy/policy_files.ts";
import { configWith } from "./repo_config.ts";
import { repoPolicy } from "./repo_policy.ts";
import { SIM_START_TS, type SimNight, simNight, type SimNightOptions } from "./sim_night.ts";

/** A night of two seconds with orders, fills, rotations and refreshed metrics, cheap enough to be run hundreds of times. */

const STRATEGY = {
  id: "trend",
  name: "momentum",
  capital: "10000",
  parameters: { bar_ms: 250, fast_period: 1, slow_period: 2, entry_bps: 0.01, cooldown_ms: 0 },
  order: { type: "LIMIT", tif: "GTC" },
};

/** Flags of a night that trades within two seconds. */
export const SHORT_NIGHT: readonly string[] = [
  "duration_ms=2000",
  'symbols=["BTCUSDT"]',
  `strategy.list=${JSON.stringify([STRATEGY])}`,
  "watchdog.heartbeat_every_ms=1000",
  "logging.rotate_bytes=4096",
  "logging.metrics_every_ms=1000",
  "logging.snapshot_every_ms=1000",
];

/** The gate is the first night's; a folder that holds as small a policy as this is made and verified the faster. */
const smallWasm = new TextEncoder().encode("in place of the policy");
const policy: PolicyFiles = { ...repoPolicy, wasm: smallWasm, policySha256: sha256Hex(smallWasm) };
export const shortConfig: Config = configWith(SHORT_NIGHT);
export const SHORT_SEED = 14;
let first: OpenRun | null = null;

export function shortNight(options: Partial<SimNightOptions> = {}): Promise<SimNight> {
  const clock = virtualClock(SIM_START_TS);
  return simNight({
    config: shortConfig,
    seed: SHORT_SEED,
    pace: { clock, setTs: (ts) => clock.set(ts), speed: 1, scheduler: asapScheduler },
    ...(first === null ? {} : { like: first, policy }),
    ...options,
    onOpened(run) {
      first ??= run;
      return options.onOpened?.(run) ?? run;
    },
  });
}
