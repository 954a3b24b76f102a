import type { Event, Health, Proposal, Role } from "../../core/event.ts";
import type { Machine } from "../../core/machine.ts";

/**
 * Says on every heartbeat how each role is, and turns a risk STOP or an operator's stop into the stop_journal.
 * It may stop the night and nothing else.
 */
export type WatchdogInput = Event<
  "market_tick" | "timer" | "health" | "lifecycle" | "operator_command" | "risk_action"
>;

export interface WatchdogState {
  startedTs: number;
  /** Symbols that have had no tick since the last heartbeat. */
  readonly silent: Set<string>;
  hasStopped: boolean;
}

export const HEARTBEAT = "heartbeat";

/** Roles that run inside the turn: that this one speaks proves that they did not throw. */
const INNER_ROLES: readonly Role[] = ["strategy_role", "risk_role", "execution_role", "watchdog_role"];
const NOTHING: readonly never[] = [];

export function watchdogRole(
  options: { readonly symbols: readonly string[] },
): Machine<WatchdogState, WatchdogInput, Proposal<"health" | "stop_journal">> {
  return {
    name: "watchdog_role",
    initial: () => ({ startedTs: 0, silent: new Set(options.symbols), hasStopped: false }),
    step(state, event) {
      switch (event.type) {
        case "market_tick":
          state.silent.delete(event.payload.symbol);
          return [state, NOTHING];
        case "lifecycle":
          if (event.payload.what !== "started") return [state, NOTHING];
          state.startedTs = event.ts;
          return [state, healthOfAll(state, event.ts)];
        case "timer": {
          if (event.payload.name !== HEARTBEAT) return [state, NOTHING];
          const health = healthOfAll(state, event.ts);
          for (const symbol of options.symbols) state.silent.add(symbol);
          return [state, health];
        }
        case "health": {
          const { role, state: roleState, detail } = event.payload;
          if (roleState !== "DOWN") return [state, NOTHING];
          return [state, stop(state, role, "ROLE_DEAD", detail ?? `${role} is down`)];
        }
        case "operator_command":
          if (event.payload.command !== "stop") return [state, NOTHING];
          return [state, stop(state, "operator", "OPERATOR", event.payload.reason)];
        case "risk_action": {
          const { action, reason_code, detail } = event.payload;
          if (action !== "STOP") return [state, NOTHING];
          return [state, stop(state, "risk_role", reason_code, detail ?? reason_code)];
        }
      }
    },
  };
}

function healthOfAll(state: WatchdogState, ts: number): readonly Proposal<"health">[] {
  const uptime_s = (ts - state.startedTs) / 1000;
  const silent = [...state.silent].sort();
  const market: Health = silent.length === 0
    ? { role: "market_role", state: "UP", uptime_s, origin: "derived" }
    : {
      role: "market_role",
      state: "DEGRADED",
      uptime_s,
      origin: "derived",
      detail: `no tick of ${silent.join(", ")} since the last heartbeat`,
    };
  return [
    { type: "health", payload: market },
    ...INNER_ROLES.map((role): Proposal<"health"> => ({
      type: "health",
      payload: { role, state: "UP", uptime_s, origin: "derived" },
    })),
  ];
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
