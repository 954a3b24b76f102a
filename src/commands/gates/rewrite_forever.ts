import { openArtefact } from "../../core/journal_line.ts";
import type { Files } from "../../core/ports.ts";
import { writeArtefact } from "../../sinks/atomic_file.ts";

/** The artefact that a child process rewrites until it is killed, and what a reader says of it. */
export function rewriteForever(
  files: Files,
  path: string,
  options: { readonly rounds: number; readonly onWritten: () => void },
): void {
  for (let round = 1; round <= options.rounds; round++) {
    writeArtefact(files, path, {
      schema: "nore/gate",
      round,
      text: "x".repeat(round * 997 % TEXT_LENGTH_MAX),
    });
    options.onWritten();
  }
}

/** Long enough that a kill may well meet it in the middle of a write. */
const TEXT_LENGTH_MAX = 200_000;

/** null where the artefact is whole. */
export function problemOf(files: Files, path: string): string | null {
  try {
    openArtefact(new TextDecoder().decode(files.read(path)));
    return null;
  } catch (error) {
    return `${path}: ${(error as Error).message}`;
  }
}
