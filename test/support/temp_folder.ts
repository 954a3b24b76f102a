import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";

/** Gives `use` a folder of its own on the real disk, and takes it away again. */
export async function inTempFolder(use: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = realpathSync(mkdtempSync(`${tmpdir()}/nore-test-`));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
