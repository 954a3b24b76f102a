import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import process from "node:process";

/**
 * `var` belongs to one running process. The lock is something that the kernel lets go of when its holder dies:
 * on Node an abstract socket (a pipe on Windows), on Deno a file lock. It holds among those who see it: processes of
 * one runtime, and for a socket those of one network namespace. For all others the lock file names the holder, and a
 * fresh heartbeat in current.json proves that it lives.
 */
export interface VarLock {
  release(): void;
}

export class LockHeldError extends Error {}

interface Holder {
  readonly pid: number;
  readonly runtime: string;
  /** Who has the same one sees the holder's kernel lock. */
  readonly scope: string;
}

const BEAT_FRESH_MS = 10_000;

export async function takeVarLock(varFolder: string): Promise<VarLock> {
  mkdirSync(varFolder, { recursive: true });
  const path = `${varFolder}/lock`;
  closeSync(openSync(path, "a"));
  const isDeno = "Deno" in globalThis;
  const kernelLock = isDeno ? lockFile(path) : await lockSocket(varFolder);
  const scope = isDeno ? "file lock" : socketScope();
  const holder = readHolder(path);
  const isProvenFree = kernelLock !== "none" && (holder === null || holder.scope === scope);
  if (kernelLock === "held" || (!isProvenFree && holder !== null && isBeating(varFolder))) {
    if (typeof kernelLock === "object") kernelLock.release();
    const who = holder === null ? "" : ` (pid ${holder.pid}, ${holder.runtime})`;
    throw new LockHeldError(`${varFolder} belongs to a running night${who}`);
  }
  const runtime = isDeno ? "deno" : "node";
  writeFileSync(path, JSON.stringify({ pid: process.pid, runtime, scope } satisfies Holder));
  return {
    release() {
      writeFileSync(path, "");
      if (typeof kernelLock === "object") kernelLock.release();
    },
  };
}

type KernelLock = VarLock | "held" | "none";

/** Exported for tests: which lock a platform has. */
export function socketPathOf(platform: string, name: string): string | null {
  if (platform === "linux") return `\0${name}`;
  return platform === "win32" ? `\\\\.\\pipe\\${name}` : null;
}

function lockSocket(varFolder: string): Promise<KernelLock> {
  const { dev, ino } = statSync(varFolder);
  const path = socketPathOf(process.platform, `nore-${dev}-${ino}`);
  if (path === null) return Promise.resolve("none");
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

/** Abstract sockets are seen within one boot and one network namespace: another container has its own. */
function socketScope(): string {
  try {
    return `${readlinkSync("/proc/self/ns/net")} ${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}`;
  } catch {
    return process.platform;
  }
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
