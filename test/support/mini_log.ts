import type { Event, EventType, Proposal } from "../../src/core/event.ts";
import type { Machine } from "../../src/core/machine.ts";
import { eventOf } from "./trading_events.ts";

/**
 * The log as two roles see it, without files and gates: turns, first in first out, and the rule that nothing
 * trades once a stop has begun. `denies` stands for policy.
 */
export interface MiniRole {
  readonly reads: readonly EventType[];
  // deno-lint-ignore no-explicit-any -- each machine knows only the types that it reads
  readonly machine: Machine<any, any, Proposal>;
}

export interface MiniLog {
  readonly events: Event[];
  /** One input with all its consequences. */
  turn(input: Event): readonly Event[];
  stateOf(name: string): unknown;
}

export function miniLog(
  roles: readonly MiniRole[],
  denies: (proposal: Proposal) => boolean = () => false,
): MiniLog {
  const events: Event[] = [];
  const states = new Map<string, unknown>(roles.map(({ machine }) => [machine.name, machine.initial()]));
  let stopping = false;

  function admits({ type, payload }: Event): boolean {
    if (!stopping) return true;
    if (type === "order_intent" || type === "fill") return false;
    return type !== "order_result" || ["REJECTED", "CANCELED", "EXPIRED"].includes(payload.result);
  }

  function react(event: Event): Event[] {
    const out: Event[] = [];
    for (const { reads, machine } of roles) {
      if (!reads.includes(event.type)) continue;
      const [state, proposals] = machine.step(states.get(machine.name), event);
      states.set(machine.name, state);
      for (const proposal of proposals) out.push(eventOf(proposal.type, event.ts, proposal.payload));
    }
    if (event.type === "risk_action" && event.payload.action === "STOP") {
      const { reason_code } = event.payload;
      const payload = { component: "risk_role", reason_code, detail: "", origin: "derived" as const };
      out.push(eventOf("stop_journal", event.ts, payload));
    }
    return out;
  }

  function denialOf({ type, ts, payload }: Event): Event {
    const about = payload as { readonly client_order_id?: string };
    return eventOf("policy_denial", ts, {
      entrypoint: "nore/order/decision",
      codes: ["TEST"],
      policy_sha256: "",
      input: {},
      origin: "derived",
      denied_type: type,
      ...(about.client_order_id === undefined ? {} : { client_order_id: about.client_order_id }),
    });
  }

  return {
    events,
    turn(input) {
      const start = events.length;
      const queue: Event[] = [input];
      for (let draft = queue.shift(); draft !== undefined; draft = queue.shift()) {
        if (draft !== input && denies(draft as Proposal)) {
          queue.push(denialOf(draft));
          continue;
        }
        if (!admits(draft)) continue;
        if (draft.type === "stop_journal") stopping = true;
        if (draft.type === "risk_action" && draft.payload.action === "STOP") stopping = true;
        events.push(draft);
        queue.push(...react(draft));
      }
      return events.slice(start);
    },
    stateOf: (name) => states.get(name),
  };
}
