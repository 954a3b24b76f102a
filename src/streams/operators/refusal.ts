import type { AnyDraft } from "../../core/event.ts";

/** A draft that did not get through, and what is to be said of it in its place (null: counted only). */
export class Refusal {
  readonly instead: AnyDraft | null;
  constructor(instead: AnyDraft | null) {
    this.instead = instead;
  }
}
