import { defer, map, type OperatorFunction } from "rxjs";
import type { AnyDraft, Event, EventType, Proposal, Role } from "../../core/event.ts";
import type { Machine } from "../../core/machine.ts";
import type { Step } from "./feedback.ts";
import type { AdmittedEvent } from "./number_and_journal.ts";
import { Refusal } from "./refusal.ts";

declare const checked: unique symbol;
/** A role of the night: its machine, and the event types that it is shown. Only `roleEntry` makes one. */
export interface RoleEntry {
  readonly role: Role;
  readonly reads: readonly EventType[];
  readonly machine: Machine<unknown, AdmittedEvent, Proposal>;
  readonly [checked]: true;
}

/**
 * A line of the table. It compiles only where the machine takes exactly the types that it reads: one that it reads
 * and does not take would surprise it, one that it takes and does not read would never come.
 */
export function roleEntry<State, Type extends EventType, In extends Event = AdmittedEvent<Type>>(
  role: Role,
  reads: readonly Type[],
  machine: Machine<State, In, Proposal> & TakesExactly<Type, In>,
): RoleEntry {
  return { role, reads, machine } as unknown as RoleEntry;
}

/** Says in the compiler's message what does not fit. */
type TakesExactly<Type extends EventType, In extends Event> = [AdmittedEvent<Type>] extends [In]
  ? [In["type"]] extends [Type] ? unknown : { readonly takesWhatItDoesNotRead: Exclude<In["type"], Type> }
  : { readonly readsWhatItDoesNotTake: Type };

const NOTHING: readonly AnyDraft[] = [];

/** Shows each event to the roles that read its type, in the order of the table; their answers join the turn. */
export function react(
  roles: readonly RoleEntry[],
): OperatorFunction<AdmittedEvent | Refusal, Step<AnyDraft, Event>> {
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
  show(event: AdmittedEvent): readonly Proposal[];
}

function readersByType(roles: readonly RoleEntry[]): ReadonlyMap<EventType, readonly Reader[]> {
  const byType = new Map<EventType, Reader[]>();
  for (const { role, reads, machine } of roles) {
    let state = machine.initial();
    const show = (event: AdmittedEvent) => {
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
