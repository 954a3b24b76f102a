import { closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import process from "node:process";
import { ConfigError } from "../core/config.ts";
import { type DenoLocks, fileLock, type KernelLock, socketLock } from "./kernel_lock.ts";
import { makeFolders } from "./make_folders.ts";

/**
 * `var` belongs to one running process. Among those who see the same kernel lock it decides; for all others (the other
 * runtime, another container, a platform without one) the lock file names the holder, and a fresh beat in
 * current.json proves that it lives.
 */
export interface VarLock {
  release(): void;
}

export class LockHeldError extends Error {}

interface Holder {
  readonly pid: number;
  readonly runtime: string;
  readonly scope: string;
}

const BEAT_FRESH_MS = 10_000;

/** Throws a LockHeldError where another has it, a ConfigError where the folder cannot be one for nights. */
export async function takeVarLock(
  varFolder: string,
  takeKernelLock: (folder: string, path: string) => KernelLock | Promise<KernelLock> = ownKernelLock,
): Promise<VarLock> {
  const path = openLockFile(varFolder);
  const lock = await takeKernelLock(varFolder, path);
  const holder = readHolder(path);
  const isProvenFree = lock.state === "taken" && holder?.scope === lock.scope;
  if (lock.state === "held" || (holder !== null && !isProvenFree && isBeating(varFolder))) {
    lock.release();
    const who = holder === null ? "" : ` (pid ${holder.pid}, ${holder.runtime})`;
    throw new LockHeldError(`${varFolder} belongs to a running night${who}`);
  }
  const runtime = denoOf() === undefined ? "node" : "deno";
  writeFileSync(path, JSON.stringify({ pid: process.pid, runtime, scope: lock.scope } satisfies Holder));
  return {
    release() {
      writeFileSync(path, "");
      lock.release();
    },
  };
}

/** The folder with its lock file in it, both made where they are missing. */
function openLockFile(varFolder: string): string {
  const path = `${varFolder}/lock`;
  try {
    makeFolders(varFolder);
    closeSync(openSync(path, "a"));
    return path;
  } catch (error) {
    const why = `${JSON.stringify(varFolder)} cannot be used: ${(error as Error).message}`;
    throw new ConfigError(`${why}, expected a folder that can be made and written (--var)`, { cause: error });
  }
}

function denoOf(): DenoLocks | undefined {
  return (globalThis as { readonly Deno?: DenoLocks }).Deno;
}

function ownKernelLock(folder: string, path: string): KernelLock | Promise<KernelLock> {
  const deno = denoOf();
  return deno === undefined ? socketLock(folder) : fileLock(path, deno);
}

/** null where the lock lies free; what is torn belongs to somebody who died, or is being born. */
function readHolder(path: string): Holder | null {
  const text = readFileSync(path, "utf8");
  if (text === "") return null;
  try {
    const { pid, runtime, scope } = JSON.parse(text) as Holder;
    return { pid, runtime, scope };
  } catch {
    return { pid: 0, runtime: "unknown", scope: "unknown" };
  }
}

/** The lock file itself is the first beat: current.json comes a moment later. */
function isBeating(varFolder: string): boolean {
  return [`${varFolder}/current.json`, `${varFolder}/lock`].some((path) =>
    existsSync(path) && Date.now() - statSync(path).mtimeMs < BEAT_FRESH_MS
  );
}
