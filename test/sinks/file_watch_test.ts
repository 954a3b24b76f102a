import { test } from "uvu";
import * as assert from "uvu/assert";
import type { StopJournal } from "../../src/core/event.ts";
import { formatLine, sealArtefact } from "../../src/core/journal_line.ts";
import { writeArtefact, writeAtomic } from "../../src/sinks/atomic_file.ts";
import { BLOCK_BYTES } from "../../src/sinks/block_hashes.ts";
import { FileWatch } from "../../src/sinks/file_watch.ts";
import { rememberWrites } from "../../src/sinks/written_files.ts";
import { type MemoryFiles, memoryFiles, systemError } from "../support/memory_files.ts";
import { draftOf, type OpenJournal, openJournal, RUN_FOLDER, START_TS } from "../support/open_journal.ts";

/** A journal whose files are watched, with an event, an ack, a deadletter and an anchor in it. */
interface Watched extends OpenJournal {
  /** The disk itself, past what remembers. */
  readonly disk: MemoryFiles;
  /** A second later: what the watch says. */
  look(): readonly [code: string, detail: string] | null;
}

const TICKS = "queues/market_ticks/inbox.jsonl";

function watched(
  options: {
    readonly rotateBytes?: number;
    readonly scrubBytesPerS?: number;
    readonly prepare?: (disk: MemoryFiles) => void;
  } = {},
): Watched {
  const disk = memoryFiles();
  options.prepare?.(disk);
  const run = rememberWrites(disk, RUN_FOLDER);
  const files = run.files as MemoryFiles;
  writeArtefact(files, `${RUN_FOLDER}/manifest.json`, { schema: "nore/manifest" });
  writeArtefact(files, `${RUN_FOLDER}/metrics.json`, { schema: "nore/metrics" });
  writeAtomic(files, `${RUN_FOLDER}/contracts/contracts.v1.yaml`, "v: 1\n");
  writeAtomic(files, `${RUN_FOLDER}/config.json`, "{}");
  files.append(`${RUN_FOLDER}/metrics.jsonl`).write(new Uint8Array([10]));
  const open = openJournal({ files, ...options });
  const watch = new FileWatch(run, { clock: open.clock, scrubBytesPerS: options.scrubBytesPerS ?? 0 });
  const raw = new Uint8Array([1]);
  open.journal.deadletter({ ts: START_TS, queue: "market_ticks", reason_code: "X", detail: "", raw });
  for (const ts of [0, 500, 1500]) open.turn(draftOf("market_tick", START_TS + ts));
  open.journal.commit();
  return {
    ...open,
    disk,
    look() {
      open.clock.set(open.clock.now() + 1000);
      const draft = watch.look();
      if (draft === null) return null;
      assert.equal([draft.type, draft.source, draft.cause, draft.ts], [
        "stop_journal",
        "watchdog_role",
        null,
        open.clock.now(),
      ]);
      const { component, reason_code, detail, origin } = draft.payload as StopJournal;
      assert.equal([component, origin], ["file_watch", "input"]);
      return [reason_code, detail];
    },
  };
}

/** Changes bytes where they lie; a Map would otherwise keep the same ones. */
function edit(disk: MemoryFiles, name: string, change: (bytes: Uint8Array) => Uint8Array | void): void {
  const path = `${RUN_FOLDER}/${name}`;
  const bytes = disk.read(path);
  disk.contents.set(path, change(bytes) ?? bytes);
}
const flip = (at: number) => (bytes: Uint8Array): void =>
  void (bytes.at(at), bytes[at < 0 ? bytes.length + at : at]! ^= 4);
const text = (value: string) => () => new TextEncoder().encode(value);
const append = (bytes: Uint8Array): Uint8Array => new Uint8Array([...bytes, ...bytes.subarray(0, 300)]);
const cut = (bytes: Uint8Array): Uint8Array => bytes.slice(0, -1);
const cursor = (line: number) =>
  sealArtefact({ schema: "nore/cursor", v: 1, consumers: { risk_role: { line } } });

