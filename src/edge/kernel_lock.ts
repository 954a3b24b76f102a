import { readFileSync, readlinkSync, statSync } from "node:fs";
import { createServer } from "node:net";
import process from "node:process";

/**
 * Something that the kernel lets go of when its holder dies: on Node an abstract socket (a pipe on Windows), on Deno,
 * which may use neither without a grant, a file lock. It holds among those who see it and says who they are.
 */
export interface KernelLock {
  /** Who has the same scope sees this lock. */
  readonly scope: string;
  /** none: this platform has no such lock. */
  readonly state: "taken" | "held" | "none";
  release(): void;
}

const NOTHING = (): void => {};

export function socketLock(folder: string, platform: string = process.platform): Promise<KernelLock> {
  const scope = socketScope(platform);
  const { dev, ino } = statSync(folder);
  const path = socketPath(platform, `nore-${dev}-${ino}`);
  if (path === null) return Promise.resolve({ scope, state: "none", release: NOTHING });
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve({ scope, state: "held", release: NOTHING });
      else reject(error);
    });
    server.listen({ path }, () => {
      server.unref();
      resolve({ scope, state: "taken", release: () => void server.close() });
    });
  });
}

export function socketPath(platform: string, name: string): string | null {
  if (platform === "linux") return `\0${name}`;
  return platform === "win32" ? `\\\\.\\pipe\\${name}` : null;
}

/** Abstract sockets are seen within one boot and one network namespace: another container has its own. */
function socketScope(platform: string): string {
  try {
    const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `socket ${readlinkSync("/proc/self/ns/net")} ${bootId}`;
  } catch {
    return `socket ${platform}`;
  }
}

/** What is used of Deno. */
export interface DenoLocks {
  openSync(path: string, options: { readonly read: boolean; readonly write: boolean }): {
    tryLockSync(exclusive: boolean): boolean;
    close(): void;
  };
}

/** `path` must exist. */
export function fileLock(path: string, deno: DenoLocks): KernelLock {
  const scope = "file";
  const file = deno.openSync(path, { read: true, write: true });
  if (file.tryLockSync(true)) return { scope, state: "taken", release: () => file.close() };
  file.close();
  return { scope, state: "held", release: NOTHING };
}
