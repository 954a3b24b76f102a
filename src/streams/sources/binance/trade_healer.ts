import type { TradeTick } from "../../../core/event.ts";
import type { Clock } from "../../../core/ports.ts";
import { arrivalOf, type TradeGaps } from "../../../core/trade_gaps.ts";
import type { Backoff } from "./backoff.ts";
import type { OneTimer } from "./one_timer.ts";
import type { RestDoor, RestFailure } from "./rest_door.ts";
import type { TickOptions } from "./tick_of_message.ts";
import { tradesOfAnswer } from "./trades_of_answer.ts";

/**
 * Fetches the trades that are missing, one request at a time, for as long as any are. Whether that takes too long is
 * not for it to say.
 */
export interface TradeHealer {
  /** Something may be missing. */
  wake(): void;
  /** The venue is there again: no reason to wait any longer. */
  hurry(): void;
  stop(): void;
}

export interface TradeHealerOptions {
  readonly door: RestDoor;
  readonly gaps: ReadonlyMap<string, TradeGaps>;
  /** More than this of a symbol are not fetched. */
  readonly tradesMax: number;
  readonly tick: TickOptions;
  readonly backoff: Backoff;
  readonly elapsed: Clock;
  readonly timer: OneTimer;
  /** In ascending order, each still missing. */
  readonly onTrade: (trade: TradeTick) => void;
  readonly onFailure: (failure: RestFailure) => void;
  readonly onUnusable: (detail: string, body: string) => void;
  readonly onError: (error: unknown) => void;
}

const TRADES_EACH = 1000;
/** Some 150 bytes a trade; room for more. */
const ANSWER_BYTES_MAX = 1_000_000;
/** A request weighs 25 of the 6,000 that the venue allows in a minute: half of them at most. */
const SPACING_MS = 500;

export function tradeHealer(options: TradeHealerOptions): TradeHealer {
  const { door, gaps, tradesMax, elapsed, timer, backoff } = options;
  const symbols = [...gaps.keys()];
  /** Where the search begins, so that no symbol waits for another's to be healed. */
  let turn = 0;
  let isAsking = false;
  let isRunning = true;
  let notBeforeMs = -Infinity;
  let askedMs = -Infinity;

  const nextMissing = (): { readonly symbol: string; readonly fromId: number } | null => {
    for (let i = 0; i < symbols.length; i++) {
      const symbol = symbols[(turn + i) % symbols.length]!;
      const { missing, missingTrades } = gaps.get(symbol)!;
      if (missing.length === 0 || missingTrades > tradesMax) continue;
      turn = (turn + i + 1) % symbols.length;
      return { symbol, fromId: missing[0]!.fromId };
    }
    return null;
  };

  const wake = () => {
    if (!isRunning || isAsking || timer.isSet) return;
    const waitMs = notBeforeMs - elapsed.now();
    if (waitMs > 0) timer.set(waitMs, wake);
    else ask();
  };

  const ask = () => {
    const missing = nextMissing();
    if (missing === null) return;
    const { symbol, fromId } = missing;
    isAsking = true;
    askedMs = elapsed.now();
    const query = `symbol=${encodeURIComponent(symbol)}&fromId=${fromId}&limit=${TRADES_EACH}`;
    door.ask(`/api/v3/historicalTrades?${query}`, ANSWER_BYTES_MAX).then((answer) => {
      isAsking = false;
      if (!isRunning) return;
      const healed = answer.ok ? heal(symbol, answer.value, answer.body) : 0;
      if (!answer.ok) options.onFailure(answer);
      if (healed > 0) backoff.reset();
      const waitMs = healed > 0 ? 0 : Math.max(backoff.nextMs(), door.heldForMs);
      notBeforeMs = Math.max(askedMs + SPACING_MS, elapsed.now() + waitMs);
      wake();
    }).catch(options.onError);
  };

  /** How many were missing and are here now. */
  const heal = (symbol: string, value: unknown, body: string): number => {
    const trades = tradesOfAnswer(value, symbol, options.tick);
    if (typeof trades === "string") {
      options.onUnusable(trades, body);
      return 0;
    }
    let healed = 0;
    for (const trade of trades) {
      if (arrivalOf(gaps.get(symbol)!, trade.trade_id) !== "late") continue; // it came by itself, or is not ours to fetch
      options.onTrade(trade);
      healed++;
    }
    return healed;
  };

  return {
    wake,
    hurry() {
      backoff.reset();
      notBeforeMs = Math.max(askedMs + SPACING_MS, elapsed.now() + door.heldForMs);
      timer.clear();
      wake();
    },
    stop() {
      isRunning = false;
      timer.clear();
    },
  };
}
