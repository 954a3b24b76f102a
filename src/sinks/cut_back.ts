import { openArtefact } from "../core/journal_line.ts";
import type { Files } from "../core/ports.ts";
import { writeAtomic } from "./atomic_file.ts";
import { writeCursor } from "./queue_files.ts";
import { type QueuePosition, type RunPosition, type Segment, wholeLines } from "./run_position.ts";

/**
 * Takes off a run's files what a crash has left behind its position. Nothing is lost: it goes to `<file>.torn`. Every
 * step leaves a run that is as good as it was, so a crash in here is one more crash.
 */
export function cutBack(
  files: Files,
  runFolder: string,
  options: { readonly runId: string; readonly position: RunPosition },
): void {
  const { runId, position } = options;
  for (const [queue, kept] of position.queues) cutQueue(files, runFolder, { runId, queue, kept });
  cutFile(files, `${runFolder}/audit`, position.anchors.segments);
  for (const stem of ["metrics", "log"]) cutFile(files, runFolder, wholeLines(files, runFolder, stem));
}

/** What was cut off so far: path in the run → lines, the torn one included. */
export function tornFiles(files: Files, runFolder: string): ReadonlyMap<string, number> {
  const folders = ["", "audit/", ...files.list(`${runFolder}/queues`).map((queue) => `queues/${queue}/`)];
  const torn = new Map<string, number>();
  for (const folder of folders) {
    const path = `${runFolder}/${folder}`.slice(0, -1);
    for (const name of files.exists(path) ? files.list(path) : []) {
      if (!name.endsWith(`.jsonl${TORN}`)) continue;
      const lines = new TextDecoder().decode(files.read(`${path}/${name}`)).split("\n");
      torn.set(folder + name.slice(0, -TORN.length), lines.filter((line) => line !== "").length);
    }
  }
  return torn;
}

/** Puts an artefact aside that was written too early, as by a night that a disk has ended. */
export function putAside(files: Files, runFolder: string, name: string): void {
  if (!files.exists(`${runFolder}/${name}`)) return;
  files.rename(`${runFolder}/${name}`, `${runFolder}/${asideOf(name)}`);
  files.syncDirectory(runFolder);
}

/** What a file is called when it, or what was cut off it, is put aside. */
export function asideOf(name: string): string {
  return name + TORN;
}

const TORN = ".torn";

/** The cursor first, then the acks, then the events: none is ever ahead of the next. */
function cutQueue(
  files: Files,
  runFolder: string,
  { runId, queue, kept }: {
    readonly runId: string;
    readonly queue: string;
    readonly kept: QueuePosition;
  },
): void {
  const folder = `${runFolder}/queues/${queue}`;
  const { consumers, acked } = kept;
  const cursor = openArtefact(new TextDecoder().decode(files.read(`${folder}/cursor.json`)));
  const places = Object.values(cursor["consumers"] as Readonly<Record<string, { readonly line: number }>>);
  if (places.some(({ line }) => line > acked.line)) {
    writeCursor(files, folder, { runId, queue, consumers }, acked);
  }
  cutFile(files, folder, kept.acks);
  cutFile(files, folder, kept.inbox);
  cutFile(files, folder, kept.deadletter);
}

/** Segments of which nothing is kept stay, empty: their names are taken. */
function cutFile(files: Files, folder: string, segments: readonly Segment[]): void {
  for (const { name, bytes } of segments) {
    const path = `${folder}/${name}`;
    const tail = files.readPart(path, bytes, files.size(path) - bytes);
    if (tail.length === 0) continue;
    const aside = asideOf(path);
    const torn = files.exists(aside) ? files.read(aside) : new Uint8Array();
    if (!endsWith(torn, tail)) writeAtomic(files, aside, Buffer.concat([torn, tail]));
    writeAtomic(files, path, files.readPart(path, 0, bytes));
  }
}

/** It is there where a crash came between the copy and the cut. */
function endsWith(bytes: Uint8Array, tail: Uint8Array): boolean {
  return bytes.length >= tail.length &&
    Buffer.compare(bytes.subarray(bytes.length - tail.length), tail) === 0;
}
