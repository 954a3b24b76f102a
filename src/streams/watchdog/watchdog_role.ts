import type { WatchdogConfig } from "../../core/config.ts";
import type { Event, Proposal, Role } from "../../core/event.ts";
import type { Machine } from "../../core/machine.ts";
import { resourceExcess, type ResourceLimits } from "../../core/resource_limits.ts";
import { type AiWatch, openAiWatch, takeAiHealth, takeAiRestart } from "./ai_watch.ts";
import {
  askForRestart,
  lateness,
  marketHealthOf,
  type MarketWatch,
  openMarketWatch,
  takeMarketHealth,
  takeRestart,
  takeResumption,
} from "./market_watch.ts";

/**
 * Says on every heartbeat how each role is, asks for the restart of a market role that is dead, and turns what must
 * end the night into the stop_journal. It may stop the night and nothing else.
 */
export type WatchdogInput = Event<
  "market_tick" | "timer" | "health" | "lifecycle" | "operator_command" | "risk_action"
>;

export interface WatchdogState {
  startedTs: number;
  /** Symbols that have had no tick since the last heartbeat. */
  readonly silent: Set<string>;
  /** Symbols that have had none at all. */
  readonly unheard: Set<string>;
  readonly market: MarketWatch;
  readonly ai: AiWatch;
  hasStopped: boolean;
}

export interface WatchdogOptions {
  readonly symbols: readonly string[];
  readonly watchdog: Limits;
  readonly ai: AiLimits;
}
interface AiLimits {
  readonly restarts: { readonly limit: number };
}
type Limits = ResourceLimits & Pick<WatchdogConfig, "role_late_ms" | "restarts_max">;

type Said = readonly Proposal<"health" | "stop_journal">[];

export const HEARTBEAT = "heartbeat";
/** The last timer of a night of a given length. */
export const NIGHT_END = "night_end";

/** Roles that run inside the turn: that this one speaks proves that they did not throw. */
const INNER_ROLES: readonly Role[] = ["strategy_role", "risk_role", "execution_role", "watchdog_role"];
const NOTHING: readonly never[] = [];

export function watchdogRole(
  { symbols, watchdog, ai }: WatchdogOptions,
): Machine<WatchdogState, WatchdogInput, Proposal<"health" | "stop_journal">> {
  return {
    name: "watchdog_role",
    initial: () => ({
      startedTs: 0,
      silent: new Set(symbols),
      unheard: new Set(symbols),
      market: openMarketWatch(),
      ai: openAiWatch(),
      hasStopped: false,
    }),
    step(state, event) {
      switch (event.type) {
        case "market_tick":
          state.market.heardTs = event.ts;
          // one that was never heard is silent, too: the second look is spared nearly always
          if (state.silent.delete(event.payload.symbol)) state.unheard.delete(event.payload.symbol);
          return [state, NOTHING];
        case "lifecycle":
          return [state, onLifecycle(state, event)];
        case "timer":
          if (event.payload.name === NIGHT_END) return [state, proveNight(state)];
          if (event.payload.name !== HEARTBEAT) return [state, NOTHING];
          return [state, beat(state, event.ts, { symbols, watchdog })];
        case "health":
          return [state, onHealth(state, event, { ...watchdog, ai })];
        case "operator_command":
          if (event.payload.command !== "stop") return [state, NOTHING];
          return [state, stop(state, "operator", "OPERATOR", event.payload.reason)];
        case "risk_action": {
          const { action, reason_code, detail } = event.payload;
          if (action !== "STOP") return [state, NOTHING];
          return [state, stop(state, componentOf(reason_code), reason_code, detail ?? reason_code)];
        }
      }
    },
  };
}

