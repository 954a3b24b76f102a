import type { SchedulerAction, SchedulerLike } from "rxjs";
import type { VenueFault } from "../../../core/config.ts";
import type { Machine } from "../../../core/machine.ts";
import type { Clock, Venue, VenueAnswer } from "../../../core/ports.ts";
import type { VenueMessage } from "../binance/venue_message.ts";
import type { MarketState } from "./embedded_market.ts";
import { embeddedSymbol } from "./symbols.ts";
import { type VenueAccount, venueAccount } from "./venue_account.ts";
import { venueBadFrame } from "./venue_bad_frame.ts";
import { venueFaults } from "./venue_faults.ts";
import { venueError, venueRest } from "./venue_rest.ts";
import { spoiledAnswer } from "./venue_rest_faults.ts";
import { streamRequest, type VenueConnection, venueSession } from "./venue_session.ts";
import { venueTrades } from "./venue_trades.ts";

/**
 * The made-up market behind the venue's own protocol: it goes on by the clock whether or not somebody listens, and
 * does wrong what its faults say, with an honest account of it. It opens no port: that is its server's work.
 */
export interface EmbeddedVenue extends Venue {
  /**
   * Lets happen all that is due by now before anybody is connected, as in a run that goes on: the market was there all
   * the while. Faults that were meant for a listener are over.
   */
  passOver(): void;
  /** Tells every connection that the venue is about to go. */
  announceShutdown(): void;
  /** What it did wrong so far. */
  account(): VenueAccount;
  /** Stops the market and cuts all connections. */
  close(): void;
}

export interface EmbeddedVenueOptions {
  readonly market: Machine<MarketState, number, VenueMessage>;
  readonly symbols: readonly string[];
  /** As the market's: for how many trades a day it claims. */
  readonly ticksPerS: number;
  readonly faults: readonly VenueFault[];
  /** The log's time: that of the market and of the faults. */
  readonly clock: Clock;
  /** Milliseconds of the log a real millisecond. */
  readonly speed: number;
  /** Its time is the real one: that of pings and of message limits. */
  readonly scheduler: SchedulerLike;
  readonly startTs: number;
}

/** Steps in one go before the event loop gets its turn. */
const SLICE_STEPS = 4000;
/** A longer wait is done in parts: a laptop may sleep, the clock may be set, and connections want watching. */
const WAIT_MS_MAX = 1000;
const TRADES_KEPT = 20_000;
const CONNECTIONS_MAX = 64;
/** Of the market's messages, about. */
const TRADE_SHARE = 0.4;
const DAY_S = 86_400;

