import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatLine, openArtefact } from "../../src/core/journal_line.ts";
import { asideOf, cutBack, putAside, tornFiles } from "../../src/sinks/cut_back.ts";
import { readLog } from "../../src/sinks/log_reader.ts";
import { diskOf } from "../support/crashed_nights.ts";
import { type MemoryFiles, memoryFiles, systemError } from "../support/memory_files.ts";
import { draftOf, RUN_FOLDER, START_TS } from "../support/open_journal.ts";
import { journalOn, positionIn, WHERE, writeTurn } from "../support/reopened_journal.ts";
import { SAMPLE_RUN_ID } from "../support/sample_events.ts";

const TYPES = ["market_tick", "fill", "signal"] as const;
const [TICKS, ANCHORS] = [`${RUN_FOLDER}/queues/market_ticks`, `${RUN_FOLDER}/audit/anchors.jsonl`];

/** Turns of up to three events, an anchor a second, and files that rotate. */
function written(turns: number, rotateBytes: number): MemoryFiles {
  const files = memoryFiles();
  const journal = journalOn(files, { rotateBytes });
  for (let i = 0; i < turns; i++) {
    const ts = START_TS + i * 150;
    const letter = { ts, queue: "market_ticks", reason_code: "X", detail: "", raw: new Uint8Array([i]) };
    if (i % 4 === 3) journal.deadletter(letter);
    writeTurn(journal, ...TYPES.slice(0, 1 + i % 3).map((type) => draftOf(type, ts)));
    files.append(`${RUN_FOLDER}/log.jsonl`).write(new TextEncoder().encode(formatLine(`{"i":${i}}`)));
  }
  return files;
}

/** Bytes of each growing file that no crash takes: what the last anchor counts, and all that was rotated away. */
function safeBytes(files: MemoryFiles): ReadonlyMap<string, number> {
  const anchored = positionIn(files).anchors.first;
  const active = [...files.contents.keys()].filter((path) =>
    path.endsWith(".jsonl") && !/\.\d{6}\.jsonl$/.test(path)
  );
  const safe = new Map(active.map((path) => [path, path.endsWith("/acks.jsonl") ? files.size(path) : 0]));
  for (const { n, queue, segment, end } of readLog(files, RUN_FOLDER, WHERE)) {
    const path = `${RUN_FOLDER}/queues/${queue}/${segment}`;
    if (n < anchored && safe.has(path)) safe.set(path, end);
  }
  // The last anchor itself may be torn: its acks and cursors are written, and nothing counts them.
  const anchors = files.text(ANCHORS);
  return safe.set(ANCHORS, anchors.lastIndexOf("\n", anchors.length - 2) + 1);
}

interface Torn {
  readonly full: MemoryFiles;
  readonly torn: MemoryFiles;
}

/** A crash that took any part of what was not safe: per mille that are left, file by file. */
interface Recipe {
  readonly turns: number;
  readonly rotateBytes: number;
  readonly left: readonly number[];
}

const recipe: fc.Arbitrary<Recipe> = fc.record({
  turns: fc.integer({ min: 1, max: 24 }),
  rotateBytes: fc.constantFrom(900, 2000, 1_000_000),
  left: fc.array(fc.oneof(fc.constant(1000), fc.integer({ min: 0, max: 1000 })), {
    minLength: 7,
    maxLength: 7,
  }),
});

function crashed({ turns, rotateBytes, left }: Recipe): Torn {
  const full = written(turns, rotateBytes);
  const torn = diskOf(full.contents);
  for (const [i, [path, safe]] of [...safeBytes(full)].entries()) {
    const unsafe = Math.floor((full.size(path) - safe) * left[i % left.length]! / 1000);
    torn.contents.set(path, full.read(path).slice(0, safe + unsafe));
  }
  return { full, torn };
}

const cut = (disk: MemoryFiles): void =>
  cutBack(disk, RUN_FOLDER, { runId: SAMPLE_RUN_ID, position: positionIn(disk) });

/** n of the first event that the crash has taken a byte of. */
function keptEvents({ full, torn }: Torn): number {
  const log = [...readLog(full, RUN_FOLDER, WHERE)];
  const gap = log.findIndex(({ queue, segment, end }) =>
    torn.size(`${RUN_FOLDER}/queues/${queue}/${segment}`) < end
  );
  return gap === -1 ? log.length : gap;
}

const contentsOf = (disk: MemoryFiles): ReadonlyMap<string, string> =>
  new Map([...disk.contents].map(([path, bytes]) => [path, new TextDecoder("latin1").decode(bytes)]));

/** Cursor, acks and events of a queue, as far as each has come. */
function reachOf(disk: MemoryFiles, queue: string): readonly number[] {
  const folder = `${RUN_FOLDER}/queues/${queue}`;
  const { consumers } = openArtefact(disk.text(`${folder}/cursor.json`)) as {
    consumers: Record<string, { line: number }>;
  };
  const kept = positionIn(disk).queues.get(queue)!;
  const last = disk.text(`${folder}/acks.jsonl`).split("\n").at(-2);
  const acked = last === undefined ? 0 : (JSON.parse(last.slice(72)) as { to: number }).to + 1;
  const lines = kept.inbox.reduce((sum, { lines }) => sum + lines, 0);
  return [Object.values(consumers)[0]?.line ?? 0, acked, lines];
}

