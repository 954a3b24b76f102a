import { openArtefact, parseLine } from "../core/journal_line.ts";
import type { Files } from "../core/ports.ts";
import type { Findings } from "./findings.ts";

/** Reads a run's files and checks their own hashes; what is wrong goes to the findings, what is right comes back. */
export interface CheckedLine {
  readonly file: string;
  /** Counted from 1 within its file. */
  readonly line: number;
  readonly json: string;
  readonly hash: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export class RunReader {
  readonly #files: Files;
  readonly #folder: string;
  readonly #findings: Findings;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  /** [bytes, lines] of every .jsonl file that was read to its end, as far as its lines are whole. */
  readonly lengths: Map<string, readonly [number, number]> = new Map();
  /** Files that end in the middle of a line or in what is none, and which line that is. */
  readonly torn: Map<string, number> = new Map();

  constructor(files: Files, folder: string, findings: Findings) {
    this.#files = files;
    this.#folder = folder;
    this.#findings = findings;
  }

  exists(path: string): boolean {
    return this.#files.exists(`${this.#folder}/${path}`);
  }

  /** Names in a folder of the run; "" is the run's own. */
  list(path: string): readonly string[] {
    const folder = path === "" ? this.#folder : `${this.#folder}/${path}`;
    if (!this.#files.exists(folder)) return [];
    return this.#attempt(path, () => this.#files.list(folder)) ?? [];
  }

  /** The bytes, or null (and a problem) where the file is missing. */
  bytes(path: string): Uint8Array | null {
    if (this.exists(path)) return this.#attempt(path, () => this.#files.read(`${this.#folder}/${path}`));
    this.#findings.problem(path, null, "is missing");
    return null;
  }

  #attempt<T>(path: string, work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      this.#findings.problem(path, null, `cannot be read: ${(error as Error).message}`);
      return null;
    }
  }

  /** The fields of an atomic artefact, or null (and a problem) where it is missing or damaged. */
  artefact(path: string): Readonly<Record<string, unknown>> | null {
    const bytes = this.bytes(path);
    if (bytes === null) return null;
    try {
      const text = this.#decoder.decode(bytes);
      const fields = openArtefact(text);
      if (JSON.stringify(fields) !== text) throw new Error("is not in the form that JSON.stringify gives");
      return fields;
    } catch (error) {
      this.#findings.problem(path, null, (error as Error).message);
      return null;
    }
  }

  /**
   * The segments of a .jsonl file, the oldest first. The active one is last and must exist, unless there are others:
   * a crash in the middle of a rotation leaves none.
   */
  segments(folder: string, stem: string): readonly string[] {
    const rotated = this.list(folder).filter((name) => new RegExp(`^${stem}\\.[0-9]{6}\\.jsonl$`).test(name));
    const pathOf = (name: string) => folder === "" ? name : `${folder}/${name}`;
    const paths = rotated.map(pathOf);
    rotated.forEach((name, i) => {
      const expected = `${stem}.${String(i + 1).padStart(6, "0")}.jsonl`;
      if (name !== expected) this.#findings.problem(paths[i]!, null, `expected ${expected} here`);
    });
    const active = pathOf(`${stem}.jsonl`);
    return paths.length > 0 && !this.exists(active) ? paths : [...paths, active];
  }

  /**
   * All good lines of a file in order; a bad line is a problem, and reading goes on behind it. A NUL is a sector that
   * a power loss kept from the disk: it ends a file that may still grow, as a missing newline does.
   */
  *lines(path: string): Generator<CheckedLine> {
    const bytes = this.bytes(path);
    if (bytes === null) return;
    const isActive = !/\.[0-9]{6}\.jsonl$/.test(path); // the others were synced when they were closed
    const hole = isActive ? bytes.indexOf(0) : -1;
    let start = 0;
    let line = 0;
    while (start < bytes.length) {
      const newline = bytes.indexOf(10, start);
      if (newline === -1 || (hole !== -1 && hole < newline)) {
        this.torn.set(path, line + 1);
        break;
      }
      line++;
      const checked = this.#check(bytes.subarray(start, newline), path, line);
      if (checked !== null) yield checked;
      start = newline + 1;
    }
    this.lengths.set(path, [start, line]);
  }

  #check(bytes: Uint8Array, file: string, line: number): CheckedLine | null {
    try {
      const parsed = parseLine(this.#decoder.decode(bytes));
      if (!parsed.ok) throw new Error(parsed.problem);
      const { json, hash } = parsed;
      const value: unknown = JSON.parse(json);
      if (typeof value !== "object" || value === null) throw new Error("is not a JSON object");
      if (JSON.stringify(value) !== json) {
        throw new Error("JSON is not in the form that JSON.stringify gives");
      }
      return { file, line, json, hash, value: value as CheckedLine["value"] };
    } catch (error) {
      this.#findings.problem(file, line, (error as Error).message);
      return null;
    }
  }
}