function onLifecycle(state: WatchdogState, { ts, payload }: Event<"lifecycle">): Said {
  switch (payload.what) {
    case "resumed": {
      const { down_ms = 0 } = payload;
      state.startedTs += down_ms; // nobody was up in between
      takeResumption(state.market, ts, down_ms);
      return NOTHING;
    }
    case "started":
      state.startedTs = ts;
      state.market.startedTs = state.ai.startedTs = ts;
      return [marketHealthOf(state.market, ts, silentOf(state)), ...innerHealth(state, ts)];
    case "role_restarted":
      return payload.role === "ai_role"
        ? [takeAiRestart(state.ai, ts, payload.detail)]
        : [takeRestart(state.market, ts, payload.detail)];
    default:
      return NOTHING;
  }
}

function beat(
  state: WatchdogState,
  ts: number,
  { symbols, watchdog }: Omit<WatchdogOptions, "ai">,
): Said {
  const { market } = state;
  const late = lateness(market, ts, watchdog);
  const said = late !== null
    ? onFall(state, ts, { ...watchdog, detail: late })
    : market.isDown
    ? NOTHING
    : [marketHealthOf(market, ts, silentOf(state))];
  for (const symbol of symbols) state.silent.add(symbol);
  return [...said, ...innerHealth(state, ts)];
}

/** Answers inputs alone: what was derived is this role's own word. */
function onHealth(
  state: WatchdogState,
  { ts, payload }: Event<"health">,
  limits: Limits & { readonly ai: AiLimits },
): Said {
  const { role, origin } = payload;
  if (origin === "derived") return NOTHING;
  if (role === "ai_role") return takeAiHealth(state.ai, { ts, payload }, limits.ai.restarts.limit);
  if (role === "market_role") {
    takeMarketHealth(state.market, payload, ts);
    // while it waits for its restart it is the old one that falls
    if (payload.state !== "DOWN" || state.market.isDown) return NOTHING;
    return onFall(state, ts, { ...limits, detail: payload.detail ?? "market_role is down" });
  }
  if (payload.state === "DOWN") return stop(state, role, "ROLE_DEAD", payload.detail ?? `${role} is down`);
  const excess = resourceExcess(payload, limits);
  return excess === null ? NOTHING : stop(state, role, "RESOURCE_LIMIT", excess);
}

/** The market role is down: asks for its restart, or stops where that has been asked for too often. */
function onFall(state: WatchdogState, ts: number, fall: Limits & { readonly detail: string }): Said {
  if (state.hasStopped) return NOTHING;
  const down = askForRestart(state.market, ts, fall);
  if (down !== null) return [down];
  const why = `${fall.detail}; restarts: ${state.market.restarts}, at most ${fall.restarts_max}`;
  return stop(state, "market_role", "ROLE_DEAD", why);
}

/** A night without a tick of a symbol proves nothing about it. */
function proveNight(state: WatchdogState): Said {
  if (state.unheard.size === 0) return NOTHING;
  const detail = `no tick of ${[...state.unheard].sort().join(", ")} in the whole night`;
  return stop(state, "market_role", "FEED_STALE", detail);
}

function innerHealth(state: WatchdogState, ts: number): readonly Proposal<"health">[] {
  const uptime_s = (ts - state.startedTs) / 1000;
  return INNER_ROLES.map((role) => ({
    type: "health",
    payload: { role, state: "UP", uptime_s, origin: "derived" },
  }));
}

function silentOf({ silent }: WatchdogState): readonly string[] {
  return [...silent].sort();
}

/** Whose fault it is: the risk role says of the feed what the market role brings. */
function componentOf(reasonCode: string): Role {
  return /^(?:VENUE_|FEED_|CLOCK_SKEW$)/.test(reasonCode) ? "market_role" : "risk_role";
}

function stop(
  state: WatchdogState,
  component: string,
  reason_code: string,
  detail: string,
): readonly Proposal<"stop_journal">[] {
  if (state.hasStopped) return [];
  state.hasStopped = true;
  return [{ type: "stop_journal", payload: { component, reason_code, detail, origin: "derived" } }];
}
