import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import type { Dialer, Socket, SocketListener } from "../core/ports.ts";
import { connectionFault } from "./connection_fault.ts";

/**
 * WebSocket connections of the program. Every way in which one can fail ends in one `closed` with a reason for a
 * reader; nothing is thrown, and nothing is believed of the other side but what the protocol proves.
 */
export const webSocketDialer: Dialer = {
  dial(url, { timeoutMs, frameBytesMax }, listener) {
    let webSocket: WebSocket;
    try {
      webSocket = new WebSocket(url, {
        perMessageDeflate: false, // 90 µs a message otherwise
        maxPayload: frameBytesMax,
        followRedirects: false,
        ...CLOSE_WITHIN,
      });
    } catch (error) {
      return closedSocket(listener, `Cannot connect: ${connectionFault(error)}`);
    }
    return listenTo(webSocket, { timeoutMs, frameBytesMax, listener });
  },
};

/** For the answer to our close frame, then the line is cut. */
const CLOSE_WITHIN = { closeTimeout: 1000 };

/** What `dial` gives where nothing was opened. The listener hears of it right behind `dial`, never inside. */
export function closedSocket(listener: Pick<SocketListener, "closed">, reason: string): Socket {
  queueMicrotask(() => listener.closed(reason));
  return { send() {}, ping() {}, close() {} };
}

function listenTo(
  webSocket: WebSocket,
  options: {
    readonly timeoutMs: number;
    readonly frameBytesMax: number;
    readonly listener: SocketListener;
  },
): Socket {
  const { timeoutMs, frameBytesMax, listener } = options;
  /** The first cause: what follows from it says less. */
  let reason: string | null = null;
  const end = (cause: string) => {
    reason ??= cause;
    webSocket.terminate();
  };
  const isOpen = () => reason === null && webSocket.readyState === WebSocket.OPEN;
  // for the whole handshake: a library that waits for silence would wait on while headers drip in
  const handshakeTimer = setTimeout(
    () => end(`No connection within ${timeoutMs} ms`),
    timeoutMs,
  );

  webSocket.on("open", () => {
    clearTimeout(handshakeTimer);
    if (isOpen()) listener.opened();
  });
  webSocket.on("message", (bytes: Uint8Array, isBinary: boolean) => {
    if (isOpen()) listener.received(isBinary ? new Uint8Array(bytes) : bytes.toString());
  });
  webSocket.on("ping", () => isOpen() && listener.signed());
  webSocket.on("pong", () => isOpen() && listener.signed());
  webSocket.on("unexpected-response", (_, answer) => end(refusalText(answer)));
  webSocket.on("error", (error) => end(faultText(error, frameBytesMax)));
  webSocket.on("close", (code, goodbye) => {
    clearTimeout(handshakeTimer);
    listener.closed(reason ?? closeText(code, goodbye.toString()));
  });

  return {
    send: (text) => isOpen() && webSocket.send(text),
    ping: () => isOpen() && webSocket.ping(),
    close: () => end("Closed by us"),
  };
}

function refusalText({ statusCode, headers }: IncomingMessage): string {
  const retryAfter = headers["retry-after"];
  const wait = retryAfter === undefined ? "" : `, Retry-After ${JSON.stringify(retryAfter)}`;
  return `Connection refused with HTTP ${statusCode}${wait}`;
}

/** A frame at fault comes first in it: the feed counts it by that. */
function faultText(error: Error, frameBytesMax: number): string {
  const code = "code" in error ? error.code : undefined;
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") return `Frame is longer than ${frameBytesMax} bytes`;
  if (typeof code === "string" && code.startsWith("WS_ERR_")) {
    return `Frame breaks the protocol: ${error.message}`;
  }
  return connectionFault(error);
}

/** RFC 6455, 7.1.5: 1005 and 1006 stand for a close frame without a code, and for none. */
function closeText(code: number, goodbye: string): string {
  if (code === 1006) return "Connection broke off without a close frame";
  const said = goodbye === "" ? "" : ` and ${JSON.stringify(goodbye)}`;
  return `Closed by the other side with code ${code === 1005 ? "none" : code}${said}`;
}
