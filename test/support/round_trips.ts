import * as assert from "uvu/assert";
import type { Night } from "./risk_stage.ts";
import { book, fill, result, signal } from "./trading_events.ts";

/**
 * A strategy buys 1 at 100 and sells it again, all at `ts` and without fees: gives what the risk role answers to the
 * fill that ends the round trip.
 */
export function roundTrip(
  it: Night,
  ts: number,
  price: string,
  more: { readonly strategy?: string; readonly symbol?: string } = {},
): readonly string[] {
  const strategy = more.strategy ?? "alpha";
  const symbol = more.symbol ?? "AAAUSDT";
  const about = { strategy_id: strategy, symbol, fee: "0" };
  it.step(book(ts, "99.9", "100", { symbol }));
  for (const side of ["BUY", "SELL"] as const) {
    assert.is(it.step(signal(ts, side, { strategy, symbol })).length, 2, `${side} of ${strategy} at ${ts}`);
    const number = it.state.ordersSent;
    it.step(result(ts, number, "ACCEPTED"));
    const said = it.step(fill(ts, number, { ...about, side, price: side === "BUY" ? "100" : price }));
    it.step(result(ts, number, "FILLED", "1"));
    if (side === "SELL") return said;
    assert.equal(said, []);
  }
  return [];
}
