import type { Health, Proposal } from "../../core/event.ts";

/**
 * Whether the market role lives. Where it does not, a derived DOWN asks for its restart: the edge restarts it on seeing
 * that event, so each DOWN is said once. How often it may be asked for is bounded. It restarts nothing itself.
 */
export interface MarketWatch {
  /** The role's last start. */
  startedTs: number;
  /** Its last sign of life, or its last fall: it is given time to come back. */
  heardTs: number;
  /** It tells of itself. Where the market happens inside there is no role that could die. */
  hasTold: boolean;
  /** The last that it said since its last start. */
  told: Health | null;
  /** It is down, its restart not yet reported. */
  isDown: boolean;
  /** Restarts that were asked for. */
  restarts: number;
}

export interface RestartLimits {
  readonly role_late_ms: number;
  readonly restarts_max: number;
}

export function openMarketWatch(): MarketWatch {
  return { startedTs: 0, heardTs: 0, hasTold: false, told: null, isDown: false, restarts: 0 };
}

/** The role said how it is; a DOWN is no sign of life. */
export function takeMarketHealth(market: MarketWatch, health: Health, ts: number): void {
  market.hasTold = true;
  market.told = health;
  if (health.state !== "DOWN") market.heardTs = ts;
}

/** Why it must be taken for dead, null where it lives or where nobody could tell. */
export function lateness(market: MarketWatch, ts: number, { role_late_ms }: RestartLimits): string | null {
  const silentMs = ts - market.heardTs;
  if (!market.hasTold || silentMs <= role_late_ms) return null;
  const what = market.isDown ? "no restart of market_role" : "nothing from market_role";
  return `${what} for ${silentMs} ms, at most ${role_late_ms}`;
}

/** Asks for a restart; null where it has been restarted too often for another one. */
export function askForRestart(
  market: MarketWatch,
  ts: number,
  { detail, restarts_max }: RestartLimits & { readonly detail: string },
): Proposal<"health"> | null {
  if (market.restarts >= restarts_max) return null;
  market.restarts++;
  market.isDown = true;
  market.heardTs = ts;
  return marketHealth(market, ts, "DOWN", detail);
}

/** The edge has restarted it: its life begins anew. */
export function takeRestart(market: MarketWatch, ts: number, detail: string): Proposal<"health"> {
  market.startedTs = ts;
  market.heardTs = ts;
  market.told = null;
  market.isDown = false;
  return marketHealth(market, ts, "RESTARTED", detail);
}

/** The whole process is a new one: what the old role said of itself is over, how often it was restarted is not. */
export function takeResumption(market: MarketWatch, ts: number, downMs: number): void {
  market.startedTs += downMs;
  market.heardTs = ts;
  market.told = null;
  market.isDown = false;
}

/** How it is by its own word and by the symbols that were silent: it is up where nothing speaks against it. */
export function marketHealthOf(
  market: MarketWatch,
  ts: number,
  silent: readonly string[],
): Proposal<"health"> {
  const details: string[] = [];
  const { told } = market;
  if (told?.state === "DEGRADED" || told?.state === "DOWN") details.push(told.detail ?? "by its own word");
  if (silent.length > 0) details.push(`no tick of ${silent.join(", ")} since the last heartbeat`);
  if (details.length === 0) return marketHealth(market, ts, "UP");
  return marketHealth(market, ts, "DEGRADED", details.join("; "));
}

function marketHealth(
  { startedTs }: MarketWatch,
  ts: number,
  state: Health["state"],
  detail?: string,
): Proposal<"health"> {
  const uptime_s = (ts - startedTs) / 1000;
  const payload: Health = { role: "market_role", state, uptime_s, origin: "derived" };
  return { type: "health", payload: detail === undefined ? payload : { ...payload, detail } };
}
