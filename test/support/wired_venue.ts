import process from "node:process";
import type { SchedulerLike } from "rxjs";
import type { Dialer, HttpGet, Venue, VenueAnswer, VenueClient } from "../../src/core/ports.ts";
import type { FlatTime } from "./flat_time.ts";

/** A venue and its client joined by a wire in virtual time: the same bytes as over a socket, a millisecond each way. */
export interface Wire {
  readonly dialer: Dialer;
  readonly get: HttpGet;
}

/** Each way. */
export const WIRE_MS = 1;

export function wiredVenue(venue: Venue, scheduler: SchedulerLike): Wire {
  const soon = (work: () => void, delayMs = WIRE_MS) => void scheduler.schedule(work, delayMs);
  return {
    dialer: {
      dial(url, _options, listener) {
        const path = new URL(url).pathname + new URL(url).search;
        let isOpen = false;
        let isClosed = false;
        let session: ReturnType<Venue["accept"]> | null = null;
        const end = (reason: string) => {
          if (isClosed) return;
          isClosed = true;
          isOpen = false;
          soon(() => {
            session?.closed();
            listener.closed(reason);
          });
        };
        const client: VenueClient = {
          send: (frame) =>
            soon(() => {
              if (isOpen) listener.received(frame);
            }),
          ping: (payload) =>
            soon(() => {
              if (!isOpen) return;
              listener.signed();
              session?.ponged(payload);
            }),
          close: (goodbye) => end(goodbye === null ? "cut" : `${goodbye.code} ${goodbye.reason}`),
        };
        soon(() => {
          if (isClosed) return;
          const refusal = venue.refusal(path);
          if (refusal !== null) return end(`HTTP ${refusal.status}`);
          isOpen = true;
          session = venue.accept(path, client);
          listener.opened();
        });
        return {
          send: (text) =>
            soon(() => {
              if (isOpen) session?.received(text);
            }),
          ping: () =>
            soon(() => {
              if (isOpen) session?.pinged();
            }),
          close: () => end("closed by us"),
        };
      },
    },
    get: (url, { timeoutMs }) =>
      new Promise((resolve, reject) => {
        const startMs = scheduler.now();
        const { pathname, search } = new URL(url);
        soon(() => {
          const answer = venue.answer("GET", pathname + search);
          const waitMs = answer.delayMs + WIRE_MS;
          if (waitMs >= timeoutMs) {
            return soon(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
          }
          soon(() => resolve(httpAnswer(answer, scheduler.now() - startMs)), waitMs);
        });
      }),
  };
}

function httpAnswer({ status, headers, body }: VenueAnswer, elapsedMs: number) {
  return { status, headers: new Map(Object.entries(headers)), body, elapsedMs };
}

/** Far more than a night that is stopped at its end takes. */
const DRAIN_MS_MAX = 300_000;

/**
 * Runs virtual time from when the work says that it has begun until it is done; promises get their turn between two
 * steps. What comes before takes real time, of which virtual time must not depend. Work that has no virtual time of its
 * own has null.
 */
export async function runVirtually<Result>(
  timeOf: () => FlatTime | null,
  nightMs: number,
  work: (onStarted: () => void) => Promise<Result>,
): Promise<Result> {
  let isDone = false;
  let begun = () => {};
  const isBegun = new Promise<void>((resolve) => begun = resolve);
  const result = work(begun).finally(() => {
    isDone = true;
    begun();
  });
  result.catch(() => {}); // it is awaited at the end
  await isBegun;
  const time = timeOf();
  while (!isDone && time !== null) {
    if (time.nextMs > nightMs + DRAIN_MS_MAX) {
      throw new Error("Hangs: the night has not ended, and nothing is due");
    }
    time.maxFrames = time.nextMs;
    time.flush();
    await promisesSettled();
  }
  return await result;
}

/** Called where promises are at work, the next tick comes behind all of them; the event loop does not turn for it. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
