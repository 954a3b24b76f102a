import type { AnyDraft, Draft, Event, EventType, PermittedDraft } from "../../src/core/event.ts";
import { sampleEvents } from "./sample_events.ts";

/** The sample events as the drafts that they were before the log took them. */

export function draftOf<T extends EventType>(event: Event<T>): Draft<T> & AnyDraft {
  const { type, source, ts, payload } = event as Event;
  const { cause = null } = payload as { readonly cause?: string };
  return { type, source, ts, cause, payload } as Draft<T> & AnyDraft;
}

export const sampleDrafts: { readonly [T in EventType]: Draft<T> & AnyDraft } = Object.fromEntries(
  Object.values(sampleEvents).map((event) => [event.type, draftOf(event)]),
) as never;

/** As if schema and policy had let it through. */
export function permittedDraft(draft: AnyDraft): PermittedDraft {
  return draft as PermittedDraft;
}