export function embeddedVenue(options: EmbeddedVenueOptions): EmbeddedVenue {
  const { market, clock, speed, scheduler, startTs } = options;
  const symbols = new Map(
    options.symbols.map((
      symbol,
    ) => [symbol, { rules: embeddedSymbol(symbol).rules, trades: venueTrades(TRADES_KEPT) }]),
  );
  const tradesPerDay = Math.round(options.ticksPerS * TRADE_SHARE * DAY_S);
  /** Whose trades a gap takes. */
  const gapSymbol = options.symbols[0];
  const faults = venueFaults(options.faults, startTs);
  const account = venueAccount();
  const connections = new Set<VenueConnection>();
  let state = market.initial();
  let isInGap = false;
  let minute = 0;
  let usedWeight = 0;

  function happen(message: VenueMessage, ts: number): void {
    const isTrade = "e" in message;
    if (isTrade) symbols.get(message.s)!.trades.push(message);
    const stream = message.s.toLowerCase() + (isTrade ? "@trade" : "@bookTicker");
    const receivers = [...connections].filter((connection) => connection.wants(stream));
    if (receivers.length === 0) return; // nobody could tell that anything went wrong
    if (faults.msLeft("stall", ts) > 0) {
      if (isTrade) account.stalledTrades++;
      return;
    }
    if (isTrade && message.s === gapSymbol) {
      const wasInGap = isInGap;
      isInGap = faults.spend("gap");
      if (isInGap && !wasInGap) account.gaps++;
      if (isInGap) account.withheldTrades++;
      if (isInGap) return;
    }
    const isBadFirst = faults.spend("bad_frame");
    const isTwice = faults.spend("duplicate");
    const data = JSON.stringify(message);
    for (const connection of receivers) {
      const frame = connection.frameOf(stream, data);
      if (isBadFirst) connection.client.send(venueBadFrame(account.badFrames, frame));
      connection.client.send(frame);
      if (isTwice) connection.client.send(frame);
    }
    if (isBadFirst) account.badFrames++;
    if (isTwice) account.duplicates++;
  }

  function begin({ kind }: VenueFault): void {
    if (kind === "stall") account.stalls++;
    if (kind !== "disconnect" || connections.size === 0) return;
    account.disconnects++;
    account.cutConnections += connections.size;
    cutAll();
  }

  function cutAll(): void {
    const open = [...connections];
    connections.clear(); // from now on they get nothing, whenever their end is told
    for (const { client } of open) client.close(null);
  }

  /** All that is due by the clock, at its own time and in order; a fault goes before a message of the same time. */
  function catchUp(): void {
    for (let count = 0; count < SLICE_STEPS; count++) {
      const dueTs = Math.min(state.nextTs, faults.nextTs);
      if (dueTs > clock.now()) return;
      if (faults.nextTs === dueTs) {
        begin(faults.begin());
        continue;
      }
      const [next, messages] = market.step(state, dueTs);
      state = next;
      for (const message of messages) happen(message, dueTs);
    }
  }

  function runAgain(this: SchedulerAction<void>): void {
    catchUp();
    for (const connection of [...connections]) connection.watch();
    const waitMs = (Math.min(state.nextTs, faults.nextTs) - clock.now()) / speed;
    this.schedule(undefined, Math.min(Math.max(waitMs, 0), WAIT_MS_MAX));
  }
  const running = scheduler.schedule(runAgain);

  function weigh(weight: number, nowTs: number): string {
    const nowMinute = Math.floor(nowTs / 60_000);
    usedWeight = (nowMinute === minute ? usedWeight : 0) + weight;
    minute = nowMinute;
    return String(usedWeight);
  }

  return {
    refusal(path) {
      if (streamRequest(path) === null) return venueError(404, -1020, "This operation is not supported.");
      return connections.size < CONNECTIONS_MAX ? null : venueError(429, -1003, "Too many connections.");
    },
    accept(path, client) {
      const request = streamRequest(path);
      if (request === null) throw new Error(`No stream at ${JSON.stringify(path)}, expected /ws or /stream`);
      const connection = venueSession(client, request, {
        nowMs: () => scheduler.now(),
        onClosed: (closed) => connections.delete(closed),
      });
      connections.add(connection);
      account.connections++;
      return connection;
    },
    answer(method, path): VenueAnswer {
      catchUp();
      const nowTs = clock.now();
      const honest = venueRest(method, path, { nowTs, symbols, tradesPerDay });
      const { status, body, delayMs, headers } = spoiledAnswer(honest, { faults, nowTs, speed, account });
      const used = weigh(honest.weight, nowTs);
      return { status, body, delayMs, headers: { ...headers, "x-mbx-used-weight-1m": used } };
    },
    passOver() {
      while (Math.min(state.nextTs, faults.nextTs) <= clock.now()) catchUp();
      for (const kind of ["gap", "duplicate", "bad_frame"] as const) while (faults.spend(kind));
    },
    announceShutdown() {
      account.shutdowns++;
      const data = JSON.stringify({ e: "serverShutdown", E: clock.now() });
      for (const connection of [...connections]) {
        connection.client.send(connection.frameOf("!serverShutdown", data));
      }
    },
    account: () => ({ ...account }),
    close() {
      running.unsubscribe();
      cutAll();
    },
  };
}
