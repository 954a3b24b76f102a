import type { Dialer, HttpGet } from "../core/ports.ts";
import { httpGet } from "./http_get.ts";
import { closedSocket, webSocketDialer } from "./web_socket.ts";

/** The program's only way to another machine. Each connection is asked about before it is opened. */
export interface Network {
  readonly dialer: Dialer;
  readonly get: HttpGet;
}

/** Asks nobody: for whoever stands behind a guard. */
export const openNetwork: Network = { dialer: webSocketDialer, get: httpGet };

/** `refusal` says why a URL may not be dialed, or null. */
export function guardedNetwork(
  refusal: (url: string) => string | null,
  open: Network = openNetwork,
): Network {
  return {
    dialer: {
      dial(url, options, listener) {
        const why = refusal(url);
        return why === null ? open.dialer.dial(url, options, listener) : closedSocket(listener, why);
      },
    },
    get(url, options) {
      const why = refusal(url);
      return why === null ? open.get(url, options) : Promise.reject(new Error(why));
    },
  };
}
