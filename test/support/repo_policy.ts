import { readFileSync } from "node:fs";
import type { AnyDraft } from "../../src/core/event.ts";
import { ACT_ENTRYPOINTS } from "../../src/policy/acts.ts";
import { type ManifestFacts, type OpaGate, openGate } from "../../src/policy/opa_gate.ts";
import { type PolicyBytes, type PolicyFiles, readPolicyFiles } from "../../src/policy/policy_files.ts";

/** The project's own compiled policy, read from policies/, and drafts that it allows. */

export const AI = "nore/ai/decision";
export const INGEST = "nore/ingest/decision";
export const ORDER = "nore/order/decision";
export const SIGNAL = "nore/signal/decision";
export const RUN: string = ACT_ENTRYPOINTS.start;
export const EGRESS: string = ACT_ENTRYPOINTS.dial;
export const FILES: string = ACT_ENTRYPOINTS.write;

export function readPolicy(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../policies/${path}`, import.meta.url)));
}

export const repoPolicyBytes: PolicyBytes = {
  wasm: readPolicy("build/policy.wasm"),
  manifest: readPolicy("build/manifest.json"),
  data: readPolicy("data.json"),
};

export const repoPolicy: PolicyFiles = readPolicyFiles(repoPolicyBytes, [
  ...[AI, INGEST, ORDER, SIGNAL],
  ...[EGRESS, FILES, RUN],
]);

export const runFacts: ManifestFacts = {
  mode: "NORE",
  source: "embedded",
  venue: "embedded",
  symbols: ["BTCUSDT", "ETHUSDT"],
  prices: "invented",
  execution: "paper",
};

export function openRepoGate(manifest: ManifestFacts = runFacts): Promise<OpaGate> {
  return openGate({ ...repoPolicy, manifest });
}

/** A draft as anyone could send it, right or wrong. */
export interface LooseDraft {
  readonly type: unknown;
  readonly source: unknown;
  readonly ts: unknown;
  readonly cause: string | null;
  readonly payload: unknown;
}

export function asDraft(loose: LooseDraft): AnyDraft {
  return loose as AnyDraft;
}

const ts = 1_795_298_400_000;

export const tickDraft: LooseDraft = {
  type: "market_tick",
  source: "market_role",
  ts,
  cause: null,
  payload: {
    venue: "embedded",
    symbol: "BTCUSDT",
    price: "91500.5",
    price_source: "embedded",
    kind: "trade",
    event_ts: ts - 10,
    qty: "0.25",
    trade_id: 17,
    facts: { jump_pct: 0, late_s: 0 },
  },
};

const order = {
  venue: "embedded",
  strategy_id: "trend",
  symbol: "BTCUSDT",
  client_order_id: "20261121220000-1",
};

export const intentDraft: LooseDraft = {
  type: "order_intent",
  source: "risk_role",
  ts,
  cause: "43bf99f4-b3bc-4041-9dec-c812bd40166d",
  payload: {
    ...order,
    side: "BUY",
    qty: "0.01",
    order_type: "LIMIT",
    limit_price: "91500.5",
    tif: "GTC",
    facts: {
      notional: 91_500_500_000,
      price: 9_150_050_000_000,
      orders_in_window: 3,
      stopping: false,
      frozen: false,
    },
  },
};

export const cancelDraft: LooseDraft = {
  ...intentDraft,
  type: "order_cancel",
  payload: { ...order, facts: { reason: "older than its time to live" } },
};

export const signalDraft: LooseDraft = {
  type: "signal",
  source: "strategy_role",
  ts,
  cause: "43bf99f4-b3bc-4041-9dec-c812bd40166d",
  payload: {
    strategy_id: "trend",
    symbol: "BTCUSDT",
    side: "BUY",
    score: 0.5,
    confidence: 0.25,
    horizon_ms: 60_000,
    reason: { rule: "momentum" },
  },
};

export const adviceDraft: LooseDraft = {
  type: "recommendation",
  source: "ai_role",
  ts,
  cause: null,
  payload: { symbol: "BTCUSDT", horizon_ms: 60_000, p_up: 0.5, model_id: "m1" },
};

function actDraft(type: string, payload: unknown): LooseDraft {
  return { type, source: "watchdog_role", ts: 0, cause: null, payload };
}

export const dialAct: LooseDraft = actDraft("dial", {
  scheme: "wss",
  host: "data-stream.binance.vision",
  port: 443,
  verb: "GET",
});
export const writeAct: LooseDraft = actDraft("write", { verb: "append", place: "var" });
export const startAct: LooseDraft = actDraft("start", {
  duration_ms: 25_200_000,
  ai_enabled: true,
  container: { is_required: true, unproven: [] },
});

/** A copy with another value at a path such as "payload/facts/price"; undefined takes the field away. */
export function changed(draft: LooseDraft, path: string, value: unknown): AnyDraft {
  const copy = structuredClone(draft);
  const keys = path.split("/");
  const last = keys.pop()!;
  let parent = copy as unknown as Record<string, unknown>;
  for (const key of keys) parent = parent[key] as Record<string, unknown>;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return asDraft(copy);
}
