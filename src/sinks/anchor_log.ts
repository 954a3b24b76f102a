import { nextHead, NO_ANCHOR, signAnchor } from "../core/audit_chain.ts";
import type { Signer } from "../core/ports.ts";
import { type AnchorPosition, forgetRotated, type OwedAnchor } from "./run_position.ts";

export type FileLength = readonly [path: string, bytes: number, lines: number];

/**
 * The signed anchors of a run: which events the chain has reached, and how long every file was then.
 * Each line goes to every place given; a chain alone cannot see its own tail cut off.
 */
export class AnchorLog {
  readonly #runId: string;
  readonly #signer: Signer;
  readonly #places: readonly { add(line: string): void }[];
  #head: string;
  #previous = NO_ANCHOR;
  #count = 0;
  #first = 0;
  #hashes: string[] = [];
  #firstTs = 0;
  readonly #lengths: Map<string, number>;

  constructor(options: {
    readonly runId: string;
    readonly genesis: string;
    readonly signer: Signer;
    readonly places: readonly { add(line: string): void }[];
    /** Where the anchors of a run that goes on stand; null for a new one. */
    readonly position: AnchorPosition | null;
  }) {
    const { position } = options;
    this.#runId = options.runId;
    this.#head = position?.head ?? options.genesis;
    this.#lengths = new Map(position?.lengths);
    if (position !== null) {
      this.#previous = position.previous;
      this.#count = position.count;
      this.#first = position.first;
      this.#hashes = [...position.waiting];
      this.#firstTs = position.waitingSinceTs;
    }
    this.#signer = options.signer;
    this.#places = options.places;
  }

  /** Events since the last anchor. */
  get waiting(): number {
    return this.#hashes.length;
  }
  /** Time of the first of them. */
  get waitingSinceTs(): number {
    return this.#firstTs;
  }
  get head(): string {
    return this.#head;
  }

  /** Takes the hash of the next event's line. */
  add(lineHash: string, ts: number): void {
    if (this.#hashes.length === 0) this.#firstTs = ts;
    this.#hashes.push(lineHash);
  }

  /** Anchors what waits. `files`: what may have grown, as long as it is now; the final anchor names all that it is given. */
  anchor(files: readonly FileLength[], options: { readonly ts: number; readonly final: boolean }): void {
    const hashes = this.#hashes;
    this.#hashes = [];
    this.#write(hashes, files, options);
  }

  /** Before all that waits. */
  anchorOwed({ hashes, ts }: Pick<OwedAnchor, "hashes" | "ts">, files: readonly FileLength[]): void {
    this.#write(hashes, files, { ts, final: false });
  }

  #write(
    hashes: readonly string[],
    files: readonly FileLength[],
    options: { readonly ts: number; readonly final: boolean },
  ): void {
    this.#head = nextHead(this.#head, hashes.join(""));
    const last = this.#first + hashes.length - 1;
    const line = signAnchor({
      schema: "nore/anchor",
      v: 1,
      run_id: this.#runId,
      i: this.#count,
      first: this.#first,
      last,
      head: this.#head,
      prev: this.#previous,
      files: this.#changed(files, options.final),
      ts: options.ts,
      final: options.final,
    }, this.#signer);
    for (const place of this.#places) place.add(line);
    this.#previous = line.slice("sha256:".length, "sha256:".length + 64);
    this.#count++;
    this.#first = last + 1;
  }

  #changed(
    files: readonly FileLength[],
    isFinal: boolean,
  ): Readonly<Record<string, readonly [number, number]>> {
    const changed: Record<string, readonly [number, number]> = {};
    for (const [path, bytes, lines] of [...files].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
      forgetRotated(this.#lengths, path);
      if (!isFinal && (this.#lengths.get(path) ?? 0) === bytes) continue;
      changed[path] = [bytes, lines];
      this.#lengths.set(path, bytes);
    }
    return changed;
  }
}
