import { AI_READS, type SeenEvent } from "../../core/ai_mail.ts";
import type { Event } from "../../core/event.ts";

/**
 * What waits for the AI process: events of the queues that it may read, and of no other. It has an end, and at its end
 * the oldest goes: the night never waits for a reader.
 */
export interface Mailbox {
  put(event: Event): void;
  /** All that waits, and how many were lost before it since the last time. */
  takeAll(): { readonly events: readonly SeenEvent[]; readonly dropped: number };
  /** In all. */
  readonly dropped: number;
}

export function mailbox(eventsMax: number): Mailbox {
  let ring: SeenEvent[] = [];
  /** Where the oldest stands once the ring is full. */
  let first = 0;
  let dropped = 0;
  let told = 0;
  return {
    put(event) {
      if (!mayRead(event)) return;
      const { type, ts, payload } = event;
      const seen = { type, ts, payload } as SeenEvent;
      if (ring.length < eventsMax) {
        ring.push(seen);
        return;
      }
      ring[first] = seen;
      first = (first + 1) % eventsMax;
      dropped++;
    },
    takeAll() {
      const events = first === 0 ? ring : [...ring.slice(first), ...ring.slice(0, first)];
      const lost = dropped - told;
      ring = [];
      first = 0;
      told = dropped;
      return { events, dropped: lost };
    },
    get dropped() {
      return dropped;
    },
  };
}

function mayRead(event: Event): event is Event<SeenEvent["type"]> {
  return (AI_READS as readonly string[]).includes(event.type);
}
