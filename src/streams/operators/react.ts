import { defer, map, type OperatorFunction } from "rxjs";
import type { AnyDraft, Event, EventType, Proposal, Role } from "../../core/event.ts";
import type { Machine } from "../../core/machine.ts";
import type { Step } from "./feedback.ts";
import { Refusal } from "./refusal.ts";

/** A role of the night: its machine, and the event types that it is shown. */
export interface RoleEntry {
  readonly role: Role;
  readonly reads: readonly EventType[];
  // deno-lint-ignore no-explicit-any -- each machine knows only the types that it reads
  readonly machine: Machine<any, any, Proposal>;
}

const NOTHING: readonly AnyDraft[] = [];

/** Shows each event to the roles that read its type, in the order of the table; their answers join the turn. */
export function react(roles: readonly RoleEntry[]): OperatorFunction<Event | Refusal, Step<AnyDraft, Event>> {
  return (event$) =>
    defer(() => {
      const readers = readersByType(roles);
      return event$.pipe(map((event) => {
        if (event instanceof Refusal) {
          return { event: null, drafts: event.instead === null ? NOTHING : [event.instead] };
        }
        let drafts: AnyDraft[] | null = null;
        for (const reader of readers.get(event.type) ?? []) {
          for (const proposal of reader.show(event)) {
            (drafts ??= []).push(draftOf(proposal, reader.role, event));
          }
        }
        return { event, drafts: drafts ?? NOTHING };
      }));
    });
}

interface Reader {
  readonly role: Role;
  show(event: Event): readonly Proposal[];
}

function readersByType(roles: readonly RoleEntry[]): ReadonlyMap<EventType, readonly Reader[]> {
  const byType = new Map<EventType, Reader[]>();
  for (const { role, reads, machine } of roles) {
    let state = machine.initial();
    const show = (event: Event) => {
      const [next, proposals] = machine.step(state, event);
      state = next;
      return proposals;
    };
    for (const type of reads) byType.set(type, [...(byType.get(type) ?? []), { role, show }]);
  }
  return byType;
}

/** The payload was made for this one proposal, so the cause is written into it: a copy would cost more than the rest. */
function draftOf(proposal: Proposal, role: Role, cause: Event): AnyDraft {
  (proposal.payload as { cause?: string }).cause = cause.id;
  return {
    type: proposal.type,
    source: role,
    ts: cause.ts,
    cause: cause.id,
    payload: proposal.payload,
  } as AnyDraft;
}
