import * as assert from "uvu/assert";
import type { StopJournal } from "../../src/core/event.ts";
import { writeArtefact, writeAtomic } from "../../src/sinks/atomic_file.ts";
import { FileWatch } from "../../src/sinks/file_watch.ts";
import { rememberWrites } from "../../src/sinks/written_files.ts";
import { type MemoryFiles, memoryFiles } from "./memory_files.ts";
import { draftOf, type OpenJournal, openJournal, RUN_FOLDER, START_TS } from "./open_journal.ts";

/** A journal whose files are watched, with an event, an ack, a deadletter and an anchor in it. */
export interface Watched extends OpenJournal {
  /** The disk itself, past what remembers. */
  readonly disk: MemoryFiles;
  /** A second later: what the watch says. */
  look(): readonly [code: string, detail: string] | null;
}

export const TICKS = "queues/market_ticks/inbox.jsonl";

export function watched(
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
export function edit(
  disk: MemoryFiles,
  name: string,
  change: (bytes: Uint8Array) => Uint8Array | void,
): void {
  const path = `${RUN_FOLDER}/${name}`;
  const bytes = disk.read(path);
  disk.contents.set(path, change(bytes) ?? bytes);
}
/** Changes one bit; a negative number counts from the end. */
export function flip(at: number): (bytes: Uint8Array) => void {
  return (bytes) => void (bytes[at < 0 ? bytes.length + at : at]! ^= 4);
}
