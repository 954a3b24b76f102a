import * as assert from "uvu/assert";
import type { RiskConfig, StrategyConfig } from "../../src/core/config.ts";
import type { Event, Proposal } from "../../src/core/event.ts";
import { parseRate } from "../../src/core/fixed_point.ts";
import type { FeedLimits, MakeRiskCheck } from "../../src/streams/risk/risk_check.ts";
import { type RiskIn, riskRole, type RiskState } from "../../src/streams/risk/risk_role.ts";
import { WIDE_FEED } from "./feed_events.ts";
import { book, fill, result, RUN_ID, signal, SYMBOLS, VENUE, WIDE } from "./trading_events.ts";

/** A risk role on a stage: events in, its answers out as text. */
export interface Night {
  readonly state: RiskState;
  /** What the role answers, a line each. */
  step(event: Event): string[];
  raw(event: Event): readonly Proposal[];
}

/** Two strategies, alpha and beta, with 1,000 each. */
export function night(
  risk: Partial<RiskConfig> = {},
  more: {
    readonly order?: StrategyConfig["order"];
    readonly table?: readonly MakeRiskCheck[];
    readonly feed?: FeedLimits;
  } = {},
): Night {
  const order = more.order ?? { type: "MARKET", tif: "GTC" } as const;
  const strategies = ["alpha", "beta"].map((id) => ({
    id,
    name: "x",
    capital: "1000",
    parameters: {},
    order,
  }));
  const machine = riskRole(
    {
      runId: RUN_ID,
      venue: VENUE,
      risk: { ...WIDE, ...risk },
      strategies,
      takerFee: parseRate("0.001"),
      symbols: SYMBOLS,
      feed: { ...WIDE_FEED, ...more.feed },
    },
    ...(more.table === undefined ? [] : [more.table]),
  );
  let state = machine.initial();
  const raw = (event: Event) => {
    const [next, out] = machine.step(state, event as RiskIn);
    state = next;
    return out;
  };
  return { state, raw, step: (event) => raw(event).map(textOf) };
}

export function textOf(proposal: Proposal): string {
  if (proposal.type === "risk_action") {
    const { action, reason_code, strategy_id, symbol } = proposal.payload;
    return `${action} ${reason_code} ${strategy_id ?? "*"} ${symbol ?? "*"}`;
  }
  if (proposal.type === "order_intent") {
    const { client_order_id, side, qty, order_type, limit_price, tif } = proposal.payload;
    const price = limit_price === undefined ? order_type : `${order_type} ${limit_price}`;
    return `#${client_order_id.split("-")[1]} ${side} ${qty} ${price} ${tif}`;
  }
  if (proposal.type === "order_cancel") return `cancel #${proposal.payload.client_order_id.split("-")[1]}`;
  return proposal.type;
}

/** Alpha buys 1 at 100 and has it: order 1. */
export function holding(risk: Partial<RiskConfig> = {}, feed: FeedLimits = WIDE_FEED): Night {
  const it = night(risk, { feed });
  it.step(book(1, "99", "100"));
  assert.equal(it.step(signal(1, "BUY")), ["ALLOW OK alpha AAAUSDT", "#1 BUY 1 MARKET GTC"]);
  it.step(result(1, 1, "ACCEPTED"));
  assert.equal(it.step(fill(2, 1)), []);
  it.step(result(2, 1, "FILLED", "1"));
  return it;
}
