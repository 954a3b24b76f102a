import { openArtefact } from "../core/journal_line.ts";
import type { Files } from "../core/ports.ts";
import { MANIFEST, type NewSnapshot, type ReadSnapshot, readSnapshot, writeSnapshot } from "./ai_snapshot.ts";
import { writeArtefact } from "./atomic_file.ts";

/** All training snapshots of a `var`, by number. They are made and removed, never changed; no number is given twice. */
export class AiSnapshots {
  readonly #files: Files;
  readonly #varFolder: string;
  readonly #isModel: (value: unknown) => boolean;

  constructor(files: Files, varFolder: string, isModel: (value: unknown) => boolean) {
    this.#files = files;
    this.#varFolder = varFolder;
    this.#isModel = isModel;
  }

  /** Of all that hold something, good or not, the oldest first. */
  numbers(): readonly number[] {
    return this.#folders().filter((n) => this.#namesIn(n).length > 0);
  }

  read(n: number): ReadSnapshot {
    return readSnapshot(this.#files, this.#folderOf(n), n, this.#isModel);
  }

  /** Gives its number, which is above all that were ever given and those that are `named` elsewhere. */
  keep(snapshot: NewSnapshot, named: readonly number[]): number {
    const n = 1 + Math.max(0, this.#lastNumber(), ...this.#folders(), ...named);
    this.#files.makeDirectory(this.#folder);
    writeArtefact(this.#files, this.#numbersPath, { schema: "nore/ai_numbers", v: 1, last: n });
    writeSnapshot(this.#files, this.#folderOf(n), n, snapshot);
    for (const folder of [this.#folder, `${this.#varFolder}/ai`, this.#varFolder]) {
      this.#files.syncDirectory(folder);
    }
    return n;
  }

  /** What a crash left half made, and the oldest beyond so many; none that is `needed`. */
  removeOldest(keptMax: number, needed: readonly number[]): void {
    const numbers = this.numbers();
    const whole = numbers.filter((n) => this.#namesIn(n).includes(MANIFEST));
    const removable = whole.filter((n) => !needed.includes(n));
    const tooMany = removable.slice(0, Math.max(0, whole.length - keptMax));
    const halfMade = numbers.filter((n) => !whole.includes(n) && !needed.includes(n));
    for (const n of [...halfMade, ...tooMany]) this.#remove(n);
  }

  /** The manifest first, and for good: half removed it is no snapshot. The empty folder stays. */
  #remove(n: number): void {
    const folder = this.#folderOf(n);
    const names = this.#namesIn(n);
    if (names.includes(MANIFEST)) {
      this.#files.remove(`${folder}/${MANIFEST}`);
      this.#files.syncDirectory(folder);
    }
    for (const name of names) if (name !== MANIFEST) this.#files.remove(`${folder}/${name}`);
  }

  get #folder(): string {
    return `${this.#varFolder}/ai/snapshots`;
  }

  get #numbersPath(): string {
    return `${this.#varFolder}/ai/numbers.json`;
  }

  #folderOf(n: number): string {
    return `${this.#folder}/${n}`;
  }

  #folders(): readonly number[] {
    if (!this.#files.exists(this.#folder)) return [];
    return this.#files.list(this.#folder).filter((name) => /^[1-9][0-9]{0,8}$/.test(name)).map(Number)
      .sort((a, b) => a - b);
  }

  #namesIn(n: number): readonly string[] {
    return this.#files.list(this.#folderOf(n));
  }

  /** The folders make good what the file does not say. */
  #lastNumber(): number {
    try {
      const { last } = openArtefact(new TextDecoder().decode(this.#files.read(this.#numbersPath)));
      return Number.isSafeInteger(last) ? last as number : 0;
    } catch {
      return 0;
    }
  }
}