type Damage = (disk: MemoryFiles) => void;
const CASES: readonly (readonly [what: string, damage: Damage, code: string, detail: RegExp])[] = [
  [
    "a line appended to an inbox",
    (disk) => edit(disk, TICKS, append),
    "QUEUE_DESYNC",
    /inbox.*has \d+ bytes, \d+ were/,
  ],
  [
    "an inbox cut by a byte",
    (disk) => edit(disk, TICKS, cut),
    "QUEUE_DESYNC",
    /inbox.*has \d+ bytes, \d+ were/,
  ],
  ["an inbox emptied", (disk) => edit(disk, TICKS, text("")), "QUEUE_DESYNC", /has 0 bytes/],
  [
    "an inbox that had no line gets one",
    (disk) => edit(disk, "queues/fills/inbox.jsonl", text("x\n")),
    "QUEUE_DESYNC",
    /queues\/fills\/inbox\.jsonl: has 2 bytes, 0 were written/,
  ],
  ["an inbox gone", (disk) => disk.remove(`${RUN_FOLDER}/${TICKS}`), "QUEUE_DESYNC", /is gone/],
  [
    "another file with the same bytes",
    (disk) => {
      disk.contents.set(`${RUN_FOLDER}/copy`, disk.read(`${RUN_FOLDER}/${TICKS}`));
      disk.rename(`${RUN_FOLDER}/copy`, `${RUN_FOLDER}/${TICKS}`);
    },
    "QUEUE_DESYNC",
    /is another file/,
  ],
  [
    "the first byte of an inbox flipped",
    (disk) => edit(disk, TICKS, flip(0)),
    "HASH_MISMATCH",
    /bytes 0 to \d+, line 1:/,
  ],
  [
    "a late byte of an inbox flipped",
    (disk) => edit(disk, TICKS, flip(-9)),
    "HASH_MISMATCH",
    /bytes 0 to \d+, line 3:/,
  ],
  ["the last newline changed", (disk) => edit(disk, TICKS, flip(-1)), "HASH_MISMATCH", /line 3:/],
  [
    "a line forged with its own hash",
    (disk) =>
      edit(disk, TICKS, (bytes) => {
        const lines = new TextDecoder().decode(bytes).split("\n");
        lines[1] = formatLine(lines[1]!.slice(72).replace("embedded", "EMBEDDED")).slice(0, -1);
        return new TextEncoder().encode(lines.join("\n"));
      }),
    "HASH_MISMATCH",
    /market_ticks\/inbox\.jsonl: bytes 0 to \d+: not what/,
  ],
  ["acks cut", (disk) => edit(disk, "queues/market_ticks/acks.jsonl", cut), "QUEUE_DESYNC", /acks/],
  [
    "a deadletter changed",
    (disk) => edit(disk, "queues/market_ticks/deadletter.jsonl", flip(80)),
    "HASH_MISMATCH",
    /deadletter.*line 1/,
  ],
  [
    "an anchor changed",
    (disk) => edit(disk, "audit/anchors.jsonl", flip(90)),
    "HASH_MISMATCH",
    /^audit\/anchors\.jsonl: .*line 1/,
  ],
  ["anchors cut", (disk) => edit(disk, "audit/anchors.jsonl", cut), "QUEUE_DESYNC", /anchors/],
  [
    "a cursor that says something else, sealed",
    (disk) => edit(disk, "queues/market_ticks/cursor.json", text(cursor(1))),
    "QUEUE_DESYNC",
    /^queues\/market_ticks\/cursor\.json: is not what was written$/,
  ],
  [
    "a cursor edited",
    (disk) => edit(disk, "queues/market_ticks/cursor.json", flip(-20)),
    "NON_ATOMIC_WRITE",
    /cursor.*sha256 is/,
  ],
  [
    "a cursor half-written",
    (disk) => edit(disk, "queues/market_ticks/cursor.json", (bytes) => bytes.slice(0, 90)),
    "NON_ATOMIC_WRITE",
    /cursor/,
  ],
  [
    "a cursor gone",
    (disk) => disk.remove(`${RUN_FOLDER}/queues/signals/cursor.json`),
    "QUEUE_DESYNC",
    /signals\/cursor\.json: is gone/,
  ],
  [
    "the manifest edited",
    (disk) => edit(disk, "manifest.json", flip(-3)),
    "NON_ATOMIC_WRITE",
    /^manifest\.json: .*sha256 is/,
  ],
  [
    "the manifest replaced by another whole one",
    (disk) => edit(disk, "manifest.json", text(sealArtefact({ schema: "x" }))),
    "NON_ATOMIC_WRITE",
    /^manifest\.json: is not what was written$/,
  ],
  ["metrics half-written", (disk) => edit(disk, "metrics.json", cut), "NON_ATOMIC_WRITE", /^metrics\.json: /],
  [
    "the config edited",
    (disk) => edit(disk, "config.json", text("{ }")),
    "NON_ATOMIC_WRITE",
    /^config\.json: is not what was written$/,
  ],
  [
    "a contract gone",
    (disk) => disk.remove(`${RUN_FOLDER}/contracts/contracts.v1.yaml`),
    "NON_ATOMIC_WRITE",
    /contracts\.v1\.yaml: is gone/,
  ],
];

