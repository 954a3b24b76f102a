import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import process from "node:process";

/**
 * `var` belongs to one running process. The lock is something that the kernel lets go of when its holder dies:
 * on Node an abstract socket (a pipe on Windows), on Deno a file lock. Between the two runtimes, and where there is
 * neither, the lock file names the holder, and a fresh heartbeat in current.json proves that it lives.
 */
export interface VarLock {
  release(): void;
}

export class LockHeldError extends Error {}

interface Holder {
  readonly pid: number;
  readonly runtime: "node" | "deno";
}

const BEAT_FRESH_MS = 10_000;

export async function takeVarLock(varFolder: string): Promise<VarLock> {
  mkdirSync(varFolder, { recursive: true });
  const path = `${varFolder}/lock`;
  const runtime = "Deno" in globalThis ? "deno" : "node";
  closeSync(openSync(path, "a"));
  const kernelLock = runtime === "deno" ? lockFile(path) : await lockSocket(varFolder);
  const holder = readHolder(path);
  const isProvenFree = kernelLock !== "none" && (holder === null || holder.runtime === runtime);
  if (kernelLock === "held" || (!isProvenFree && holder !== null && isBeating(varFolder))) {
    if (typeof kernelLock === "object") kernelLock.release();
    throw new LockHeldError(
      `${varFolder} belongs to a running night` +
        (holder === null ? "" : ` (pid ${holder.pid}, ${holder.runtime})`),
    );
  }
  writeFileSync(path, JSON.stringify({ pid: process.pid, runtime } satisfies Holder));
  return {
    release() {
      writeFileSync(path, "");
      if (typeof kernelLock === "object") kernelLock.release();
    },
  };
}

type KernelLock = VarLock | "held" | "none";

function lockSocket(varFolder: string): Promise<KernelLock> {
  const { dev, ino } = statSync(varFolder);
  const name = `nore-${dev}-${ino}`;
  if (process.platform !== "linux" && process.platform !== "win32") return Promise.resolve("none");
  const path = process.platform === "linux" ? `\0${name}` : `\\\\.\\pipe\\${name}`;
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve("held");
      else reject(error);
    });
    server.listen({ path }, () => {
      server.unref();
      resolve({ release: () => void server.close() });
    });
  });
}

interface DenoFile {
  tryLockSync(exclusive: boolean): boolean;
  close(): void;
}

function lockFile(path: string): KernelLock {
  const { Deno } = globalThis as unknown as {
    readonly Deno: { openSync(path: string, options: { read: boolean; write: boolean }): DenoFile };
  };
  const file = Deno.openSync(path, { read: true, write: true });
  if (!file.tryLockSync(true)) {
    file.close();
    return "held";
  }
  return { release: () => file.close() };
}

function readHolder(path: string): Holder | null {
  const text = readFileSync(path, "utf8");
  if (text === "") return null;
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return { pid: 0, runtime: "node" }; // torn while it was written: its holder died, or is being born
  }
}

function isBeating(varFolder: string): boolean {
  const path = `${varFolder}/current.json`;
  if (!existsSync(path)) return false;
  return Date.now() - statSync(path).mtimeMs < BEAT_FRESH_MS;
}
