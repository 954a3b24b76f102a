import { eventIds } from "../../src/core/event_id.ts";
import { openArtefact, parseLine } from "../../src/core/journal_line.ts";
import type { Files } from "../../src/core/ports.ts";

/** What lies on a disk of a run, read without the program's own readers: the lines of its log, and its cursors. */

/** The JSON of every sound line of all inboxes, by the number in its id. */
export function linesByNumber(files: Files, runFolder: string): ReadonlyMap<number, string> {
  const { numberOf } = eventIds(runFolder.slice(-15));
  const lines = new Map<number, string>();
  for (const queue of files.list(`${runFolder}/queues`)) {
    for (const line of inboxLines(files, `${runFolder}/queues/${queue}`)) {
      const checked = parseLine(line);
      if (!checked.ok) continue; // torn
      const [, id = ""] = /"id":"([0-9a-f-]{36})"/.exec(checked.json) ?? [];
      lines.set(numberOf(id), checked.json);
    }
  }
  return lines;
}

/** The lines that a crash may not take away: without a gap from the first on, up to the last turn, which may be cut. */
export function certainLines(files: Files, runFolder: string): readonly string[] {
  const byNumber = linesByNumber(files, runFolder);
  const lines: string[] = [];
  for (let n = 0; byNumber.has(n); n++) lines.push(byNumber.get(n)!);
  while (lines.length > 0 && isDerived(lines.pop()!));
  return lines;
}

function isDerived(json: string): boolean {
  const { payload } = JSON.parse(json) as { readonly payload: object };
  return "cause" in payload;
}

/** Without a tail that is no line. */
function inboxLines(files: Files, folder: string): readonly string[] {
  const text = segments(files, folder).map((bytes) => new TextDecoder().decode(bytes)).join("");
  return text.split("\n").slice(0, -1);
}

/** Rotated ones first, the active one last. */
function segments(files: Files, folder: string): readonly Uint8Array[] {
  const names = files.list(folder).filter((name) => /^inbox\.(\d{6}\.)?jsonl$/.test(name));
  return names.sort().map((name) => files.read(`${folder}/${name}`));
}

interface Cursor {
  readonly consumers: Readonly<Record<string, { readonly file: string; readonly line: number }>>;
}

/** The first cursor on `files` that says more was read than `durable` has lines. */
export function cursorProblem(files: Files, durable: Files, runFolder: string): string | null {
  for (const queue of files.list(`${runFolder}/queues`)) {
    const folder = `${runFolder}/queues/${queue}`;
    if (!files.exists(`${folder}/cursor.json`)) continue;
    const text = new TextDecoder().decode(files.read(`${folder}/cursor.json`));
    const { consumers } = openArtefact(text) as unknown as Cursor;
    const most = Math.max(0, ...Object.values(consumers).map(({ line }) => line));
    if (most === 0) continue;
    const lines = segments(durable, folder).reduce((sum, bytes) => sum + linesIn(bytes), 0);
    if (most > lines) return `${queue}: line ${most}, the inbox has ${lines}`;
  }
  return null;
}

function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}
