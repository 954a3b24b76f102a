import type { SchedulerLike } from "rxjs";
import { randomStream } from "../../src/core/random.ts";
import type { SocketListener } from "../../src/core/ports.ts";
import type { Wire } from "./wired_venue.ts";

/** What a socket may do with frames between the venue, which knows nothing of it, and its client. */
export const WIRE_FAULTS = [
  "drop",
  "double",
  "swap",
  "delay",
  "stall",
  "corrupt",
  "halve",
  "join",
  "cut",
] as const;
export type WireFault = typeof WIRE_FAULTS[number];

export interface SpoiledWire {
  readonly spoil: (wire: Wire, scheduler: SchedulerLike) => Wire;
  /** How often. */
  readonly count: () => number;
}

const FIRST_MS = 5000;
const DELAY_MS = 700;
const STALL_MS = 4000;

/** After the first seconds one frame of `oneOf` meets the fault, drawn from the seed. */
export function spoiledWire(fault: WireFault, oneOf: number, seed: number = 1): SpoiledWire {
  const random = randomStream(seed, "wire");
  let count = 0;
  const spoil = ({ dialer, get }: Wire, scheduler: SchedulerLike): Wire => ({
    get,
    dialer: {
      dial(url, options, listener) {
        let stalledUntilMs = 0;
        let held: string | Uint8Array | null = null;
        let isClosed = false;
        const later = (ms: number, message: string | Uint8Array) =>
          void scheduler.schedule(() => isClosed || listener.received(message), ms);
        const give: SocketListener["received"] = (message) => {
          const nowMs = scheduler.now();
          if (nowMs < stalledUntilMs) return later(stalledUntilMs - nowMs, message);
          if (held !== null) {
            const first = held;
            held = null;
            listener.received(fault === "join" ? `${first}${message}` : message);
            if (fault === "swap" && !isClosed) listener.received(first);
            return;
          }
          if (nowMs < FIRST_MS || random.below(oneOf) !== 0) return listener.received(message);
          count++;
          switch (fault) {
            case "drop":
              return;
            case "double":
              listener.received(message);
              return isClosed ? undefined : listener.received(message);
            case "swap":
            case "join":
              held = message;
              return;
            case "delay":
              return later(DELAY_MS, message);
            case "stall":
              stalledUntilMs = nowMs + STALL_MS;
              return later(STALL_MS, message);
            case "corrupt": {
              const at = random.below(message.length);
              const other = String.fromCharCode(32 + random.below(95));
              return listener.received(`${message.slice(0, at)}${other}${message.slice(at + 1)}`);
            }
            case "halve":
              return listener.received(message.slice(0, random.below(message.length)));
            case "cut":
              socket.close();
          }
        };
        const socket = dialer.dial(url, options, {
          ...listener,
          opened: () => listener.opened(),
          signed: () => listener.signed(),
          received: give,
          closed(reason) {
            isClosed = true;
            listener.closed(fault === "cut" ? "cut" : reason);
          },
        });
        return socket;
      },
    },
  });
  return { spoil, count: () => count };
}
