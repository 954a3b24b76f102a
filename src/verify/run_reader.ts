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
  readonly value: unknown;
  /** Position in the file after the line's newline. */
  readonly endOffset: number;
}

export class RunReader {
  readonly #files: Files;
  readonly #folder: string;
  readonly #findings: Findings;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  /** [bytes, lines] of every .jsonl file that was read to its end. */
  readonly lengths: Map<string, readonly [number, number]> = new Map();
  /** Files that end in the middle of a line. */
  readonly torn: Map<string, number> = new Map();

  constructor(files: Files, folder: string, findings: Findings) {
    this.#files = files;
    this.#folder = folder;
    this.#findings = findings;
  }

  exists(path: string): boolean {
    return this.#files.exists(`${this.#folder}/${path}`);
  }

  list(path: string): readonly string[] {
    return this.exists(path) ? this.#files.list(`${this.#folder}/${path}`) : [];
  }

  /** The bytes, or null (and a problem) where the file is missing. */
  bytes(path: string): Uint8Array | null {
    if (this.exists(path)) return this.#files.read(`${this.#folder}/${path}`);
    this.#findings.problem(path, null, "is missing");
    return null;
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
      this.#findings.problem(path, null, error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  /** The segments of a .jsonl file, the oldest first; the active one is last and must exist. */
  segments(folder: string, stem: string): readonly string[] {
    const rotated = this.list(folder).filter((name) => new RegExp(`^${stem}\\.[0-9]{6}\\.jsonl$`).test(name));
    rotated.forEach((name, i) => {
      const expected = `${stem}.${String(i + 1).padStart(6, "0")}.jsonl`;
      if (name !== expected) this.#findings.problem(`${folder}/${name}`, null, `expected ${expected} here`);
    });
    return [...rotated, `${stem}.jsonl`].map((name) => `${folder}/${name}`);
  }

  /** All good lines of a file in order; a bad line is a problem, and reading goes on behind it. */
  *lines(path: string): Generator<CheckedLine> {
    const bytes = this.bytes(path);
    if (bytes === null) return;
    let line = 0;
    for (let start = 0; start < bytes.length;) {
      const newline = bytes.indexOf(10, start);
      line++;
      if (newline === -1) {
        this.torn.set(path, line);
        return;
      }
      const checked = this.#check(bytes.subarray(start, newline), path, line, newline + 1);
      if (checked !== null) yield checked;
      start = newline + 1;
    }
    this.lengths.set(path, [bytes.length, line]);
  }

  #check(bytes: Uint8Array, file: string, line: number, endOffset: number): CheckedLine | null {
    try {
      const parsed = parseLine(this.#decoder.decode(bytes));
      if (!parsed.ok) throw new Error(parsed.problem);
      const value: unknown = JSON.parse(parsed.json);
      if (JSON.stringify(value) !== parsed.json) {
        throw new Error("JSON is not in the form that JSON.stringify gives");
      }
      return { file, line, json: parsed.json, hash: parsed.hash, value, endOffset };
    } catch (error) {
      this.#findings.problem(file, line, error instanceof Error ? error.message : String(error));
      return null;
    }
  }
}
