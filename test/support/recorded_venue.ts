import type { Venue, VenueAnswer, VenueClient } from "../../src/core/ports.ts";

/** A recording of the venue's frames, played again to whoever subscribes: the frames as they were, in their own time. */
export interface RecordedFrame {
  /** When it was received, in ms from the first. */
  readonly atMs: number;
  readonly stream: string;
  readonly text: string;
}

export interface RecordedVenue extends Venue {
  /** Frames sent to a client that had subscribed to their stream. */
  readonly sent: RecordedFrame[];
  /** Resolves when the last frame is sent. */
  readonly done: Promise<void>;
}

/** Frames of these streams from lines of `<receive ns> <frame>`. */
export function recordedFrames(text: string, streams: readonly string[]): readonly RecordedFrame[] {
  let firstNs: bigint | null = null;
  const frames: RecordedFrame[] = [];
  for (const line of text.split("\n")) {
    const space = line.indexOf(" ");
    const frame = line.slice(space + 1);
    const stream = /^\{"stream":"([^"]+)"/.exec(frame)?.[1];
    if (space < 1 || stream === undefined || !streams.includes(stream)) continue;
    const ns = BigInt(line.slice(0, space));
    firstNs ??= ns;
    frames.push({ atMs: Number((ns - firstNs) / 1_000_000n), stream, text: frame });
  }
  return frames;
}

const EXCHANGE_INFO = {
  symbols: [{
    symbol: "BTCUSDT",
    status: "TRADING",
    baseAsset: "BTC",
    quoteAsset: "USDT",
    filters: [
      {
        filterType: "PRICE_FILTER",
        minPrice: "0.01000000",
        maxPrice: "1000000.00000000",
        tickSize: "0.01000000",
      },
      { filterType: "LOT_SIZE", minQty: "0.00001000", maxQty: "9000.00000000", stepSize: "0.00001000" },
      { filterType: "NOTIONAL", minNotional: "5.00000000", applyMinToMarket: true, avgPriceMins: 5 },
    ],
  }],
};

export function recordedVenue(
  frames: readonly RecordedFrame[],
  options: { readonly speed: number; readonly nowMs: () => number },
): RecordedVenue {
  const { speed, nowMs } = options;
  const sent: RecordedFrame[] = [];
  let finish = () => {};
  const done = new Promise<void>((resolve) => finish = resolve);
  let next = 0;
  const play = (client: VenueClient, startMs: number): void => {
    const dueMs = (nowMs() - startMs) * speed;
    for (; next < frames.length && frames[next]!.atMs <= dueMs; next++) {
      client.send(frames[next]!.text);
      sent.push(frames[next]!);
    }
    if (next === frames.length) finish();
    else setTimeout(() => play(client, startMs), 5);
  };
  return {
    sent,
    done,
    refusal: () => null,
    accept(_path, client) {
      const streams = new Set<string>();
      return {
        received(message) {
          const { method, params, id } = JSON.parse(String(message));
          const isList = method === "LIST_SUBSCRIPTIONS";
          if (!isList) { for (const stream of params) streams.add(stream); }
          client.send(JSON.stringify({ result: isList ? [...streams] : null, id }));
          if (isList) setTimeout(() => play(client, nowMs()), 0);
        },
        pinged() {},
        ponged() {},
        closed() {},
      };
    },
    answer: (_method, path) => answerOf(path),
  };
}

function answerOf(path: string): VenueAnswer {
  const json = (value: unknown, status = 200): VenueAnswer => ({
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(value),
    delayMs: 0,
  });
  if (path.startsWith("/api/v3/time")) return json({ serverTime: Date.now() });
  if (path.startsWith("/api/v3/exchangeInfo")) return json(EXCHANGE_INFO);
  if (path.startsWith("/api/v3/ticker/24hr")) return json([{ symbol: "BTCUSDT", count: 3_000_000 }]);
  if (path.startsWith("/api/v3/ping")) return json({});
  return json({ code: -1, msg: "not recorded" }, 404);
}
