import type { Files } from "../core/ports.ts";

const BALLAST_BYTES = 1_048_576;

/** A file that only takes room, so that a full disk can still be told the last lines of a night. */
export class Ballast {
  readonly #files: Files;
  readonly #path: string;
  #isHeld: boolean;

  constructor(files: Files, path: string) {
    this.#files = files;
    this.#path = path;
    if (files.exists(path)) files.remove(path);
    files.writeNew(path, new Uint8Array(BALLAST_BYTES).fill(0x2e));
    this.#isHeld = true;
  }

  /** Gives the room back; false where it was given back before. */
  release(): boolean {
    if (!this.#isHeld) return false;
    this.#files.remove(this.#path);
    this.#isHeld = false;
    return true;
  }
}
