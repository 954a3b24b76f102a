import type { SchedulerLike } from "rxjs";
import type { BinanceConfig } from "../../../core/config.ts";
import type { AnyDraft, BookTick, TradeTick } from "../../../core/event.ts";
import type { Clock, Dialer } from "../../../core/ports.ts";
import type { Random } from "../../../core/random.ts";
import { type Arrivals, BEHIND_AFTER_MS } from "./arrivals.ts";
import { backoff } from "./backoff.ts";
import { type Connections, connections } from "./connections.ts";
import type { DialSchedule } from "./dial_schedule.ts";
import type { FeedTally } from "./feed_tally.ts";
import { oneTimer } from "./one_timer.ts";
import { probe, type ProbeResult } from "./probe.ts";
import type { QuoteFilter } from "./quote_filter.ts";
import type { FrameOptions } from "./read_frame.ts";
import type { RestDoor, RestFailure } from "./rest_door.ts";
import { tradeHealer } from "./trade_healer.ts";
import type { TellUnusable } from "./unusable_letters.ts";

/**
 * The feed from one start to the next: its connections, requests and timers, which all end with it. What must outlive
 * a restart (ids, counts, the venue's limits) is handed in.
 */
export interface FeedSession {
  readonly line: Pick<Connections, "isConnected" | "isStalled" | "trouble">;
  start(): void;
  /** Nothing comes from it any more. */
  stop(): void;
}

export interface FeedSessionOptions {
  readonly binance: BinanceConfig;
  /** More missing trades of a symbol than this are not fetched. */
  readonly gapTradesMax: number;
  /** Log time, which may go faster than real time; never back. */
  readonly clock: Clock;
  /** Real milliseconds by a clock that nobody sets. */
  readonly elapsed: Clock;
  readonly scheduler: SchedulerLike;
  /** For jitter. */
  readonly random: Random;
  readonly dialer: Dialer;
}

/** What goes on over restarts. */
export interface FeedRecord {
  readonly frames: FrameOptions;
  readonly tally: FeedTally;
  readonly arrived: Arrivals;
  readonly quotes: QuoteFilter;
  readonly schedule: DialSchedule;
  readonly door: RestDoor;
  readonly tellUnusable: TellUnusable;
}

export interface FeedListener {
  given(draft: AnyDraft): void;
  probed(result: ProbeResult): void;
  changed(note: string): void;
  failed(error: unknown): void;
}

export function feedSession(
  options: FeedSessionOptions,
  record: FeedRecord,
  listener: FeedListener,
): FeedSession {
  const { binance, clock, elapsed } = options;
  const { frames, tally, arrived, quotes, schedule, door, tellUnusable } = record;
  const timer = () => oneTimer(options.scheduler, listener.failed);
  const quoteTimer = timer();

  const give = (payload: TradeTick | BookTick, ts: number) =>
    listener.given({ type: "market_tick", source: "market_role", ts, cause: null, payload });

  const releaseQuotes = () => {
    const ts = clock.now();
    for (const quote of quotes.release(ts)) give(quote, ts);
    awaitQuotes();
  };
  const awaitQuotes = () => {
    if (quotes.dueTs < Infinity && !quoteTimer.isSet) {
      quoteTimer.set(quotes.dueTs - clock.now(), releaseQuotes);
    }
  };

  /** It is lost, and no duplicate of anything: that must not pass in silence. */
  const tellBehind = (tick: TradeTick | BookTick) => {
    tally.badFrames++;
    const id = tick.kind === "trade" ? `Trade id is ${tick.trade_id}` : `Update id is ${tick.update_id}`;
    const detail = `${id} for ${tick.symbol}, expected one above all that came ${BEHIND_AFTER_MS} ms before`;
    tellUnusable("TICK_BEHIND", detail, JSON.stringify(tick));
  };

  const take = (tick: TradeTick | BookTick) => {
    const ts = clock.now();
    if (ts >= quotes.dueTs) releaseQuotes(); // log time may be faster than the timer
    const arrival = arrived.take(tick, ts);
    if (arrival === "duplicate") {
      tally.duplicates++;
      return;
    }
    if (arrival === "behind") return tellBehind(tick);
    if (tick.kind === "trade" || quotes.take(tick, ts)) give(tick, ts);
    else awaitQuotes();
    if (arrival === "gap") healer.wake();
  };

  const countFailure = ({ kind }: RestFailure) => {
    const isAlive = lines.isConnected && elapsed.now() - tally.lastSignMs < binance.stall_ms;
    // where the network is simply not there the venue has done nothing wrong
    if (kind === "bad" || (kind === "late" && isAlive)) tally.badAnswers++;
  };

  const healer = tradeHealer({
    door,
    gaps: arrived.gaps,
    tradesMax: options.gapTradesMax,
    tick: frames.tick,
    backoff: backoff(binance.backoff, options.random),
    elapsed,
    timer: timer(),
    onTrade(trade) {
      const ts = clock.now();
      arrived.take(trade, ts);
      give(trade, ts);
    },
    onFailure: countFailure,
    onUnusable(detail, body) {
      tally.badAnswers++;
      tellUnusable("ANSWER_UNUSABLE", detail, body);
    },
    onError: listener.failed,
  });

  const lines = connections(
    { config: binance, frames, dialer: options.dialer, elapsed, schedule, tally, timer: timer() },
    {
      ticked: take,
      unusable({ code, detail }, message) {
        tally.badFrames++;
        tellUnusable(code, detail, message);
      },
      ready: healer.hurry,
      changed: listener.changed,
      failed: listener.failed,
    },
  );

  const probing = probe({
    door,
    everyMs: binance.probe_every_ms,
    doubtMsMax: binance.clock.offset_ms_max,
    clock,
    elapsed,
    timer: timer(),
    onResult(result) {
      if ("problem" in result) countFailure(result);
      listener.probed(result);
    },
    onError: listener.failed,
  });

  return {
    line: lines,
    start() {
      lines.start();
      healer.wake();
      awaitQuotes();
      probing.start();
    },
    stop() {
      quoteTimer.clear();
      const failures: unknown[] = [];
      for (const part of [healer, probing, lines]) {
        try {
          part.stop();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
