import type { BinanceConfig } from "../../../core/config.ts";
import type { BookTick, TradeTick } from "../../../core/event.ts";
import type { Clock, Dialer } from "../../../core/ports.ts";
import { connect, type Connection } from "./connection.ts";
import type { DialSchedule } from "./dial_schedule.ts";
import { endSilence, type FeedTally, hearMarket } from "./feed_tally.ts";
import type { OneTimer } from "./one_timer.ts";
import type { BadFrame, FrameOptions } from "./read_frame.ts";

/**
 * Keeps one connection ready: dials again after a loss, and puts a successor beside the one that is old, ending or
 * silent before it lets go of it. Never more than two at once, and never more often than the schedule allows.
 */
export interface Connections {
  readonly isConnected: boolean;
  readonly isStalled: boolean;
  /** Why there is none, for a reader. */
  readonly trouble: string;
  start(): void;
  /** All are closed and nothing is heard of them any more. */
  stop(): void;
}

export interface ConnectionsOptions {
  readonly config: BinanceConfig;
  readonly frames: FrameOptions;
  readonly dialer: Dialer;
  readonly elapsed: Clock;
  readonly schedule: DialSchedule;
  readonly tally: FeedTally;
  readonly timer: OneTimer;
}

export interface ConnectionsListener {
  ticked(tick: TradeTick | BookTick): void;
  unusable(frame: BadFrame, message: string | Uint8Array): void;
  ready(): void;
  /** Worth saying at once. */
  changed(note: string): void;
  failed(error: unknown): void;
}

interface Duty {
  readonly dueMs: number;
  /** Changes what makes it due. */
  readonly act: () => void;
}

/** What the old connection has still to say is heard: servers of the venue do not run at the same pace. */
const OVERLAP_MS = 1000;
/** The venue counts pings; with the two requests and a pong this stays below its five messages a second. */
const PING_EVERY_MS_MIN = 1000;

