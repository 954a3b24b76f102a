/**
 * Which streams a feed must have, and what each may say. A feed without a symbol would be healthy and say nothing,
 * so it is refused.
 */
export interface SubscribedStream {
  readonly symbol: string;
  readonly kind: "trade" | "book";
}
/** By the venue's name of the stream, which is in lower case. */
export type SubscribedStreams = ReadonlyMap<string, SubscribedStream>;

/** The venue's limit of a connection. */
const STREAMS_MAX = 1024;

export function subscribedStreams(symbols: readonly string[]): SubscribedStreams {
  if (symbols.length === 0) throw new Error("No symbol given, expected at least one");
  const streams = new Map<string, SubscribedStream>();
  for (const symbol of symbols) {
    const name = symbol.toLowerCase();
    if (streams.has(`${name}@trade`)) {
      throw new Error(`Symbol "${symbol}" is given twice, expected each once`);
    }
    streams.set(`${name}@trade`, { symbol, kind: "trade" });
    streams.set(`${name}@bookTicker`, { symbol, kind: "book" });
  }
  if (streams.size > STREAMS_MAX) {
    throw new Error(`${symbols.length} symbols are ${streams.size} streams, expected at most ${STREAMS_MAX}`);
  }
  return streams;
}
