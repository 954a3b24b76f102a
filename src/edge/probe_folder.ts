import { closeSync, fdatasyncSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import process from "node:process";
import { freeBytesOf } from "./free_bytes.ts";
import { makeFolders, missingFolders, removeIfEmpty } from "./make_folders.ts";

/** Whether a folder can be made, written and synced: found out by doing it. All that was made is removed again. */
export interface FolderProbe {
  readonly existed: boolean;
  /** null where all of it worked. */
  readonly problem: string | null;
  /** How long each sync took. */
  readonly syncMs: readonly number[];
  /** null where the system does not say. */
  readonly freeBytes: number | null;
}

const SYNCS = 20;
/** About what a group commit writes. */
const WRITE = new Uint8Array(4096).fill(0x2e);

export function probeFolder(folder: string): FolderProbe {
  const missing: string[] = [];
  const syncMs: number[] = [];
  let problem: string | null = null;
  let freeBytes: number | null = null;
  try {
    missing.push(...missingFolders(folder));
    makeFolders(folder);
    freeBytes = freeBytesOf(folder);
    syncMs.push(...probeFile(folder));
  } catch (error) {
    problem = (error as Error).message;
  }
  missing.forEach(removeIfEmpty);
  return { existed: missing.length === 0, problem, syncMs, freeBytes };
}

function probeFile(folder: string): readonly number[] {
  const path = `${folder}/doctor.${process.pid}.probe`;
  const file = openSync(path, "w");
  try {
    const syncMs = Array.from({ length: SYNCS }, () => {
      writeSync(file, WRITE);
      const beganMs = performance.now();
      fdatasyncSync(file);
      return performance.now() - beganMs;
    });
    syncFolder(folder);
    return syncMs;
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
