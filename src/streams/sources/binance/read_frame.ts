import type { BookTick, TradeTick } from "../../../core/event.ts";
import type { SubscribedStreams } from "./subscribed_streams.ts";
import { shown, tickOfMessage, type TickOptions } from "./tick_of_message.ts";

/**
 * One WebSocket message as what it is to us. Trusts nothing and never throws: whatever is not understood is a bad
 * frame with its reason.
 */
export type Frame = TradeTick | BookTick | Reply | ServerShutdown | BadFrame;

/** The venue's answer to a request of ours. */
export interface Reply {
  readonly kind: "reply";
  /** null where the venue could not read the request's own. */
  readonly id: number | null;
  readonly result: unknown;
  /** What the venue has against the request; null = nothing. */
  readonly refusal: string | null;
}

/** The venue will soon cut the connection. */
export interface ServerShutdown {
  readonly kind: "shutdown";
}

export interface BadFrame {
  readonly kind: "bad";
  readonly code: BadFrameCode;
  readonly detail: string;
}
export type BadFrameCode =
  | "FRAME_BINARY"
  | "FRAME_TOO_LONG"
  | "FRAME_BROKEN"
  | "FRAME_NOT_JSON"
  | "FRAME_UNKNOWN"
  | "TICK_UNUSABLE"
  | "SUBSCRIPTION_REFUSED";

export interface FrameOptions {
  readonly streams: SubscribedStreams;
  readonly tick: TickOptions;
  readonly bytesMax: number;
}

const SHUTDOWN: ServerShutdown = { kind: "shutdown" };

export function readFrame(message: string | Uint8Array, options: FrameOptions): Frame {
  const { length } = message;
  if (typeof message !== "string") return bad("FRAME_BINARY", `Frame is ${length} bytes, expected text`);
  if (length > options.bytesMax) { // the port has a limit too; a character is at least a byte
    return bad("FRAME_TOO_LONG", `Frame has ${length} characters, expected at most ${options.bytesMax}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    return bad("FRAME_NOT_JSON", `Frame is ${shown(message)}, expected JSON`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return bad("FRAME_UNKNOWN", `Frame is ${shown(value)}, expected a JSON object`);
  }
  const { stream, data } = value as { readonly stream?: unknown; readonly data?: unknown };
  if (stream !== undefined) return streamFrame(stream, data, options);
  return isShutdown(value) ? SHUTDOWN : replyFrame(value);
}

function streamFrame(stream: unknown, data: unknown, { streams, tick: options }: FrameOptions): Frame {
  const expected = streams.get(stream as string);
  if (expected === undefined) {
    if (stream === "!serverShutdown" && isShutdown(data)) return SHUTDOWN;
    return bad("FRAME_UNKNOWN", `Stream is ${shown(stream)}, expected one that was subscribed to`);
  }
  const tick = tickOfMessage(data, options);
  if (typeof tick === "string") return bad("TICK_UNUSABLE", tick);
  if (tick.symbol !== expected.symbol || tick.kind !== expected.kind) {
    return bad("TICK_UNUSABLE", `Stream ${shown(stream)} holds a ${tick.kind} of "${tick.symbol}"`);
  }
  return tick as TradeTick | BookTick;
}

function isShutdown(value: unknown): boolean {
  return typeof value === "object" && value !== null && (value as { e?: unknown }).e === "serverShutdown";
}

function replyFrame(value: object): Frame {
  const { id, result, code, msg, error } = value as {
    readonly [K in "id" | "result" | "code" | "msg" | "error"]?: unknown;
  };
  const isRefusal = code !== undefined || error !== undefined;
  const isId = Number.isSafeInteger(id) || (isRefusal && (id === undefined || id === null));
  if (!isId || (result === undefined && !isRefusal)) {
    return bad("FRAME_UNKNOWN", `Frame has the keys ${shown(Object.keys(value).join())}, expected a message`);
  }
  // the newer form has both inside `error`
  const inner = (typeof error === "object" && error !== null ? error : { code: error }) as {
    readonly [K in "code" | "msg"]?: unknown;
  };
  const refusal = isRefusal ? `code ${shown(code ?? inner.code)}, ${shown(msg ?? inner.msg ?? "")}` : null;
  return { kind: "reply", id: (id as number | null | undefined) ?? null, result, refusal };
}

/** What ended its connection before it was a message, by the port's reason; null where no frame was to blame. */
export function frameAtFault(reason: string): BadFrame | null {
  if (reason.startsWith("Frame is longer ")) return bad("FRAME_TOO_LONG", reason);
  return reason.startsWith("Frame breaks ") ? bad("FRAME_BROKEN", reason) : null;
}

function bad(code: BadFrameCode, detail: string): BadFrame {
  return { kind: "bad", code, detail };
}
