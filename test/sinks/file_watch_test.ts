import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatLine, sealArtefact } from "../../src/core/journal_line.ts";
import { FileWatch } from "../../src/sinks/file_watch.ts";
import { rememberWrites } from "../../src/sinks/written_files.ts";
import { type MemoryFiles, memoryFiles, systemError } from "../support/memory_files.ts";
import { draftOf, openJournal, RUN_FOLDER, START_TS } from "../support/open_journal.ts";
import { edit, flip, TICKS, watched } from "../support/watched_files.ts";

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

test("look() finds a cursor that was edited, though the night has replaced it since", () => {
  const night = watched();
  edit(night.disk, "queues/market_ticks/cursor.json", text("{}"));
  night.turn(draftOf("market_tick", START_TS + 3000));
  night.journal.commit();
  const [code, detail] = night.look()!;
  assert.is(code, "QUEUE_DESYNC");
  assert.match(detail, "queues/market_ticks/cursor.json: was changed before it was replaced");
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

test.run();
