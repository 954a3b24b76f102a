import type { HostLine, SeenEvent } from "../../src/core/ai_mail.ts";
import { tickOfMessage } from "../../src/streams/sources/binance/tick_of_message.ts";
import { embeddedMarket } from "../../src/streams/sources/embedded/embedded_market.ts";

/** What the AI would be told of a night of the embedded market, batch by batch. */

export type Batch = Extract<HostLine, { readonly type: "batch" }>;

export interface AiNightOptions {
  readonly seed: number;
  readonly durationMs: number;
  readonly symbols?: readonly string[];
  readonly ticksPerS?: number;
  readonly stepMs?: number;
}

export const AI_SYMBOLS: readonly string[] = ["BTCUSDT", "ETHUSDT"];
export const AI_START_TS: number = Date.UTC(2026, 10, 21, 22);
const TICK = { venue: "embedded", priceSource: "embedded" };

export function* aiNight(options: AiNightOptions): Generator<Batch> {
  const { seed, durationMs, symbols = AI_SYMBOLS, ticksPerS = 10, stepMs = 1000 } = options;
  const market = embeddedMarket({ seed, symbols, startTs: AI_START_TS, ticksPerS });
  const state = market.initial();
  let events: SeenEvent[] = [];
  let seq = 0;
  for (let ts = AI_START_TS + stepMs; ts <= AI_START_TS + durationMs; ts += stepMs) {
    while (state.nextTs <= ts) {
      const at = state.nextTs;
      for (const message of market.step(state, at)[1]) {
        const payload = tickOfMessage(message, TICK);
        if (typeof payload === "string") throw new Error(payload);
        events.push({ type: "market_tick", ts: at, payload });
      }
    }
    yield { type: "batch", seq: ++seq, ts, dropped: 0, events };
    events = [];
  }
}
