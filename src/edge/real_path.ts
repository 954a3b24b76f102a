import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** The absolute path with every link followed, as far as there is something. What may not be looked at stays as it is. */
export function realPath(path: string, follow: (path: string) => string = realpathSync): string {
  const absolute = resolve(path);
  try {
    return follow(absolute);
  } catch {
    const parent = dirname(absolute);
    return parent === absolute ? absolute : join(realPath(parent, follow), basename(absolute));
  }
}
