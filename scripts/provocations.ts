import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { runCommand } from "../src/commands/command_table.ts";
import { randomStream } from "../src/core/random.ts";
import { fakeTerminal } from "../test/support/fake_terminal.ts";
import type { ProvokedNight } from "./provoked_night.ts";
import type { StandIn } from "./stand_in_venue.ts";

/** How each reason for a stop is provoked. The nights trade as often as they can, so that there is something to stop. */
export interface Provocation {
  readonly code: string;
  readonly cause: string;
  readonly sets?: readonly string[];
  readonly words?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What `broken_main.ts` is to break. */
  readonly breaks?: string;
  /** Prices come from a venue of ours, which the deed can spoil. */
  readonly hasStandIn?: true;
  readonly deed?: (night: ProvokedNight, venue: StandIn) => void | Promise<void>;
  /** Where it is not the one stop of a night in order, verified whole. */
  readonly expected?: Partial<Expected>;
}

export interface Expected {
  /** null: the process is killed. */
  readonly exit: number | null;
  readonly verify: number;
  readonly isLatched: boolean;
  /** There were orders before. */
  readonly trades: boolean;
  /** What the risk role does with that code. */
  readonly action: "STOP" | "REDUCE";
}

const breaking = (night: ProvokedNight) => night.signal("SIGUSR2");
const damaged = { verify: 4 };
const atStart = { isLatched: false, trades: false };

const inbox = (night: ProvokedNight) => `${night.runFolder}/queues/market_ticks/inbox.jsonl`;

function flipByte(path: string, at: number): void {
  const fd = openSync(path, "r+");
  const byte = new Uint8Array(1);
  readSync(fd, byte, 0, 1, at);
  byte[0]! ^= 1;
  writeSync(fd, byte, 0, 1, at);
  closeSync(fd);
}

function editCursor({ runFolder }: ProvokedNight): void {
  const path = `${runFolder}/queues/market_ticks/cursor.json`;
  const text = readFileSync(path, "utf8");
  writeFileSync(`${path}.mine`, text.replace(/"n":\d+/, '"n":1'));
  renameSync(`${path}.mine`, path);
}

const freeBytes = () => {
  const { bavail, bsize } = statfsSync(tmpdir());
  return bavail * bsize;
};
const ROOM_BYTES = 60_000_000;

const fault = (kind: string, more: object) => ({ kind, after_ms: 4000, for_ms: 600_000, ...more });
const faults = (...list: readonly object[]) => `market.embedded.faults=${JSON.stringify(list)}`;

const oneStrategy = (order: object = { type: "MARKET" }) => strategies(["trend"], order);
const LIMIT = { type: "LIMIT", tif: "GTC" };

export function strategies(ids: readonly string[], order: object = { type: "MARKET" }): string {
  const parameters = { bar_ms: 250, fast_period: 1, slow_period: 2, entry_bps: 0.01, cooldown_ms: 0 };
  const list = ids.map((id) => ({ id, name: "momentum", capital: "10000", parameters, order }));
  return `strategy.list=${JSON.stringify(list)}`;
}

const LIMITS: readonly Provocation[] = [
  {
    code: "RISK_NIGHT_LOSS",
    cause: "a loss of a hundred-millionth",
    sets: ["risk.night_loss.limit=0.00000001"],
  },
  {
    code: "RISK_DAILY_LOSS",
    cause: "a loss of a hundred-millionth",
    sets: ["risk.daily_loss.limit=0.00000001"],
  },
  {
    code: "RISK_DRAWDOWN",
    cause: "a hundred-millionth under the top",
    sets: ["risk.drawdown.limit=0.00000001"],
  },
  { code: "RISK_TRADE_RATE", cause: "a fourth order", sets: ["risk.trade_rate.limit=3"] },
  {
    code: "RISK_EXPOSURE",
    cause: "a second symbol",
    sets: [oneStrategy(), "risk.exposure.limit=0.15"],
  },
  {
    code: "RISK_SYMBOL_EXPOSURE",
    cause: "a second strategy in a symbol",
    sets: ["risk.symbol_exposure.limit=0.06", "risk.symbol_exposure.action=STOP"],
  },
  {
    code: "RISK_OPEN_ORDERS",
    cause: "a second open order",
    sets: [
      oneStrategy(LIMIT),
      "execution.latency_ms=2000",
      "risk.open_orders.limit=1",
      "risk.open_orders.action=STOP",
    ],
  },
  {
    code: "RISK_ORDER_SIZE",
    cause: "entries over the limit are made smaller",
    sets: ["risk.order_size.limit=500", "duration_ms=6000"],
    expected: { exit: 0, action: "REDUCE", isLatched: false },
  },
  {
    code: "RISK_PRICE_COLLAR",
    cause: "any spread at all",
    expected: { trades: false },
    sets: ["risk.price_collar.limit=0.00000001", "risk.price_collar.action=STOP"],
  },
  {
    code: "RISK_STALE_PRICE",
    cause: "a quote of an earlier moment",
    sets: ["risk.stale_price.limit_ms=1", "risk.stale_price.action=STOP"],
  },
  {
    code: "RISK_COOLDOWN",
    cause: "an entry right after a loss",
    sets: ["risk.cooldown.after_loss_ms=60000", "risk.cooldown.action=STOP"],
  },
  {
    code: "RISK_STOPLOSS_GUARD",
    cause: "a first loss",
    sets: ["risk.stoploss_guard.losses=1", "risk.stoploss_guard.action=STOP"],
  },
  {
    code: "RISK_LOW_PROFIT",
    cause: "a first round trip without profit",
    sets: ["risk.low_profit.trades=1", "risk.low_profit.loss_max=0.00000001", "risk.low_profit.action=STOP"],
  },
];

