import type { AiModel } from "../core/ai_mail.ts";
import type { Files } from "../core/ports.ts";
import {
  type AiPointer,
  movedBack,
  movedOn,
  NOBODY,
  type PointedAt,
  pointedAt,
  type PointerChange,
} from "./ai_pointer.ts";
import { AiPointerFile, type Damaged } from "./ai_pointer_file.ts";
import type { NewSnapshot, ReadSnapshot, SnapshotManifest } from "./ai_snapshot.ts";
import { AiSnapshots } from "./ai_snapshots.ts";

/** What the AI has learned, in `var/ai`, and which of it advises: it outlives the night. */
export interface AiStoreOptions {
  readonly isModel: (value: unknown) => boolean;
  /** Beyond it the oldest that neither advises nor did is removed. */
  readonly keptMax: number;
}

/** What a model is used for; what is left out is not asked about. */
export interface AiFit {
  readonly source?: string;
  readonly horizon_ms?: number;
  readonly features?: string;
}

export interface ListedSnapshot {
  readonly n: number;
  readonly state: "active" | "inactive" | "corrupt";
  /** Of a corrupt one. */
  readonly why: string | null;
  readonly manifest: SnapshotManifest | null;
}

export interface ActiveAnswer {
  readonly active: { readonly n: number; readonly model: AiModel; readonly model_sha256: string } | null;
  /** Why the pointer was not followed, and what is used in its place; null where it was. */
  readonly said: string | null;
}

export type Moved =
  | { readonly ok: true; readonly to: PointedAt | null }
  | { readonly ok: false; readonly code: MoveRefusal; readonly why: string };
/** changed: by another since it was looked at; look again, and decide again. */
export type MoveRefusal = "missing" | "corrupt" | "changed" | "none_active";

export class AiStore {
  readonly #snapshots: AiSnapshots;
  readonly #file: AiPointerFile;
  readonly #keptMax: number;

  constructor(files: Files, varFolder: string, { isModel, keptMax }: AiStoreOptions) {
    this.#snapshots = new AiSnapshots(files, varFolder, isModel);
    this.#file = new AiPointerFile(files, `${varFolder}/ai`);
    this.#keptMax = keptMax;
  }

  /** Reads the pointer again: what it says now is what the next change is made to. */
  pointer(): AiPointer | Damaged {
    return this.#file.look();
  }

  /** The oldest first. */
  list(): readonly ListedSnapshot[] {
    const [active] = activesOf(this.#file.seen);
    return this.#snapshots.numbers().map((n) => {
      const read = n === active?.n ? this.#readPointed(active) : this.#snapshots.read(n);
      if ("problem" in read) return { n, state: "corrupt", why: read.problem, manifest: null };
      return { n, state: n === active?.n ? "active" : "inactive", why: null, manifest: read.manifest };
    });
  }

  /** Gives its number. It advises nobody before it is made active. */
  keep(snapshot: NewSnapshot): number {
    const pointer = this.#file.now();
    const named = "problem" in pointer ? [] : pointedAt(pointer).map(({ n }) => n);
    const n = this.#snapshots.keep(snapshot, named);
    // Who cannot say what advises cannot say what may go.
    if (!("problem" in pointer)) this.#snapshots.removeOldest(this.#keptMax, [n, ...named]);
    return n;
  }

  activate(n: number, change: PointerChange): Moved {
    if (!this.#snapshots.numbers().includes(n)) {
      return { ok: false, code: "missing", why: `there is no snapshot ${n}` };
    }
    const read = this.#snapshots.read(n);
    if ("problem" in read) return { ok: false, code: "corrupt", why: `snapshot ${n}: ${read.problem}` };
    const { seen } = this.#file;
    const to = { n, model_sha256: read.manifest.model_sha256 };
    return this.#move(movedOn("problem" in seen ? NOBODY : seen, to, change), to);
  }

  /** To the newest good one before it, or to none. */
  rollback(change: PointerChange): Moved {
    const { seen } = this.#file;
    if ("problem" in seen) return { ok: false, code: "corrupt", why: seen.problem };
    if (seen.n === null) return { ok: false, code: "none_active", why: "no snapshot is active" };
    const to = seen.before.find((one) => !("problem" in this.#readPointed(one))) ?? null;
    return this.#move(movedBack(seen, to, change), to);
  }

  /** What advises now. One that is corrupt or was made for something else leaves its place to the last before it. */
  active(fit: AiFit): ActiveAnswer {
    const pointer = this.pointer();
    if ("problem" in pointer) return { active: null, said: pointer.problem };
    const refused: string[] = [];
    for (const one of activesOf(pointer)) {
      const read = this.#readPointed(one);
      const problem = "problem" in read ? read.problem : misfit(read.manifest, fit);
      if (problem === null && "model" in read) {
        const said = refused.length === 0 ? null : `${refused.join("; ")}: ${one.n} takes its place`;
        return { active: { ...one, model: read.model }, said };
      }
      refused.push(`snapshot ${one.n} is not used: ${problem}`);
    }
    return { active: null, said: refused.length === 0 ? null : refused.join("; ") };
  }

  #move(pointer: AiPointer, to: PointedAt | null): Moved {
    const why = this.#file.replace(pointer);
    return why === null ? { ok: true, to } : { ok: false, code: "changed", why };
  }

  #readPointed(one: PointedAt): ReadSnapshot {
    const read = this.#snapshots.read(one.n);
    if ("problem" in read || read.manifest.model_sha256 === one.model_sha256) return read;
    return { n: one.n, problem: "its model is not the one that was made active" };
  }
}

/** The one that advises, and those that may take its place; none where nobody does. */
function activesOf(pointer: AiPointer | Damaged): readonly PointedAt[] {
  return "problem" in pointer || pointer.n === null ? [] : pointedAt(pointer);
}

/** Why a whole snapshot cannot be used here; null where it can. */
export function misfit(manifest: SnapshotManifest, fit: AiFit): string | null {
  const wrong = (["source", "horizon_ms", "features"] as const).find((name) =>
    fit[name] !== undefined && fit[name] !== manifest[name]
  );
  return wrong === undefined
    ? null
    : `it was made for ${wrong} ${manifest[wrong]}, and ${fit[wrong]} is wanted`;
}
