import type { VenueAnswer } from "../../../core/ports.ts";
import type { VenueAccount } from "./venue_account.ts";
import type { VenueFaults } from "./venue_faults.ts";
import { venueError } from "./venue_rest.ts";

/** What becomes of an honest answer while faults are on: HTML with 503, a 429, late, or left as it is. */
export function spoiledAnswer(
  honest: VenueAnswer,
  now: {
    readonly faults: VenueFaults;
    readonly nowTs: number;
    /** Milliseconds of the log a real millisecond: a client waits in real ones. */
    readonly speed: number;
    readonly account: VenueAccount;
  },
): VenueAnswer {
  const { faults, nowTs, speed, account } = now;
  const tooManyMs = faults.msLeft("too_many", nowTs) / speed;
  const lateMs = faults.lateMs(nowTs) / speed;
  let answer = honest;
  if (faults.msLeft("error_5xx", nowTs) > 0) {
    account.unavailableAnswers++;
    answer = UNAVAILABLE;
  } else if (tooManyMs > 0) {
    account.tooManyAnswers++;
    answer = tooMany(Math.ceil(tooManyMs / 1000));
  }
  if (lateMs > 0) account.slowAnswers++;
  if (lateMs > 0 || answer !== honest) account.restFaults++;
  return { ...answer, delayMs: lateMs };
}

const UNAVAILABLE: VenueAnswer = {
  status: 503,
  headers: { "content-type": "text/html" },
  body: "<html><head><title>503 Service Temporarily Unavailable</title></head><body></body></html>",
  delayMs: 0,
};

function tooMany(retryAfterS: number): VenueAnswer {
  const msg = "Too much request weight used; current limit is 6000 request weight per 1 MINUTE. " +
    "Please use WebSocket Streams for live updates to avoid polling the API.";
  const answer = venueError(429, -1003, msg);
  return { ...answer, headers: { ...answer.headers, "retry-after": String(retryAfterS) } };
}
