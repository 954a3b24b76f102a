import type { DenoLocks } from "../../src/edge/kernel_lock.ts";

/** Deno's file locks, kept in memory, so that Node can test what is done with them. */
export function fakeDenoLocks(): DenoLocks & { readonly openCount: () => number } {
  const locked = new Set<string>();
  let openCount = 0;
  return {
    openCount: () => openCount,
    openSync(path) {
      openCount++;
      let isMine = false;
      return {
        tryLockSync() {
          if (locked.has(path)) return false;
          locked.add(path);
          isMine = true;
          return true;
        },
        close() {
          openCount--;
          if (isMine) locked.delete(path);
        },
      };
    },
  };
}
