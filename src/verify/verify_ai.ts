import type { Event } from "../core/event.ts";
import { sha256Hex } from "../core/sha256.ts";
import { aiFileDigest, aiFilePath } from "../sinks/run_folder.ts";
import type { Findings } from "./findings.ts";
import type { RunReader } from "./run_reader.ts";
import type { ManifestAi } from "./verify_folder.ts";

/**
 * What the AI was and what it has told, as the run keeps it: each file is what its name says, every file that manifest
 * and log name is there, and a dataset is made of the rows that were told before it.
 */

/** Its program, the model that it began with; and nothing in `ai` that its name does not cover. */
export function verifyAi(reader: RunReader, findings: Findings, ai: ManifestAi | null): void {
  for (const name of reader.list("ai")) {
    const expected = aiFileDigest(name);
    const bytes = expected === null ? null : reader.bytes(`ai/${name}`);
    if (bytes === null || sha256Hex(bytes) === expected) continue;
    findings.problem(`ai/${name}`, null, `SHA-256 is ${sha256Hex(bytes)}, expected ${expected}`);
  }
  if (ai === null) return;
  reader.bytes(aiFilePath("worker", ai.worker_sha256));
  if (ai.model_sha256 !== null) reader.bytes(aiFilePath("model", ai.model_sha256));
}

/** Holds the events of the AI against these files, in log order. */
export class AiCheck {
  readonly #reader: RunReader;
  /** How many rows a dataset holds; null where the configuration is too old to say. */
  readonly #rowsMax: number | null;
  /** The newest rows that packs have told, each as its JSON. */
  #rows: readonly string[] = [];

  constructor(reader: RunReader) {
    this.#reader = reader;
    this.#rowsMax = rowsMaxIn(reader);
  }

  /** Null where an event says nothing of the AI, or what the files bear out. What is missing is named by the reader. */
  problemOf(event: Event): string | null {
    if (event.type === "feature_pack") return this.#takePack(event.payload);
    if (event.type !== "health") return null;
    const { what, model_sha256, dataset_sha256 } = event.payload.snapshot ?? {};
    if (what !== "trained" && what !== "activated") return null;
    if (typeof model_sha256 === "string") this.#reader.bytes(aiFilePath("model", model_sha256));
    else if (what === "trained") return "a snapshot without a model";
    if (what === "activated") return null;
    if (this.#rowsMax === null) return "config.json does not say how many rows a dataset holds";
    const told = sha256Hex(`[${this.#rows.join()}]`);
    return dataset_sha256 === told
      ? null
      : `dataset_sha256 is ${dataset_sha256}, the packs so far give ${told}`;
  }

  #takePack({ content_sha256, rows }: Event<"feature_pack">["payload"]): string | null {
    const bytes = this.#reader.bytes(aiFilePath("pack", content_sha256));
    if (bytes === null) return null;
    const told = rowsIn(bytes);
    if (told === null) return `the pack ${content_sha256} is no list of rows of numbers`;
    this.#rows = [...this.#rows, ...told].slice(-(this.#rowsMax ?? 1));
    return told.length === rows ? null : `rows is ${rows}, the pack holds ${told.length}`;
  }
}

/** Each row's JSON; null where the bytes are not what JSON.stringify gives for lists of numbers. */
function rowsIn(bytes: Uint8Array): readonly string[] | null {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  try {
    const pack = JSON.parse(text) as unknown;
    if (!Array.isArray(pack) || JSON.stringify(pack) !== text) return null;
    const isRow = (row: unknown) => Array.isArray(row) && row.every((value) => typeof value === "number");
    return pack.every(isRow) ? pack.map((row) => JSON.stringify(row)) : null;
  } catch {
    return null;
  }
}

/** The configuration's own hash has been checked. */
function rowsMaxIn(reader: RunReader): number | null {
  try {
    const config = JSON.parse(new TextDecoder().decode(reader.bytes("config.json")!));
    const rowsMax: unknown = config.ai.snapshots.rows_max;
    return Number.isSafeInteger(rowsMax) && (rowsMax as number) > 0 ? rowsMax as number : null;
  } catch {
    return null;
  }
}
