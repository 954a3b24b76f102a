import type { EntryAdvice } from "../../core/advice.ts";
import { formatUnits, notionalOf, type Quantity } from "../../core/fixed_point.ts";
import type { Candidate } from "./risk_check.ts";

/** Makes an order smaller, as a limit or advice wants it. Nothing here makes one larger. */

/** The order with the quantity that still passes, or null where that is too little to be one. */
export function reduceTo(order: Candidate, quantityMax: Quantity | undefined): Candidate | null {
  if (quantityMax === undefined || quantityMax <= 0n) return null;
  const notional = notionalOf(order.price, quantityMax);
  return notional < order.rules.notionalMin ? null : { ...order, quantity: quantityMax, notional };
}

/** What advice makes of an order that has passed every check. */
export interface Shrunk {
  readonly code: "AI_VETO" | "AI_SHRINK" | "AI_SHRUNK_TOO_SMALL";
  readonly detail: string;
  /** null: nothing is left to be sent. */
  readonly order: Candidate | null;
}

/** null where advice leaves it as it is: an exit whatever it says, an entry whole. */
export function shrinkByAdvice(order: Candidate, advice: EntryAdvice | undefined): Shrunk | null {
  if (advice === undefined || order.side === "SELL" || advice.size_pct >= 100) return null;
  const { p_up, model_id, size_pct } = advice;
  const part = order.quantity * BigInt(size_pct) / 100n;
  const smaller = reduceTo(order, (part - part % order.rules.quantityStep) as Quantity);
  const code = size_pct <= 0 ? "AI_VETO" : smaller === null ? "AI_SHRUNK_TOO_SMALL" : "AI_SHRINK";
  const detail = `${size_pct} % of ${formatUnits(order.quantity)}: ${model_id} expects a rise with ${p_up}`;
  return { code, detail, order: smaller };
}
