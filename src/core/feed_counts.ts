/** What the market role has seen of its feed so far, from the start of the run, over all restarts. */
export interface FeedCounts {
  /** A connection is open and all its subscriptions are confirmed. */
  readonly connected: boolean;
  /** Since the last sign of life (message, ping, pong) on any connection. */
  readonly silent_ms: number;
  /** Connections that became ready. */
  readonly connects: number;
  /** Of these, how many took the place of one that was lost; a planned renewal is none. */
  readonly reconnects: number;
  readonly frames: number;
  readonly duplicates: number;
  /** Quotes left out because of market.book. */
  readonly conflated: number;
  readonly bad_frames: number;
  /** Time in which an open connection said nothing for longer than binance.stall_ms, from its last message on. */
  readonly stalled_ms: number;
}