const VENUE: readonly Provocation[] = [
  {
    code: "VENUE_LOST",
    cause: "the venue goes away",
    hasStandIn: true,
    sets: ["binance.lost_after_ms=2000"],
    deed: (_, venue) => venue.close(),
  },
  {
    code: "VENUE_LOST",
    cause: "no venue at the start",
    words: ["--source", "binance"],
    sets: ["binance.rest_url=http://127.0.0.1:9", "binance.ws_url=ws://127.0.0.1:9"],
    expected: atStart,
  },
  {
    code: "VENUE_ERRORS",
    cause: "503 and HTML from REST",
    sets: [faults(fault("error_5xx", {})), "binance.errors.limit=3"],
  },
  {
    code: "FEED_STALE",
    cause: "no data, the socket open",
    sets: [faults(fault("stall", {})), "market.stale.freeze_ms=1000", "market.stale.stop_ms=3000"],
  },
  {
    code: "FEED_GAP",
    cause: "trades missing, REST down",
    sets: [
      faults(fault("gap", { count: 5, for_ms: undefined }), fault("error_5xx", {})),
      "market.gap.stop_ms=1000",
      "binance.errors.limit=1000",
    ],
  },
  {
    code: "CLOCK_SKEW",
    cause: "the venue's clock 5 s ahead",
    hasStandIn: true,
    sets: ["binance.clock.stop_ms=1500"],
    deed: (_, venue) => venue.setClock(5000),
  },
];

const FILES: readonly Provocation[] = [
  {
    code: "HASH_MISMATCH",
    cause: "a bit of a recent line flipped",
    deed: (night) => flipByte(inbox(night), statSync(inbox(night)).size - 100),
    expected: damaged,
  },
  {
    code: "HASH_MISMATCH",
    cause: "a bit of the first line flipped",
    deed: (night) => flipByte(inbox(night), 100),
    expected: damaged,
  },
  {
    code: "QUEUE_DESYNC",
    cause: "a line appended",
    deed: (night) => appendFileSync(inbox(night), readFileSync(inbox(night), "utf8").split("\n")[0] + "\n"),
    expected: damaged,
  },
  {
    code: "QUEUE_DESYNC",
    cause: "a file cut",
    deed: (night) => truncateSync(inbox(night), statSync(inbox(night)).size - 300),
    expected: damaged,
  },
  { code: "QUEUE_DESYNC", cause: "cursor.json edited", deed: editCursor },
  {
    code: "NON_ATOMIC_WRITE",
    cause: "config.json cut",
    deed: ({ runFolder }) => truncateSync(`${runFolder}/config.json`, 100),
    expected: damaged,
  },
  {
    code: "DISK_FULL",
    cause: "a file takes the room",
    get sets() {
      return [`logging.disk_free_bytes_min=${freeBytes() - ROOM_BYTES}`]; // of the moment at which it starts
    },
    deed: ({ varFolder }) => writeFileSync(`${varFolder}/large`, randomBytes(2 * ROOM_BYTES)),
  },
  {
    code: "SINK_IO",
    cause: "a folder where a file is due",
    deed: ({ runFolder }) => void mkdirSync(`${runFolder}/metrics.json.tmp`),
    expected: damaged, // the last metrics cannot be written either
  },
];

/** No file system makes them smaller. */
function randomBytes(length: number): Uint8Array {
  const random = randomStream(1, "room");
  return new Uint8Array(length).map(() => random.below(256));
}

const PROCESS: readonly Provocation[] = [
  {
    code: "RESOURCE_LIMIT",
    cause: "600 MB more memory",
    breaks: "memory",
    sets: ["watchdog.rss_mb_max=600"],
    deed: breaking,
  },
  {
    code: "RESOURCE_LIMIT",
    cause: "an event loop 0.8 s late",
    breaks: "lag",
    sets: ["watchdog.loop_lag_ms_max=500"],
    deed: breaking,
  },
  {
    code: "LOOP_STALLED",
    cause: "an event loop that hangs",
    breaks: "hang",
    sets: ["watchdog.loop_stalled_ms=2000", "watchdog.loop_lag_ms_max=1000"],
    deed: breaking,
    expected: { exit: null },
  },
  {
    code: "ROLE_DEAD",
    cause: "a market role that fails again",
    breaks: "role",
    sets: [faults({ kind: "bad_frame", after_ms: 1000, every_ms: 200, count: 1 }), "watchdog.restarts_max=1"],
    deed: breaking,
  },
  { code: "SCHEMA_INVALID", cause: "a score of 2", breaks: "schema", deed: breaking },
  { code: "POLICY_ERROR", cause: "the policy's wasm traps", breaks: "policy", deed: breaking },
  { code: "CMDLINE_HASH", cause: "/proc/self/cmdline unreadable", breaks: "cmdline", expected: atStart },
  {
    code: "SECRET_FOUND",
    cause: "a key in the environment",
    environment: { BINANCE_API_SECRET: "x".repeat(64) },
    expected: atStart,
  },
  {
    code: "OPERATOR",
    cause: "the command stop",
    deed: async ({ varFolder }) => {
      await runCommand(["stop", "--reason", "enough", "--var", varFolder], fakeTerminal());
    },
  },
];

export const PROVOCATIONS: readonly Provocation[] = [...LIMITS, ...VENUE, ...FILES, ...PROCESS];

/** Reasons that nothing in this program can give yet. */
export const NOT_YET: ReadonlyMap<string, string> = new Map([
  ["AI_BOUNDARY", "there is no AI worker"],
  ["POLICY_STALE", "a policy is not replaced in a running night"],
  ["CONTAINER_UNHARDENED", "there is no container"],
]);
