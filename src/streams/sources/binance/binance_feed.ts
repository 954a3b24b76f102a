import { Observable, type Subscriber } from "rxjs";
import type { MarketConfig } from "../../../core/config.ts";
import type { AnyDraft, Draft } from "../../../core/event.ts";
import type { HttpGet } from "../../../core/ports.ts";
import { arrivals } from "./arrivals.ts";
import { dialSchedule } from "./dial_schedule.ts";
import { feedHealth } from "./feed_health.ts";
import type { FeedPast } from "./feed_past.ts";
import { type FeedRecord, type FeedSession, feedSession, type FeedSessionOptions } from "./feed_session.ts";
import { errorsOf, feedCountsOf, feedTally } from "./feed_tally.ts";
import { latencyHistory } from "./latency_history.ts";
import type { ProbeResult } from "./probe.ts";
import { quoteFilter } from "./quote_filter.ts";
import { restDoor } from "./rest_door.ts";
import { subscribedStreams } from "./subscribed_streams.ts";
import { type UnusableLetter, unusableLetters } from "./unusable_letters.ts";

/**
 * The market role's feed from Binance Spot, or whoever speaks its protocol: trades and quotes over WebSocket, each
 * once, missing trades and the venue's clock over REST. It journals nothing and decides nothing about the night.
 */
export interface BinanceFeedOptions extends FeedSessionOptions {
  readonly venue: string;
  readonly priceSource: string;
  readonly symbols: readonly string[];
  readonly book: MarketConfig["book"];
  /** Of a run that goes on: nothing comes twice, and what came meanwhile is fetched. */
  readonly past?: FeedPast | null;
  readonly get: HttpGet;
  /** For the deadletters of market_ticks. */
  readonly onUnusable: (letter: UnusableLetter) => void;
}

export interface BinanceFeed {
  /** For one subscriber: subscribing starts the feed, unsubscribing closes everything. */
  readonly arrival$: Observable<AnyDraft>;
  /** Begins anew with connections and timers; ids, counts and the venue's limits go on. Nothing where it is not running. */
  restart(reason: string): void;
  /** As of now. */
  lastHealth(): Draft<"health">;
}

export function binanceFeed(options: BinanceFeedOptions): BinanceFeed {
  const { binance, symbols, clock, elapsed, past = null } = options;
  const { stall_ms: stallMs } = binance;
  const tally = feedTally(elapsed.now(), past);
  const conflatedBefore = past?.counts?.conflated ?? 0;
  const quotes = quoteFilter(options.book);
  const latencies = latencyHistory();
  const record: FeedRecord = {
    frames: {
      streams: subscribedStreams(symbols),
      tick: { venue: options.venue, priceSource: options.priceSource },
      bytesMax: binance.frame_bytes_max,
    },
    tally,
    arrived: past?.arrived ?? arrivals(symbols),
    quotes,
    schedule: dialSchedule(binance, options.random),
    door: restDoor({
      restUrl: binance.rest_url,
      timeoutMs: binance.request_timeout_ms,
      get: options.get,
      elapsed,
    }),
    tellUnusable: unusableLetters({
      perMinuteMax: binance.deadletters_per_min_max,
      clock,
      elapsed,
      onUnusable: options.onUnusable,
    }),
  };
  let output: Subscriber<AnyDraft> | null = null;
  let session: FeedSession | null = null;
  let sinceMs = elapsed.now();
  let lastProbe: ProbeResult | null = null;
  /** Of the time at which it was closed. */
  let lastWord: Draft<"health"> | null = null;

  const health = (note: string, probed: ProbeResult | null, leftOut: number): Draft<"health"> => {
    const { isConnected: connected, isStalled, trouble } = session?.line ?? NO_LINE;
    const nowMs = elapsed.now();
    return feedHealth({
      ts: clock.now(),
      uptimeMs: nowMs - sinceMs,
      note,
      probed,
      lastProbe,
      isStalled,
      trouble,
      latencies,
      errors: errorsOf(tally),
      feed: feedCountsOf(tally, { nowMs, stallMs, connected, conflated: conflatedBefore + leftOut }),
    });
  };
  /** With what is held: nobody will give it any more. */
  const wordNow = () => health("", null, quotes.leftOut + quotes.held);

  const open = (to: Subscriber<AnyDraft>): FeedSession => {
    sinceMs = elapsed.now();
    lastProbe = null;
    return feedSession(options, record, {
      given: (draft) => to.next(draft),
      probed(result) {
        lastProbe = result;
        if ("latencyMs" in result) latencies.add(result.latencyMs);
        to.next(health("", result, quotes.leftOut));
      },
      changed: (note) => to.next(health(note, null, quotes.leftOut)),
      failed: (error) => fail(to, error),
    });
  };
  /** A defect of ours: it is told, and nothing more comes before a restart. */
  const fail = (to: Subscriber<AnyDraft>, error: unknown) => {
    const failures = [error, ...stopSession()];
    to.next(down(health("", null, quotes.leftOut), failures));
  };
  /** Gives what goes wrong with it. */
  const stopSession = (): readonly unknown[] => {
    try {
      session?.stop();
      return [];
    } catch (error) {
      return [error];
    }
  };
  const start = (to: Subscriber<AnyDraft>, begun: FeedSession) => {
    try {
      begun.start();
    } catch (error) {
      fail(to, error);
    }
  };

  return {
    arrival$: new Observable((subscriber) => {
      if (output !== null) throw new Error("The feed has a subscriber already, expected one");
      output = subscriber;
      session = open(subscriber);
      subscriber.add(() => {
        lastWord = wordNow();
        const failures = stopSession(); // RxJS would lose what is thrown here, and the night would never end
        if (failures.length > 0) lastWord = down(lastWord, failures);
        session = output = null;
      });
      start(subscriber, session);
    }),
    restart(reason) {
      if (session === null || output === null) return;
      session.stop();
      const to = output;
      const begun = session = open(to);
      to.next({
        type: "lifecycle",
        source: "watchdog_role",
        ts: clock.now(),
        cause: null,
        payload: { what: "role_restarted", detail: `market_role: ${reason}` },
      });
      if (session === begun) start(to, begun); // whoever heard of it may have ended it, or begun anew
    },
    lastHealth: () => output === null ? lastWord ?? wordNow() : wordNow(),
  };
}

function down(draft: Draft<"health">, failures: readonly unknown[]): Draft<"health"> {
  const detail = `failed: ${
    failures.map((error) => error instanceof Error ? error.message : String(error)).join("; ")
  }`;
  return { ...draft, payload: { ...draft.payload, state: "DOWN", detail } };
}

const NO_LINE: FeedSession["line"] = { isConnected: false, isStalled: false, trouble: "not started" };
