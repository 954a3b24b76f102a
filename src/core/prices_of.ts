import type { Config } from "./config.ts";

export type Prices = "invented" | "live" | "recorded";

/** Live where the venue is Binance itself, whose test hosts make them up; whoever else speaks its protocol plays back. */
export function pricesOf({ source, binance: { ws_url, rest_url } }: Config): Prices {
  if (source === "embedded") return "invented";
  const hosts = [ws_url, rest_url].map((url) => new URL(url).hostname);
  if (!hosts.every((host) => /\.binance\.(?:com|vision)$/.test(host))) return "recorded";
  return hosts.some((host) => /testnet|demo/.test(host)) ? "invented" : "live";
}
