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
import { sealArtefact } from "../src/core/journal_line.ts";
import { runCommand } from "../src/commands/command_table.ts";
import { randomStream } from "../src/core/random.ts";
import { fakeTerminal } from "../test/support/fake_terminal.ts";
import type { ProvokedNight } from "./provoked_night.ts";
import { AT_START, faults, type Provocation } from "./provocation.ts";

/** What another program, the disk, the process itself and its operator can do to a night. */

const breaking = (night: ProvokedNight) => night.signal("SIGUSR2");
const damaged = { verify: 4 };

const inbox = (night: ProvokedNight) => `${night.runFolder}/queues/market_ticks/inbox.jsonl`;

function flipByte(path: string, at: number): void {
  const fd = openSync(path, "r+");
  const byte = new Uint8Array(1);
  readSync(fd, byte, 0, 1, at);
  byte[0]! ^= 1;
  writeSync(fd, byte, 0, 1, at);
  closeSync(fd);
}

/** With a hash that fits, as somebody would who knows the form: a look and the next replacement call it the same. */
function editCursor({ runFolder }: ProvokedNight): void {
  const path = `${runFolder}/queues/market_ticks/cursor.json`;
  const { sha256: _, ...fields } = JSON.parse(readFileSync(path, "utf8").replace(/"n":\d+/, '"n":1'));
  writeFileSync(`${path}.mine`, sealArtefact(fields));
  renameSync(`${path}.mine`, path);
}

const freeBytes = () => {
  const { bavail, bsize } = statfsSync(tmpdir());
  return bavail * bsize;
};
const ROOM_BYTES = 60_000_000;

export const FILES: readonly Provocation[] = [
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

export const PROCESS: readonly Provocation[] = [
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
  { code: "ROLE_DEAD", cause: "the loop's watch is gone", breaks: "watch", deed: breaking },
  { code: "SCHEMA_INVALID", cause: "a score of 2", breaks: "schema", deed: breaking },
  { code: "POLICY_ERROR", cause: "the policy's wasm traps", breaks: "policy", deed: breaking },
  { code: "CMDLINE_HASH", cause: "/proc/self/cmdline unreadable", breaks: "cmdline", expected: AT_START },
  {
    code: "SECRET_FOUND",
    cause: "a key in the environment",
    environment: { BINANCE_API_SECRET: "x".repeat(64) },
    expected: AT_START,
  },
  {
    code: "CONTAINER_UNHARDENED",
    cause: "no container around it",
    sets: ["container.require_hardened=true"],
    expected: AT_START,
  },
  {
    code: "OPERATOR",
    cause: "the command stop",
    deed: async ({ varFolder }) => {
      await runCommand(["stop", "--reason", "enough", "--var", varFolder], fakeTerminal());
    },
  },
];