for (const [what, damage, code, detail] of CASES) {
  test(`look() finds ${what}: ${code}`, () => {
    const { disk, look } = watched();
    assert.is(look(), null);
    damage(disk);
    const [found, said] = look()!;
    assert.is(found, code);
    assert.match(said, detail);
    assert.is(look(), null, "the first finding is the last");
  });
}

test("look() says nothing of what the run itself writes, rotates and replaces", () => {
  const open = watched({ rotateBytes: 4096, scrubBytesPerS: 4096 });
  for (let i = 0; i < 200; i++) {
    open.turn(draftOf(i % 3 === 0 ? "fill" : "market_tick", START_TS + 2000 + i * 300));
    assert.is(open.look(), null, `turn ${i}`);
  }
  open.journal.finish();
  assert.is(open.look(), null);
  assert.ok(open.disk.exists(`${RUN_FOLDER}/queues/market_ticks/inbox.000002.jsonl`));
});

test("look() leaves lines for the eye and files of others alone", () => {
  const { disk, look } = watched();
  edit(disk, "metrics.jsonl", append);
  disk.contents.set(`${RUN_FOLDER}/notes.txt`, new Uint8Array([1]));
  disk.contents.set(`${RUN_FOLDER}/queues/fills/cursor.json.tmp`, new Uint8Array([1]));
  assert.is(look(), null);
});

test("look() leaves a temporary file alone that a failed write has left", () => {
  const { disk, look, journal, turn } = watched();
  disk.fault = (call, path) => {
    if (call === "rename" && path.endsWith("cursor.json.tmp")) throw systemError("EIO");
  };
  turn(draftOf("market_tick", START_TS + 9000));
  turn(draftOf("market_tick", START_TS + 19_000));
  disk.fault = null;
  assert.is(look(), null);
  journal.commit();
});

test("look() looks behind an anchor and once a second, and costs nothing in between", () => {
  const disk = memoryFiles();
  let reads = 0;
  const { readPart } = disk;
  disk.readPart = (...place) => {
    reads++;
    return readPart(...place);
  };
  const run = rememberWrites(disk, RUN_FOLDER);
  const { clock, turn } = openJournal({ files: run.files as MemoryFiles });
  const watch = new FileWatch(run, { clock, scrubBytesPerS: 0 });
  const looks = () => {
    const before = reads;
    assert.is(watch.look(), null);
    return reads > before;
  };
  turn(draftOf("fill", START_TS));
  assert.is(looks(), false);
  clock.set(START_TS + 999);
  assert.is(looks(), false);
  clock.set(START_TS + 1000);
  assert.is(looks(), true);
  assert.is(looks(), false);
  turn(draftOf("fill", START_TS + 1001)); // begins with an anchor
  assert.is(looks(), true);
  assert.is(looks(), false);
});

