import * as assert from "uvu/assert";
import { assess, type CrashedNight, crashedNight, recoverOn } from "./crashed_nights.ts";
import { type MemoryFiles, memoryFiles } from "./memory_files.ts";
import { eventsOf } from "./night_events.ts";
import { configWith } from "./repo_config.ts";
import { SHORT_NIGHT } from "./short_night.ts";

/** A run that a crash cut short, with another end of one of its files: cut off at any byte, or NULs. */
export type Contents = ReadonlyMap<string, Uint8Array>;

export interface TornNight {
  readonly crashed: CrashedNight;
  /** Which files a crash may still tear, and the disk then. */
  readonly stages: readonly TornStage[];
}

export interface TornStage {
  readonly what: string;
  readonly files: RegExp;
  readonly contents: Contents;
}

const LOOKED_AT =
  /^(?:open .*cursor\.json\.tmp|(?:write|sync) \/var\/mirror.*|write .*(?:inbox|acks)\.jsonl)$/;

/** Nothing rotates in it, so that a file stays where it is. */
export async function tornNight(): Promise<TornNight> {
  const config = configWith([...SHORT_NIGHT, "logging.rotate_bytes=50000000"]);
  const crashed = await crashedNight({ config }, (call, path) => LOOKED_AT.test(`${call} ${path}`));
  const { runFolder } = crashed.night;
  const sizeOf = (disk: MemoryFiles, file: string) => disk.contents.get(`${runFolder}/${file}`)?.length ?? 0;
  /** As a killed process leaves it before the first call of this form that finds the file filled. */
  const diskBefore = (call: RegExp, filled: string = "queues/lifecycle/inbox.jsonl") =>
    crashed.crashes.find(({ kind, before, disk }) =>
      kind === "killed" && call.test(before) && sizeOf(disk(), filled) > 0
    )!.disk().contents;
  return {
    crashed,
    stages: [
      {
        what: "events and deadletters that nothing counts yet",
        files: /\/(?:inbox|deadletter)\.jsonl$/,
        contents: diskBefore(/^write .*acks\.jsonl$/),
      },
      {
        what: "acks that no cursor and no anchor counts",
        files: /\/acks\.jsonl$/,
        contents: diskBefore(/cursor\.json\.tmp$/),
      },
      {
        what: "the last anchor",
        files: /\/audit\/anchors\.jsonl$/,
        contents: diskBefore(/^write \/var\/mirror/),
      },
      {
        what: "its mirror",
        files: /^\/var\/mirror\/.*\.jsonl$/,
        contents: diskBefore(/^sync \/var\/mirror/),
      },
      {
        what: "snapshots",
        files: /\/metrics\.jsonl$/,
        contents: diskBefore(/^write .*inbox\.jsonl$/, "metrics.jsonl"),
      },
    ],
  };
}

export function filledFiles(contents: Contents, form: RegExp): readonly string[] {
  return [...contents].filter(([path, bytes]) => form.test(path) && bytes.length > 0).map(([path]) => path);
}

export function withBytes(contents: Contents, path: string, bytes: Uint8Array): Contents {
  return new Map(contents).set(path, bytes);
}

/** Cuts the files of a stage off, one after the other, every `stride` bytes; gives how many cuts were made. */
export async function sweepCuts(
  crashed: CrashedNight,
  { files, contents }: TornStage,
  stride: number,
): Promise<number> {
  let cuts = 0;
  let next = 0;
  for (const path of filledFiles(contents, files)) {
    const bytes = contents.get(path)!;
    for (; next < bytes.length; next += stride) {
      const cut = withBytes(contents, path, bytes.slice(0, next));
      const whole = wholeEvents(crashed, cut);
      await proveTornKept(crashed, cut, { whole, what: `${path} cut at ${next}` });
      cuts++;
    }
    next -= bytes.length;
  }
  return cuts;
}

/** Whole lines of all inboxes, as far as no number is missing. */
export function wholeEvents({ night: { runFolder }, events }: CrashedNight, contents: Contents): number {
  const ids = new Set<string>();
  for (const [path, bytes] of contents) {
    if (!path.startsWith(`${runFolder}/queues/`) || !path.endsWith("/inbox.jsonl")) continue;
    const text = new TextDecoder().decode(bytes);
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    for (const [, id] of whole.matchAll(/"id":"([0-9a-f-]{36})"/g)) ids.add(id!);
  }
  const missing = events.findIndex(({ id }) => !ids.has(id));
  return missing === -1 ? events.length : missing;
}

/** Its longest beginning of whole turns is kept, and what is cut off any file lies beside it, byte for byte. */
export async function proveTornKept(
  crashed: CrashedNight,
  contents: Contents,
  { whole, what }: { readonly whole: number; readonly what: string },
): Promise<void> {
  const { events, turnEnds, night: { runFolder } } = crashed;
  const disk = memoryFiles(contents);
  const { need, verification } = assess(crashed, disk);
  assert.equal([need, verification.events], ["end", whole], what);
  const closed = await recoverOn(crashed, disk, "end");
  assert.equal(closed?.problems, [], what);
  const after = assess(crashed, disk);
  assert.equal([after.need, after.verification.findings.problems], ["nothing", []], what);
  const kept = turnEnds.findLast((end) => end <= whole)!;
  const all = eventsOf(disk, runFolder);
  assert.equal(all.slice(0, kept), events.slice(0, kept), what);
  // Nothing is left of a turn that was cut; a night without a turn starts again.
  if (kept > 0) assert.is.not(JSON.stringify(all[kept]), JSON.stringify(events[kept]), what);
  for (const [path, before] of contents) {
    if (!path.startsWith(runFolder) || !path.endsWith(".jsonl")) continue;
    const aside = `${path}.torn`;
    const torn = disk.exists(aside) ? disk.read(aside) : new Uint8Array();
    const left = before.subarray(0, before.length - torn.length);
    assert.equal(before.subarray(left.length), torn, `${what}: ${path}`);
    assert.equal(disk.read(path).subarray(0, left.length), left, `${what}: ${path}`);
  }
}
