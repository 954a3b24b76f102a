import { openArtefact, sealArtefact } from "../core/journal_line.ts";

/** Which training snapshot advises, and which did before it: what `var/ai/active.json` says. */
export interface AiPointer {
  /** null: none does. */
  readonly n: number | null;
  readonly model_sha256: string | null;
  readonly since_ts: number;
  readonly reason: string;
  /** Newest first. */
  readonly before: readonly PointedAt[];
}

export interface PointedAt {
  readonly n: number;
  readonly model_sha256: string;
}

/** Why and when a pointer is moved. */
export interface PointerChange {
  readonly ts: number;
  readonly reason: string;
}

const BEFORE_MAX = 16;

export const NOBODY: AiPointer = { n: null, model_sha256: null, since_ts: 0, reason: "", before: [] };

/** The snapshot that advises, then those that did; the newest first. */
export function pointedAt({ n, model_sha256, before }: AiPointer): readonly PointedAt[] {
  return n === null || model_sha256 === null ? before : [{ n, model_sha256 }, ...before];
}

export function movedOn(pointer: AiPointer, to: PointedAt, { ts, reason }: PointerChange): AiPointer {
  const before = pointedAt(pointer).filter(({ n }) => n !== to.n).slice(0, BEFORE_MAX);
  return { n: to.n, model_sha256: to.model_sha256, since_ts: ts, reason, before };
}

/** To one of those before it, or to none. What it leaves is forgotten: nobody falls back to it. */
export function movedBack(
  pointer: AiPointer,
  to: PointedAt | null,
  { ts, reason }: PointerChange,
): AiPointer {
  const at = to === null ? Infinity : pointer.before.findIndex(({ n }) => n === to.n);
  const before = pointer.before.slice(at + 1);
  return { n: to?.n ?? null, model_sha256: to?.model_sha256 ?? null, since_ts: ts, reason, before };
}

export function pointerText({ n, model_sha256, since_ts, reason, before }: AiPointer): string {
  return sealArtefact({ schema: "nore/ai_active", v: 1, n, model_sha256, since_ts, reason, before });
}

/** Throws where the text is no pointer. */
export function readPointer(text: string): AiPointer {
  const { schema, v, n, model_sha256, since_ts, reason, before } = openArtefact(text) as
    & Partial<AiPointer>
    & Readonly<Record<string, unknown>>;
  const fits = schema === "nore/ai_active" && v === 1 && isCount(since_ts) && typeof reason === "string" &&
    ((n === null && model_sha256 === null) || isPointedAt({ n, model_sha256 })) &&
    Array.isArray(before) && before.length <= BEFORE_MAX && before.every(isPointedAt);
  if (!fits) throw new Error("does not have the form of a pointer");
  return { n: n!, model_sha256: model_sha256!, since_ts: since_ts!, reason, before };
}

function isPointedAt(value: unknown): boolean {
  const { n, model_sha256 } = (value ?? {}) as Partial<PointedAt>;
  return isCount(n) && typeof model_sha256 === "string" && /^[0-9a-f]{64}$/.test(model_sha256);
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