export function connections(options: ConnectionsOptions, listener: ConnectionsListener): Connections {
  const { config, frames, dialer, elapsed, schedule, tally, timer } = options;
  const { stall_ms: stallMs, connect_timeout_ms: timeoutMs, renew_after_ms: renewAfterMs } = config;
  let current: Connection | null = null;
  let successor: Connection | null = null;
  /** The one before, ready as before, until its time is over. */
  let leaving: Connection | null = null;
  let leavingUntilMs = 0;
  let because = "";
  let pingedMs = -Infinity;
  /** The silence that has been told of already, by its beginning. */
  let toldQuietMs: number | null = null;
  let trouble = "not dialed yet";
  let isRunning = true;

  const dial = (): Connection => {
    schedule.dialed(elapsed.now());
    const connection: Connection = connect(
      { wsUrl: config.ws_url, timeoutMs, frames, dialer, elapsed },
      {
        signed(nowMs, isFrame) {
          tally.lastSignMs = nowMs;
          if (isFrame) tally.frames++;
        },
        ticked(tick, nowMs) {
          hearMarket(tally, nowMs, stallMs);
          listener.ticked(tick);
        },
        unusable: listener.unusable,
        ending: () => review(),
        ready: () => takeOver(connection),
        lost: (reason, wasRefused) => {
          if (wasRefused) schedule.refused(elapsed.now(), reason);
          lose(connection, reason);
        },
        failed: listener.failed,
      },
    );
    return connection;
  };

  const takeOver = (connection: Connection) => {
    const nowMs = elapsed.now();
    tally.connects++;
    tally.quietSinceMs ??= nowMs;
    if (tally.isLost) tally.reconnects++;
    tally.isLost = false;
    const isSuccessor = connection === successor;
    if (isSuccessor) {
      const old = current!;
      [current, successor] = [connection, null];
      if (isSilent(old)) old.close();
      else [leaving, leavingUntilMs] = [old, nowMs + OVERLAP_MS];
    }
    listener.ready();
    listener.changed(isSuccessor ? `replaced: ${because}` : "ready");
    review();
  };

  const lose = (connection: Connection, reason: string) => {
    const nowMs = elapsed.now();
    if (connection === leaving) leaving = null;
    else if (connection === successor) {
      successor = null;
      schedule.backOff(nowMs);
    } else {
      if (hasLasted(connection)) schedule.reset();
      if (successor === null) schedule.backOff(nowMs);
      trouble = reason;
      current = leaving ?? successor;
      leaving = successor = null;
      if (current?.state !== "ready") {
        endSilence(tally, nowMs, stallMs);
        if (connection.readyMs !== null) {
          tally.isLost = true;
          listener.changed("lost");
        }
      }
    }
    review();
  };

  const giveUp = (connection: Connection) => {
    const reason = `not ready after ${timeoutMs} ms, still ${connection.state}`;
    connection.close();
    lose(connection, reason);
  };

  const dialSuccessor = (old: Connection) => {
    const nowMs = elapsed.now();
    const isOld = nowMs - old.dialedMs >= renewAfterMs;
    because = old.isEnding ? "the venue shuts it down" : isOld ? "its age" : "no market data";
    successor = dial();
    // a venue that is silent as such, or always about to go, must not be dialed without end
    if (isSilent(old) || !hasLasted(old)) schedule.backOff(nowMs);
  };

  const tellStall = (quietMs: number) => {
    toldQuietMs = quietMs;
    if (hasLasted(current!)) schedule.reset();
    listener.changed("stalled");
  };

  const quietSince = (connection: Connection) => Math.max(connection.lastTickMs ?? 0, connection.readyMs!);
  const isSilent = (connection: Connection) => elapsed.now() - quietSince(connection) >= stallMs;
  const hasLasted = ({ readyMs, lastTickMs }: Connection) =>
    readyMs !== null && lastTickMs !== null && lastTickMs - readyMs >= config.backoff.most_ms;

  const duties = (): readonly Duty[] => {
    const list: Duty[] = [];
    for (const connection of [current, successor]) {
      if (connection === null || connection.readyMs !== null) continue;
      list.push({ dueMs: connection.dialedMs + timeoutMs, act: () => giveUp(connection) });
    }
    if (leaving !== null) {
      const old = leaving;
      const act = () => {
        leaving = null;
        old.close();
      };
      list.push({ dueMs: leavingUntilMs, act });
    }
    if (current === null) list.push({ dueMs: schedule.nextMs, act: () => void (current = dial()) });
    else if (current.readyMs !== null) list.push(...dutiesOfReady(current));
    return list;
  };
  const dutiesOfReady = (ready: Connection): readonly Duty[] => {
    const quietMs = quietSince(ready);
    const list: Duty[] = [{
      dueMs: Math.max(ready.lastSignMs, pingedMs) + Math.max(stallMs, PING_EVERY_MS_MIN),
      act() {
        pingedMs = elapsed.now();
        ready.ping();
      },
    }];
    if (toldQuietMs !== quietMs) list.push({ dueMs: quietMs + stallMs, act: () => tellStall(quietMs) });
    if (successor === null && leaving === null) {
      const wantedMs = ready.isEnding
        ? -Infinity
        : Math.min(quietMs + stallMs, ready.dialedMs + renewAfterMs);
      list.push({ dueMs: Math.max(wantedMs, schedule.nextMs), act: () => dialSuccessor(ready) });
    }
    return list;
  };

  /** Does all that is due, by what is the case now, and sleeps until the next thing is. */
  const review = () => {
    while (isRunning) {
      const duty = duties().reduce((first, next) => next.dueMs < first.dueMs ? next : first);
      const waitMs = duty.dueMs - elapsed.now();
      if (waitMs > 0) return timer.set(waitMs, review);
      duty.act();
    }
  };

  return {
    get isConnected() {
      return current?.state === "ready";
    },
    get isStalled() {
      return current?.state === "ready" && isSilent(current);
    },
    get trouble() {
      return trouble;
    },
    start: review,
    stop() {
      isRunning = false;
      timer.clear();
      for (const connection of [current, successor, leaving]) connection?.close();
      current = successor = leaving = null;
      endSilence(tally, elapsed.now(), stallMs);
    },
  };
}
