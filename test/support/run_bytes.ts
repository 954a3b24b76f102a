import { formatLine, sealArtefact } from "../../src/core/journal_line.ts";
import type { Verification } from "../../src/verify/verify_run.ts";
import { memoryFiles } from "./memory_files.ts";
import { configWith } from "./repo_config.ts";
import { type SimNight, simNight, type SimNightOptions } from "./sim_night.ts";
import { verifyInMemory } from "./verify_in_memory.ts";

/** A finished run as bytes that a test may change, and the tools of somebody who forges one without the key. */
export interface RunBytes {
  readonly night: SimNight;
  /** Path in the run → bytes. */
  readonly files: Map<string, Uint8Array>;
  /** Replaced on the way: path → what stood there before the last version, the oldest first. */
  readonly older: ReadonlyMap<string, readonly Uint8Array[]>;
  mirror: Uint8Array | null;
}

/** Trades often, so that ten seconds hold orders, fills and round trips. */
const BUSY = [
  "duration_ms=10000",
  "strategy.list.1.parameters={bar_ms: 250, fast_period: 1, slow_period: 2, entry_bps: 0.1, cooldown_ms: 0}",
];

export async function shortRun(
  flags: readonly string[] = [],
  options: Partial<SimNightOptions> = {},
): Promise<RunBytes> {
  const disk = memoryFiles();
  const older = new Map<string, Uint8Array[]>();
  const runFolder = () =>
    [...disk.contents.keys()].find((path) => path.endsWith("/manifest.json"))!.slice(0, -14);
  disk.fault = (call, path) => {
    const target = path.slice(0, -".tmp".length);
    if (call !== "rename" || !path.endsWith(".tmp") || !disk.contents.has(target)) return;
    const name = target.slice(runFolder().length + 1);
    older.set(name, [...(older.get(name) ?? []), disk.contents.get(target)!]);
  };
  const night = await simNight({ config: configWith([...BUSY, ...flags]), files: disk, ...options });
  return { night, older, ...bytesIn(disk.contents, night) };
}

/** The run's part of a disk. */
export function bytesIn(
  contents: ReadonlyMap<string, Uint8Array>,
  night: SimNight,
): Pick<RunBytes, "files" | "mirror"> {
  const inside = [...contents].filter(([path]) => path.startsWith(`${night.runFolder}/`));
  return {
    files: new Map(inside.map(([path, bytes]) => [path.slice(night.runFolder.length + 1), bytes])),
    mirror: contents.get(mirrorOf(night)) ?? null,
  };
}

/** A copy whose files can be changed without touching the first. */
export function copyOf(run: RunBytes): RunBytes {
  return { ...run, files: new Map(run.files) };
}

export function verifyBytes(run: RunBytes): Verification {
  const disk = memoryFiles();
  for (const [path, bytes] of run.files) disk.contents.set(`${run.night.runFolder}/${path}`, bytes);
  if (run.mirror !== null) disk.contents.set(mirrorOf(run.night), run.mirror);
  return verifyInMemory(run.night, disk);
}

function mirrorOf(night: SimNight): string {
  return `${night.varFolder}/mirror/${night.runFolder.slice(-15)}.anchors.jsonl`;
}

/** Without newlines; a torn rest is the last. */
export function linesOf(bytes: Uint8Array): string[] {
  const lines = new TextDecoder().decode(bytes).split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

export function bytesOf(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.map((line) => line + "\n").join(""));
}

export type Change = (fields: Record<string, unknown>) => void;

/** The line with its JSON changed and the right hash over it. */
export function rehashed(line: string, change: Change): string {
  const fields = JSON.parse(line.slice(72)) as Record<string, unknown>;
  change(fields);
  return formatLine(JSON.stringify(fields)).slice(0, -1);
}

/** The artefact with its fields changed and the right hash over it. */
export function resealed(bytes: Uint8Array, change: Change): Uint8Array {
  const { sha256: _, ...fields } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  change(fields);
  return new TextEncoder().encode(sealArtefact(fields));
}

/** A copy with one line of a file forged; a negative number counts from the end. */
export function withLine(run: RunBytes, path: string, index: number, change: Change): RunBytes {
  const lines = linesOf(run.files.get(path)!);
  lines[index < 0 ? lines.length + index : index] = rehashed(lines.at(index)!, change);
  return withFile(run, path, bytesOf(lines));
}

/** A copy with one artefact forged. */
export function withArtefact(run: RunBytes, path: string, change: Change): RunBytes {
  return withFile(run, path, resealed(run.files.get(path)!, change));
}

/** A copy with other bytes in a file; null takes it away. */
export function withFile(run: RunBytes, path: string, bytes: Uint8Array | null): RunBytes {
  const copy = copyOf(run);
  if (bytes === null) copy.files.delete(path);
  else copy.files.set(path, bytes);
  return copy;
}

/** Problems as `file:line: reason`, for a test to look at. */
export function problemsOf({ findings }: Verification): readonly string[] {
  return findings.problems.map(({ file, line, reason }) =>
    `${file}${line === null ? "" : `:${line}`}: ${reason}`
  );
}

let finished: Promise<RunBytes> | null = null;

/** One finished run for all who only look at it or copy it: made once. */
export function finishedRun(): Promise<RunBytes> {
  return finished ??= shortRun();
}
