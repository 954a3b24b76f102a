import type { Config } from "../../src/core/config.ts";
import type { Event, EventType, MarketTick } from "../../src/core/event.ts";
import { BrokenInvariant, SimLedger, unitsOf } from "./sim_ledger.ts";
import { SimLimits } from "./sim_limits.ts";
import { SimOrders } from "./sim_orders.ts";

/**
 * What holds behind every event of every night, reckoned from the log alone. Takes events one by one and throws where
 * something is broken.
 */
export interface SimInvariants {
  readonly ledger: SimLedger;
  readonly stoppedBy: string | null;
  readonly counts: ReadonlyMap<EventType, number>;
  take(event: Event): void;
  /** The log is complete: nothing is left over. */
  end(): void;
}

const TRADING: ReadonlySet<EventType> = new Set(["order_intent", "fill"]);
const STATUS_TRADING: ReadonlySet<string> = new Set(["ACCEPTED", "PARTIAL", "FILLED"]);

export function simInvariants(config: Pick<Config, "strategy" | "risk" | "execution">): SimInvariants {
  const ids = new Set<string>();
  const trades = new Set<string>();
  const ledger = new SimLedger(new Map(config.strategy.list.map(({ id, capital }) => [id, capital])));
  const orders = new SimOrders(config.execution.fees);
  const limits = new SimLimits(config.risk, ledger, orders);
  const counts = new Map<EventType, number>();
  let lastTs = 0;
  let stoppedBy: string | null = null;
  let hasEnded = false;

  function tick(payload: MarketTick, ts: number): void {
    if (payload.kind === "trade") {
      const trade = `${payload.symbol} ${payload.trade_id}`;
      if (trades.has(trade)) throw new BrokenInvariant(`trade ${trade} again`);
      trades.add(trade);
    }
    if (payload.kind === "book") limits.book(payload.symbol, ts);
    ledger.tick(payload.symbol, payload.kind === "book" ? unitsOf(payload.price, 8) : null);
  }

  function heed(event: Event): void {
    switch (event.type) {
      case "market_tick":
        return tick(event.payload, event.ts);
      case "timer":
        return limits.timer(event.ts);
      case "signal":
        return limits.signal(event);
      case "risk_action":
        if (event.payload.action === "STOP") stoppedBy ??= event.payload.reason_code;
        return limits.act(event.payload);
      case "order_intent":
        return limits.intent(orders.begin(event.payload), causeOf(event)!, event.ts);
      case "order_result":
        return orders.answer(event.payload);
      case "fill": {
        orders.fill(event.payload);
        const gain = ledger.fill(event.payload);
        const { strategy_id, symbol } = event.payload;
        if (gain !== null) limits.closed(`${strategy_id} ${symbol}`, event.ts, gain);
        return;
      }
      case "stop_journal":
        stoppedBy ??= event.payload.reason_code;
        return;
      case "lifecycle":
        hasEnded ||= event.payload.what === "ended";
    }
  }

  function proveOrder(event: Event): void {
    if (ids.has(event.id)) throw new BrokenInvariant("its id was there before");
    ids.add(event.id);
    if (event.ts < lastTs) throw new BrokenInvariant(`ts ${event.ts} after ${lastTs}`);
    lastTs = event.ts;
    const status = event.type === "order_result" ? event.payload.result : "";
    const trades = TRADING.has(event.type) || STATUS_TRADING.has(status);
    if (trades && stoppedBy !== null) throw new BrokenInvariant(`it comes after the stop by ${stoppedBy}`);
    if (hasEnded && (trades || event.type === "market_tick")) {
      throw new BrokenInvariant("it comes after the end");
    }
  }

  return {
    ledger,
    counts,
    get stoppedBy() {
      return stoppedBy;
    },
    take(event) {
      try {
        proveOrder(event);
        if (causeOf(event) === undefined && stoppedBy === null) limits.turnEnds();
        counts.set(event.type, (counts.get(event.type) ?? 0) + 1);
        heed(event);
      } catch (error) {
        if (!(error instanceof BrokenInvariant)) throw error;
        const what = `${event.type} ${event.id}: ${error.message}`;
        throw new BrokenInvariant(`${what}: ${JSON.stringify(event.payload)}`);
      }
    },
    end() {
      if (stoppedBy === null) limits.turnEnds();
      const [left] = orders.open;
      if (left !== undefined) {
        throw new BrokenInvariant(`order ${left.intent.client_order_id} has no end`);
      }
      if (!hasEnded) throw new BrokenInvariant("the log does not say its end");
    },
  };
}

function causeOf({ payload }: Event): string | undefined {
  return (payload as { readonly cause?: string }).cause;
}