for (const call of ["identity", "size", "readPart", "read"] as const) {
  test(`look() says SINK_IO where the disk cannot be read: ${call}`, () => {
    let isBroken = false;
    const { look } = watched({
      prepare(disk) {
        const works = disk[call].bind(disk) as (...place: readonly unknown[]) => unknown;
        const may = (...place: readonly unknown[]) => {
          if (isBroken) throw systemError("EIO");
          return works(...place);
        };
        Object.assign(disk, { [call]: may });
      },
    });
    assert.is(look(), null);
    isBroken = true;
    const [code, detail] = look()!;
    assert.is(code, "SINK_IO");
    assert.match(detail, /^cannot be read again: EIO/);
  });
}

/** One inbox of so many blocks, and which of them each look reads. */
function scrubbed(blocks: number, scrubBytesPerS: number): {
  readonly disk: MemoryFiles;
  readonly look: (afterMs?: number) => { readonly code: string | null; readonly read: readonly number[] };
} {
  const disk = memoryFiles();
  const reads: number[] = [];
  const { readPart } = disk;
  disk.readPart = (path, offset, length) => {
    reads.push(offset / BLOCK_BYTES);
    return readPart(path, offset, length);
  };
  const run = rememberWrites(disk, RUN_FOLDER);
  run.files.append(`${RUN_FOLDER}/${TICKS}`).write(new Uint8Array(blocks * BLOCK_BYTES).fill(10));
  let now = 0;
  const watch = new FileWatch(run, { clock: { now: () => now }, scrubBytesPerS });
  return {
    disk,
    look(afterMs = 1000) {
      reads.length = 0;
      now += afterMs;
      const payload = watch.look()?.payload as StopJournal | undefined;
      return { code: payload?.reason_code ?? null, read: [...reads] };
    },
  };
}

test("look() reads what is older than the last blocks in rounds, at the rate that is asked for", () => {
  const { look } = scrubbed(6, BLOCK_BYTES);
  const rounds = Array.from({ length: 8 }, () => look().read);
  assert.equal(rounds, [[4, 5, 0], [4, 5, 1], [4, 5, 2], [4, 5, 3], [4, 5, 4], [4, 5, 5], [4, 5], [4, 5, 0]]);
});

test("look() goes at most one block beyond its rate, and makes up for it", () => {
  const { look } = scrubbed(6, BLOCK_BYTES / 2);
  assert.equal(Array.from({ length: 5 }, () => look().read.slice(2)), [[0], [], [1], [], [2]]);
});

test("look() does not make up for more than a second when it comes late", () => {
  const { look } = scrubbed(6, 2 * BLOCK_BYTES);
  assert.equal(look(60_000).read, [4, 5, 0, 1]);
});

test("look() reads all of a small journal at most once", () => {
  const { look } = scrubbed(3, 100 * BLOCK_BYTES);
  assert.equal(look().read, [1, 2, 0, 1, 2]);
});

for (const [rate, looks] of [[BLOCK_BYTES, 4], [0, Infinity]] as const) {
  test(`look() finds an old byte flipped after ${looks} looks at ${rate} bytes a second`, () => {
    const { disk, look } = scrubbed(9, rate);
    edit(disk, TICKS, flip(3 * BLOCK_BYTES + 5));
    const found = Array.from({ length: 12 }, () => look().code).indexOf("HASH_MISMATCH");
    assert.is(found, looks === Infinity ? -1 : looks - 1);
  });
}

test("look() finds an old byte flipped behind it in the next round", () => {
  const { disk, look } = scrubbed(4, BLOCK_BYTES);
  for (let i = 0; i < 4; i++) assert.is(look().code, null);
  edit(disk, TICKS, flip(5));
  assert.equal(Array.from({ length: 2 }, () => look().code), [null, "HASH_MISMATCH"]);
});

test("look() finds a byte flipped in a segment that was rotated away", () => {
  const open = watched({ rotateBytes: 4096, scrubBytesPerS: 100_000 });
  for (let i = 0; i < 60; i++) open.turn(draftOf("market_tick", START_TS + 2000 + i * 300));
  for (let i = 0; i < 3; i++) assert.is(open.look(), null);
  edit(open.disk, "queues/market_ticks/inbox.000001.jsonl", flip(700));
  const [code, detail] = open.look()!;
  assert.is(code, "HASH_MISMATCH");
  assert.match(detail, /inbox\.000001\.jsonl: .*line 2/);
});

test.run();
