import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** A var of files in memory on the real disk, and what lies in a folder there. */

export function saveVar(contents: ReadonlyMap<string, Uint8Array>, varFolder: string): void {
  for (const [path, bytes] of contents) {
    const target = path.replace(/^\/var/, varFolder);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
}

/** Everything below a folder: path → bytes. The lock is everybody's. */
export function contentsOf(folder: string): ReadonlyMap<string, string> {
  const paths = (readdirSync(folder, { recursive: true }) as string[]).filter((path) => path !== "lock")
    .sort();
  return new Map(paths.map((path) => {
    const full = `${folder}/${path}`;
    return [path, statSync(full).isFile() ? readFileSync(full, "base64") : "folder"];
  }));
}
