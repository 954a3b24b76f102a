import { type AddressInfo, createServer, type Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

/** The far end of a connection in tests: on 127.0.0.1, ended when the work is. */

/** Does the work with a port whose connections are handed to `onConnection`. */
export async function withRawServer(
  onConnection: (socket: Socket) => void,
  work: (port: number) => Promise<void>,
): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await work((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Reads nothing but the request's head, then answers with these bytes and ends. */
export function answering(text: string): (socket: Socket) => void {
  return (socket) => socket.once("data", () => socket.end(text));
}

/** Does the work with a WebSocket server whose connections are handed to `onConnection`. */
export async function withSocketServer(
  onConnection: (socket: WebSocket) => void,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  await new Promise<void>((resolve) => server.once("listening", resolve));
  server.on("connection", onConnection);
  try {
    await work(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** A port that was free a moment ago: nobody listens there. */
export async function deadPort(): Promise<number> {
  let port = 0;
  await withRawServer(() => {}, (free) => {
    port = free;
    return Promise.resolve();
  });
  return port;
}
