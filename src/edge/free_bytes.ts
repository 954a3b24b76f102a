import { statfsSync } from "node:fs";

/** What is used of statfs. */
export type Statfs = (
  folder: string,
) => { readonly blocks: number; readonly bavail: number; readonly bsize: number };

/**
 * Bytes free for us on the file system of a folder. null where nobody can say: Deno without the grant, a file system
 * that has no such figure. Whatever else keeps it from being known is a fault, and thrown.
 */
export function freeBytesOf(folder: string, statfs: Statfs = statfsSync): number | null {
  try {
    const { blocks, bavail, bsize } = statfs(folder);
    return blocks === 0 ? null : bavail * bsize;
  } catch (error) {
    const { name, code } = error as { readonly name?: string; readonly code?: string };
    if (name === "NotCapable" || NOT_SUPPORTED.has(code)) return null;
    throw error;
  }
}

const NOT_SUPPORTED: ReadonlySet<string | undefined> = new Set(["ENOSYS", "ENOTSUP", "EOPNOTSUPP"]);
