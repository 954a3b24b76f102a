import { type NetConnectOpts, Socket } from "node:net";

/** Makes every connection of this process to anything but loopback an error: a test that dials out is a broken test. */
export function refuseForeignDials(): void {
  const connect = Socket.prototype.connect as (...words: unknown[]) => Socket;
  Socket.prototype.connect = function (this: Socket, ...words: unknown[]): Socket {
    const host = hostOf(words);
    if (host !== null && !isLoopback(host)) {
      throw new Error(`A test dials ${JSON.stringify(host)}, only loopback is allowed`);
    }
    return connect.apply(this, words);
  } as typeof Socket.prototype.connect;
}

/** null for a socket in the file system. */
export function hostOf(words: readonly unknown[]): string | null {
  const first = Array.isArray(words[0]) ? words[0][0] : words[0];
  if (typeof first === "object" && first !== null) {
    const options = first as NetConnectOpts & { host?: string; path?: string };
    return options.path !== undefined ? null : options.host ?? "localhost";
  }
  if (typeof first === "string" && Number.isNaN(Number(first))) return null;
  return typeof words[1] === "string" ? words[1] : "localhost";
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
