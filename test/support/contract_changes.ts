import * as assert from "uvu/assert";
import { type EventType } from "../../src/core/event.ts";
import { repoContracts } from "./repo_contracts.ts";
import { sampleEvents } from "./sample_events.ts";

/** Valid events with one thing changed, and what the contracts say to it. */
export type Fields = Record<string, unknown>;
export const TYPES = Object.keys(sampleEvents) as EventType[];
export const ENVELOPE: readonly string[] = [
  "schema",
  "v",
  "ts",
  "id",
  "source",
  "type",
  "run_id",
  "cmdline_hash",
  "payload",
];
export const order: readonly string[] = ["venue", "strategy_id", "symbol", "client_order_id"];

/** What a reader may rely on in each payload, written down a second time. */
export const PAYLOAD_MINIMUM: Readonly<Record<EventType, readonly string[]>> = {
  market_tick: ["venue", "symbol", "price", "price_source", "kind", "event_ts"],
  signal: ["strategy_id", "symbol", "side", "score", "confidence", "horizon_ms", "reason", "cause"],
  risk_action: ["strategy_id", "symbol", "action", "reason_code", "cause"],
  order_intent: [...order, "side", "qty", "order_type", "facts", "cause"],
  order_cancel: [...order, "facts", "cause"],
  order_result: [...order, "order_id", "result", "filled_qty", "cause"],
  fill: [...order, "order_id", "side", "qty", "price", "fee", "fee_asset", "liquidity", "model", "cause"],
  health: ["role", "state", "uptime_s", "origin"],
  stop_journal: ["component", "reason_code", "detail", "origin"],
  recommendation: ["symbol", "horizon_ms", "p_up", "model_id"],
  feature_pack: ["name", "version", "rows", "content_sha256"],
  policy_denial: ["entrypoint", "codes", "policy_sha256", "input", "origin", "denied_type"],
  operator_command: ["command", "reason"],
  timer: ["name", "due_ts"],
  lifecycle: ["what", "detail"],
};

export function without(object: object, key: string): Fields {
  const { [key]: _, ...rest } = object as Fields;
  return rest;
}
export function withPayload(type: EventType, changes: Fields): Fields {
  return { ...sampleEvents[type], payload: { ...sampleEvents[type].payload, ...changes } };
}
export function problemOf(type: EventType, changes: Fields): string {
  const problem = repoContracts.checkEvent(withPayload(type, changes));
  assert.is.not(problem, null, `${type} ${JSON.stringify(changes)} was accepted`);
  return problem!;
}
export function assertFits(type: EventType, changes: Fields): void {
  assert.is(repoContracts.checkEvent(withPayload(type, changes)), null);
}
