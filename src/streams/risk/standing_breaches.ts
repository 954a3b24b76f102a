import type { LimitAction } from "../../core/config.ts";
import type { Proposal, RiskVerb } from "../../core/event.ts";
import type { Breach, Candidate, RiskCheck, RiskView } from "./risk_check.ts";

/**
 * The breaches that stand: while one does, it denies the entries in its scope. A frozen one is announced when
 * it begins and when it is over. It denies nothing itself and sends nothing.
 */
export interface StandingBreach {
  readonly check: RiskCheck;
  readonly breach: Breach;
}

export type StandingBreaches = Map<string, StandingBreach>;

const NONE: readonly Proposal<"risk_action">[] = [];

/** Asks all checks how things stand. What is to be said of it is one STOP alone, or what froze and what thawed. */
export function watchState(
  standing: StandingBreaches,
  checks: readonly RiskCheck[],
  view: RiskView,
): readonly Proposal<"risk_action">[] {
  let found: StandingBreach[] | null = null;
  for (const check of checks) {
    const breaches = check.state?.(view) ?? [];
    for (const breach of breaches) {
      const each = { check, breach };
      if (answerTo(each) === "STOP") return [actionOf("STOP", each)];
      (found ??= []).push(each);
    }
  }
  if (found === null && standing.size === 0) return NONE;
  return [...thaw(standing, found ?? [], view.ts), ...(found ?? []).flatMap((each) => stand(standing, each))];
}

/** From now on the breach stands; gives the FREEZE that announces it, where it is one and is new. */
export function stand(standing: StandingBreaches, found: StandingBreach): readonly Proposal<"risk_action">[] {
  const key = keyOf(found);
  const isNew = !standing.has(key);
  standing.set(key, found);
  return isNew && answerTo(found) === "FREEZE" ? [actionOf("FREEZE", found)] : NONE;
}

function thaw(
  standing: StandingBreaches,
  found: readonly StandingBreach[],
  ts: number,
): readonly Proposal<"risk_action">[] {
  const keys = new Set(found.map(keyOf));
  const said: Proposal<"risk_action">[] = [];
  for (const [key, each] of standing) {
    if (keys.has(key) || ts < (each.breach.untilTs ?? 0)) continue;
    standing.delete(key);
    if (answerTo(each) === "FREEZE") said.push(actionOf("UNFREEZE", each));
  }
  return said;
}

/** The first standing breach whose scope holds the order. */
export function blockOf(standing: StandingBreaches, order: Candidate): StandingBreach | null {
  for (const each of standing.values()) {
    const { strategy_id, symbol } = each.breach;
    if (
      (strategy_id === null || strategy_id === order.strategy_id) &&
      (symbol === null || symbol === order.symbol)
    ) return each;
  }
  return null;
}

/** What follows from it. */
export function answerTo({ check, breach }: StandingBreach): LimitAction {
  return breach.action ?? check.action;
}

export function actionOf(action: RiskVerb, { check, breach }: StandingBreach): Proposal<"risk_action"> {
  const { strategy_id, symbol, detail } = breach;
  return { type: "risk_action", payload: { strategy_id, symbol, action, reason_code: check.code, detail } };
}

/** With the answer: a freeze that turns into a mere denial has ended, and is said to have. */
function keyOf(found: StandingBreach): string {
  const { check, breach } = found;
  return `${check.code} ${answerTo(found)} ${breach.strategy_id ?? ""} ${breach.symbol ?? ""}`;
}
