import type { Files } from "../core/ports.ts";
import { type AiPointer, NOBODY, pointerText, readPointer } from "./ai_pointer.ts";

/**
 * The file of the pointer: a night and an operator's command may both move it. Nothing is written over that was not
 * read before.
 */
export class AiPointerFile {
  readonly #files: Files;
  readonly #folder: string;
  readonly #path: string;
  /** As it was read last. */
  #seen: string | null = null;
  /** Another's change that had not come to its end when it was met last. */
  #leftover: string | null = null;

  constructor(files: Files, folder: string) {
    this.#files = files;
    this.#folder = folder;
    this.#path = `${folder}/active.json`;
    this.look();
  }

  /** What it says now: from here on a change is made to this. */
  look(): AiPointer | Damaged {
    this.#seen = this.#textOf(this.#path);
    return this.seen;
  }

  get seen(): AiPointer | Damaged {
    return this.#pointerIn(this.#seen);
  }

  /** What it says now, without a change being made to it. */
  now(): AiPointer | Damaged {
    return this.#pointerIn(this.#textOf(this.#path));
  }

  /** Null where it is written; else who has come first. */
  replace(pointer: AiPointer): string | null {
    const next = `${this.#path}.next`;
    if (!this.#begin(next, pointerText(pointer))) {
      return `another change of ${this.#path} is under way, or has left ${next} behind`;
    }
    if (this.#textOf(this.#path) !== this.#seen) {
      this.#files.remove(next);
      return `${this.#path} has changed meanwhile`;
    }
    this.#files.rename(next, this.#path);
    this.#files.syncDirectory(this.#folder);
    this.look();
    return null;
  }

  /**
   * The file of the next pointer lets in one writer at a time. Where the same is met twice whoever made it has ended
   * in between.
   */
  #begin(next: string, text: string): boolean {
    const left = this.#textOf(next);
    if (left !== null && left !== this.#leftover) {
      this.#leftover = left;
      return false;
    }
    if (left !== null) this.#files.remove(next);
    try {
      this.#files.writeNew(next, new TextEncoder().encode(text));
      return true;
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== "EEXIST") throw error;
      return false;
    }
  }

  #pointerIn(text: string | null): AiPointer | Damaged {
    if (text === null) return NOBODY;
    try {
      return readPointer(text);
    } catch (error) {
      return { problem: `${this.#path} is damaged: ${(error as Error).message}` };
    }
  }

  #textOf(path: string): string | null {
    return this.#files.exists(path) ? new TextDecoder().decode(this.#files.read(path)) : null;
  }
}

/** A pointer that cannot be followed. */
export interface Damaged {
  readonly problem: string;
}
