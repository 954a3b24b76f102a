import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { clearTimeout, setTimeout } from "node:timers";
import { type WebSocket, WebSocketServer } from "ws";
import type { Venue, VenueAnswer, VenueClient } from "../core/ports.ts";

/**
 * Gives a venue a port on 127.0.0.1: frames and requests in, frames and answers out. It knows the protocol of the
 * line and nothing of what is said on it, and never keeps a finished process alive.
 */
export interface VenueServer {
  readonly port: number;
  readonly wsUrl: string;
  readonly restUrl: string;
  /** Ends all connections; resolves when the port is free and every session has heard of its end. */
  close(): Promise<void>;
}

const HOST = "127.0.0.1";
const FRAME_BYTES_MAX = 65_536;
/** What a client that does not read may leave with us. */
const UNREAD_BYTES_MAX = 8_388_608;
const REQUEST_WITHIN_MS = 10_000;
/** For the answer to our close frame, then the line is cut. */
const CLOSE_WITHIN = { closeTimeout: 1000 };

export function serveVenue(venue: Venue): Promise<VenueServer> {
  const server = createServer({ requestTimeout: REQUEST_WITHIN_MS, keepAlive: false });
  const upgrades = new WebSocketServer({
    noServer: true,
    maxPayload: FRAME_BYTES_MAX,
    perMessageDeflate: false,
    ...CLOSE_WITHIN,
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket.unref());
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("request", (request, response) => {
    request.resume(); // a body is nothing that we want
    later(venue.answer(request.method ?? "", request.url ?? ""), response);
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = request.url ?? "";
    const refusal = venue.refusal(path);
    if (refusal !== null) return refuse(socket, refusal);
    upgrades.handleUpgrade(request, socket, head, (webSocket) => connect(venue, path, webSocket, socket));
  });
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, HOST, () => {
      const { port } = server.address() as AddressInfo;
      server.unref();
      resolve({
        port,
        wsUrl: `ws://${HOST}:${port}`,
        restUrl: `http://${HOST}:${port}`,
        close: () =>
          new Promise((closed) => {
            server.ref(); // whoever waits for this end is not finished
            server.close(() => upgrades.close(() => closed())); // the sessions hear of it first
            for (const socket of sockets) socket.ref().destroy();
          }),
      });
    });
  });
}

function later(answer: VenueAnswer, response: ServerResponse): void {
  const send = () => {
    response.writeHead(answer.status, { ...answer.headers, connection: "close" });
    response.end(answer.body);
  };
  if (answer.delayMs === 0) return send();
  const timer = setTimeout(send, answer.delayMs);
  timer.unref();
  response.on("close", () => clearTimeout(timer));
}

function refuse(socket: Duplex, { status, headers, body }: VenueAnswer): void {
  const length = new TextEncoder().encode(body).length;
  const fields = Object.entries({ ...headers, "content-length": String(length), connection: "close" });
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.on("error", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines}\r\n${body}`);
}

function connect(venue: Venue, path: string, webSocket: WebSocket, socket: Duplex): void {
  const session = venue.accept(path, clientOf(webSocket, socket));
  webSocket.on("message", (bytes: Uint8Array, isBinary: boolean) => {
    session.received(isBinary ? new Uint8Array(bytes) : bytes.toString());
  });
  webSocket.on("ping", () => session.pinged());
  webSocket.on("pong", (payload) => session.ponged(payload.toString()));
  webSocket.on("error", () => webSocket.terminate()); // a frame that breaks the protocol: `close` follows
  webSocket.on("close", () => session.closed());
}

function clientOf(webSocket: WebSocket, socket: Duplex): VenueClient {
  // of a line that broke the library hears a turn later: until then each frame would cost an error of its own
  const isOpen = () => webSocket.readyState === webSocket.OPEN && socket.writable;
  return {
    send(frame) {
      if (!isOpen()) return;
      if (webSocket.bufferedAmount > UNREAD_BYTES_MAX) webSocket.terminate();
      else webSocket.send(frame);
    },
    ping(payload) {
      if (isOpen()) webSocket.ping(payload);
    },
    close(goodbye) {
      if (goodbye === null) webSocket.terminate();
      else webSocket.close(goodbye.code, goodbye.reason);
    },
  };
}
