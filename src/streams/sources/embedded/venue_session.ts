import type { VenueClient, VenueSession } from "../../../core/ports.ts";
import { isStreamName, STREAMS_MAX, venueControl } from "./venue_control.ts";

/**
 * One connection as the venue sees it: what it is subscribed to, in which form it gets its messages, and whether it
 * keeps to the rules (answers pings, does not talk too much). It knows nothing of the market.
 */
export interface VenueConnection extends VenueSession {
  readonly client: VenueClient;
  wants(stream: string): boolean;
  /** `data` in the form of this connection. */
  frameOf(stream: string, data: string): string;
  /** Pings when it is time, and cuts a connection that answers none. */
  watch(): void;
}

/** What a path asks for. */
export interface StreamRequest {
  /** Messages come as {"stream","data"}. */
  readonly isCombined: boolean;
  readonly streams: readonly string[];
}

const PING_EVERY_MS = 20_000;
const PONG_WITHIN_MS = 60_000;
const MESSAGES_MAX = 5;
const MESSAGES_WINDOW_MS = 1000;

/** /ws, /ws/<stream>/<stream>, /stream, /stream?streams=<stream>/<stream>; null for anything else. */
export function streamRequest(path: string): StreamRequest | null {
  const [place, query = ""] = path.split("?", 2) as [string, string?];
  const isCombined = place === "/stream";
  if (!isCombined && place !== "/ws" && !place.startsWith("/ws/")) return null;
  const names = isCombined ? new URLSearchParams(query).get("streams") ?? "" : place.slice("/ws/".length);
  const streams = names === "" ? [] : names.split("/");
  return streams.length <= STREAMS_MAX && streams.every(isStreamName) ? { isCombined, streams } : null;
}

export function venueSession(
  client: VenueClient,
  request: StreamRequest,
  options: { readonly nowMs: () => number; readonly onClosed: (connection: VenueConnection) => void },
): VenueConnection {
  const { nowMs, onClosed } = options;
  const streams = new Set(request.streams);
  /** When the last messages came. */
  const arrivedMs: number[] = [];
  /** Pings without an answer, the oldest first: three of them, and the connection is cut. */
  const unanswered: { readonly payload: string; readonly sentMs: number }[] = [];
  let nextPingMs = nowMs() + PING_EVERY_MS;
  let isOpen = true;

  const hangUp = (reason: string) => {
    if (!isOpen) return;
    isOpen = false;
    client.close({ code: 1008, reason });
  };
  /** Counts whatever the client sends; false once it is too much. */
  const isTaken = (): boolean => {
    if (!isOpen) return false;
    const now = nowMs();
    while (arrivedMs.length > 0 && arrivedMs[0]! <= now - MESSAGES_WINDOW_MS) arrivedMs.shift();
    arrivedMs.push(now);
    if (arrivedMs.length > MESSAGES_MAX) hangUp("Too many requests");
    return isOpen;
  };

  const connection: VenueConnection = {
    client,
    wants: (stream) => isOpen && streams.has(stream),
    frameOf: (stream, data) =>
      request.isCombined ? `{"stream":${JSON.stringify(stream)},"data":${data}}` : data,
    received(message) {
      if (!isTaken()) return;
      client.send(venueControl(typeof message === "string" ? message : "", streams));
    },
    pinged() {
      isTaken();
    },
    ponged(payload) {
      if (!isTaken()) return;
      // one that nobody asked for proves nothing
      unanswered.splice(0, unanswered.findIndex((ping) => ping.payload === payload) + 1);
    },
    watch() {
      const now = nowMs();
      if (!isOpen) return;
      if (unanswered.length > 0 && now - unanswered[0]!.sentMs >= PONG_WITHIN_MS) {
        return hangUp("Pong timeout");
      }
      if (now < nextPingMs) return;
      nextPingMs = now + PING_EVERY_MS;
      const payload = String(now);
      unanswered.push({ payload, sentMs: now });
      client.ping(payload);
    },
    closed() {
      isOpen = false;
      onClosed(connection);
    },
  };
  return connection;
}
