import { createHash, type Hash } from "node:crypto";

/** What was written to one file, as a SHA-256 of every block of 256 KiB and of the part behind the last full one. */
export const BLOCK_BYTES = 262_144;

export class BlockHashes {
  /** 32 characters of one byte each: 128 bytes a MiB. */
  readonly #full: string[] = [];
  #part: Hash = createHash("sha256");
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }
  /** How many blocks there are, the part included. */
  get count(): number {
    return Math.ceil(this.#bytes / BLOCK_BYTES);
  }

  /** Takes what is written next. */
  add(data: Uint8Array): void {
    for (let rest = data; rest.length > 0;) {
      const head = rest.subarray(0, BLOCK_BYTES - this.#bytes % BLOCK_BYTES);
      this.#part.update(head);
      this.#bytes += head.length;
      if (this.#bytes % BLOCK_BYTES === 0) {
        this.#full.push(this.#part.digest("binary"));
        this.#part = createHash("sha256");
      }
      rest = rest.subarray(head.length);
    }
  }

  /** Where block `i` begins and how long it is. */
  place(i: number): { readonly offset: number; readonly length: number } {
    const offset = i * BLOCK_BYTES;
    return { offset, length: Math.min(BLOCK_BYTES, this.#bytes - offset) };
  }

  /** Whether these bytes are block `i` as it was written. */
  holds(i: number, bytes: Uint8Array): boolean {
    const written = this.#full[i] ?? this.#part.copy().digest("binary");
    return bytes.length === this.place(i).length &&
      createHash("sha256").update(bytes).digest("binary") === written;
  }

  /** Whether these bytes are all that was written. */
  holdsAll(bytes: Uint8Array): boolean {
    if (bytes.length !== this.#bytes) return false;
    for (let i = 0; i < this.count; i++) {
      const { offset, length } = this.place(i);
      if (!this.holds(i, bytes.subarray(offset, offset + length))) return false;
    }
    return true;
  }
}