test("cutBack() keeps the longest log that is there, puts the rest aside byte for byte, and touches nothing else", () => {
  let rests = 0;
  let cursors = 0;
  fc.assert(
    fc.property(recipe, (recipe) => {
      const crash = crashed(recipe);
      const before = contentsOf(crash.torn);
      const position = positionIn(crash.torn);
      assert.is(position.nextN, keptEvents(crash));
      cut(crash.torn);
      assert.equal(positionIn(crash.torn), position);
      const after = contentsOf(crash.torn);
      for (const [path, was] of before) {
        const now = after.get(path)!;
        const rest = after.get(asideOf(path)) ?? "";
        if (rest !== "") rests++;
        if (path.endsWith("/cursor.json") && now !== was) cursors++;
        else assert.is(now + rest, was, path);
        if (path.endsWith(".jsonl")) assert.ok(now === "" || now.endsWith("\n"), path);
      }
      const added = [...after.keys()].filter((path) => !before.has(path));
      assert.equal(added.filter((path) => !path.endsWith(".jsonl.torn")), []);
      for (const [queue, { inbox, acks, deadletter }] of position.queues) {
        for (const { name, bytes } of [...inbox, ...acks, ...deadletter]) {
          assert.is(crash.torn.size(`${RUN_FOLDER}/queues/${queue}/${name}`), bytes, `${queue}/${name}`);
        }
      }
      for (const queue of ["market_ticks", "fills"]) {
        const [cursor, acked, lines] = reachOf(crash.torn, queue);
        assert.ok(cursor! <= acked! && acked! <= lines!, `${queue}: ${cursor}, ${acked}, ${lines}`);
      }
    }),
    { numRuns: 100 },
  );
  assert.ok(rests > 50 && cursors > 5, `${rests} files cut, ${cursors} cursors`);
});

test("cutBack() where nothing is torn writes nothing", () => {
  fc.assert(
    fc.property(recipe, (recipe) => {
      const { torn } = crashed(recipe);
      cut(torn);
      torn.calls.length = 0;
      cut(torn);
      assert.equal(torn.calls, []);
    }),
    { numRuns: 20 },
  );
});

test("cutBack() that is cut short itself at any call, and called again, leaves the same", () => {
  fc.assert(
    fc.property(recipe, (recipe) => {
      const { torn } = crashed(recipe);
      const whole = diskOf(torn.contents);
      cut(whole);
      for (let at = 0; at < whole.calls.length; at++) {
        const disk = diskOf(torn.contents);
        let calls = 0;
        disk.fault = () => {
          if (calls++ === at) throw systemError("EIO");
        };
        assert.throws(() => cut(disk), /EIO/);
        disk.fault = null;
        const [cursor, acked, lines] = reachOf(disk, "market_ticks");
        assert.ok(cursor! <= acked! && acked! <= lines!, `${whole.calls[at]}: ${cursor}, ${acked}, ${lines}`);
        cut(disk);
        assert.equal([...contentsOf(disk)].sort(), [...contentsOf(whole)].sort(), whole.calls[at]);
      }
    }),
    { numRuns: 10 },
  );
});

test("cutBack() adds to what was put aside before", () => {
  const disk = written(2, 1_000_000);
  const inbox = `${TICKS}/inbox.jsonl`;
  for (const tail of ["first", "second"]) {
    disk.append(inbox).write(new TextEncoder().encode(tail));
    cut(disk);
  }
  assert.is(disk.text(asideOf(inbox)), "firstsecond");
});

test("tornFiles() counts the lines that were put aside, the torn one included, and knows no other file", () => {
  const disk = written(2, 1_000_000);
  assert.equal([...tornFiles(disk, RUN_FOLDER)], []);
  const aside: Readonly<Record<string, string>> = {
    "log.jsonl": "a\nb\n",
    "audit/anchors.jsonl": "half",
    "queues/fills/inbox.000001.jsonl": "a\nhalf",
    "report.json": "{}",
  };
  for (const [name, text] of Object.entries(aside)) {
    disk.contents.set(`${RUN_FOLDER}/${asideOf(name)}`, new TextEncoder().encode(text));
  }
  assert.equal(Object.fromEntries(tornFiles(disk, RUN_FOLDER)), {
    "log.jsonl": 2,
    "audit/anchors.jsonl": 1,
    "queues/fills/inbox.000001.jsonl": 2,
  });
});

test("putAside() takes an artefact away under another name, durably, and minds no absence", () => {
  const disk = memoryFiles();
  putAside(disk, RUN_FOLDER, "report.json");
  assert.equal(disk.calls, []);
  disk.contents.set(`${RUN_FOLDER}/report.json`, new Uint8Array([1]));
  putAside(disk, RUN_FOLDER, "report.json");
  assert.equal([...disk.contents], [[`${RUN_FOLDER}/report.json.torn`, new Uint8Array([1])]]);
  assert.equal(disk.calls, [`rename ${RUN_FOLDER}/report.json`, `syncDirectory ${RUN_FOLDER}`]);
});

test.run();
