import type { BookTick, TradeTick } from "../../../core/event.ts";
import type { Clock, Dialer, Socket } from "../../../core/ports.ts";
import {
  type BadFrame,
  type Frame,
  frameAtFault,
  type FrameOptions,
  readFrame,
  type Reply,
} from "./read_frame.ts";

/**
 * One connection to the venue's streams: dialed, subscribed, and proved to have what was asked for, before it counts
 * as ready. It never dials again; that is its owner's decision.
 */
export type ConnectionState = "dialing" | "subscribing" | "proving" | "ready" | "closed";

export interface Connection {
  readonly state: ConnectionState;
  readonly dialedMs: number;
  readonly readyMs: number | null;
  /** Of the last tick. */
  readonly lastTickMs: number | null;
  /** Of the last message, ping or pong. */
  readonly lastSignMs: number;
  /** The venue has said that it will cut it. */
  readonly isEnding: boolean;
  ping(): void;
  /** Nothing is heard of it any more. */
  close(): void;
}

export interface ConnectionListener {
  /** Something came, whatever it was. */
  signed(nowMs: number, isFrame: boolean): void;
  ticked(tick: TradeTick | BookTick, nowMs: number): void;
  unusable(frame: BadFrame, message: string | Uint8Array): void;
  ending(): void;
  ready(): void;
  /** Not by us. It was refused where it never opened. */
  lost(reason: string, wasRefused: boolean): void;
  /** Ours: nothing of it may vanish. */
  failed(error: unknown): void;
}

export interface ConnectionOptions {
  readonly wsUrl: string;
  readonly timeoutMs: number;
  readonly frames: FrameOptions;
  readonly dialer: Dialer;
  readonly elapsed: Clock;
}

const SUBSCRIBE_ID = 1;
const LIST_ID = 2;

export function connect(options: ConnectionOptions, listener: ConnectionListener): Connection {
  const { wsUrl, timeoutMs, frames, dialer, elapsed } = options;
  const streams = [...frames.streams.keys()];
  let state: ConnectionState = "dialing";
  const dialedMs = elapsed.now();
  let readyMs: number | null = null;
  let lastTickMs: number | null = null;
  let lastSignMs = dialedMs;
  let isEnding = false;

  const sign = (isFrame: boolean) => {
    lastSignMs = elapsed.now();
    listener.signed(lastSignMs, isFrame);
  };
  const close = () => {
    state = "closed";
    socket.close();
  };
  const refuse = (detail: string, message: string) => {
    listener.unusable({ kind: "bad", code: "SUBSCRIPTION_REFUSED", detail }, message);
    if (state === "closed") return;
    close();
    listener.lost(detail, false);
  };
  const takeReply = (reply: Reply, message: string) => {
    const awaited = state === "subscribing" ? SUBSCRIBE_ID : state === "proving" ? LIST_ID : null;
    if (awaited === null || (reply.id ?? awaited) !== awaited) {
      const said = reply.refusal === null ? "" : `; it says ${reply.refusal}`;
      const wanted = awaited === null ? "none" : `one to ${awaited}`;
      const detail = `Reply is to ${reply.id}, expected ${wanted}${said}`;
      listener.unusable({ kind: "bad", code: "FRAME_UNKNOWN", detail }, message);
    } else if (reply.refusal !== null) refuse(`Subscription was refused: ${reply.refusal}`, message);
    else if (state === "subscribing") {
      state = "proving";
      socket.send(JSON.stringify({ method: "LIST_SUBSCRIPTIONS", id: LIST_ID }));
    } else if (!isSameSet(reply.result, streams)) {
      refuse(`Subscribed are other streams than the ${streams.length} asked for`, message);
    } else {
      state = "ready";
      readyMs = elapsed.now();
      listener.ready();
    }
  };
  const take = (frame: Frame, message: string | Uint8Array) => {
    switch (frame.kind) {
      case "trade":
      case "book":
        lastTickMs = lastSignMs;
        return listener.ticked(frame, lastSignMs);
      case "bad":
        return listener.unusable(frame, message);
      case "reply":
        return takeReply(frame, message as string);
      case "shutdown":
        isEnding = true;
        return listener.ending();
    }
  };
  /** Nothing may be thrown into a socket, and nothing is heard once we have closed. */
  const guarded = (work: () => void) => {
    if (state === "closed") return;
    try {
      work();
    } catch (error) {
      listener.failed(error);
    }
  };

  const socket: Socket = dialer.dial(`${wsUrl}/stream`, { timeoutMs, frameBytesMax: frames.bytesMax }, {
    opened: () =>
      guarded(() => {
        state = "subscribing";
        sign(false);
        socket.send(JSON.stringify({ method: "SUBSCRIBE", params: streams, id: SUBSCRIBE_ID }));
      }),
    received: (message) =>
      guarded(() => {
        sign(true);
        take(readFrame(message, frames), message);
      }),
    signed: () => guarded(() => sign(false)),
    closed: (reason) =>
      guarded(() => {
        const wasRefused = state === "dialing";
        const frame = frameAtFault(reason);
        if (frame !== null) {
          sign(true);
          listener.unusable(frame, "");
        }
        if (state === "closed") return; // by whoever heard of the frame
        state = "closed";
        listener.lost(reason, wasRefused);
      }),
  });

  return {
    get state() {
      return state;
    },
    dialedMs,
    get readyMs() {
      return readyMs;
    },
    get lastTickMs() {
      return lastTickMs;
    },
    get lastSignMs() {
      return lastSignMs;
    },
    get isEnding() {
      return isEnding;
    },
    ping: () => socket.ping(),
    close,
  };
}

function isSameSet(listed: unknown, streams: readonly string[]): boolean {
  if (!Array.isArray(listed)) return false;
  const names = new Set<unknown>(listed);
  return names.size === streams.length && streams.every((name) => names.has(name));
}
