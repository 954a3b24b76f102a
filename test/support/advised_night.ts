import { modelIdOf } from "../../src/core/ai_mail.ts";
import type { Draft, Event, EventType, Recommendation } from "../../src/core/event.ts";
import type { Files } from "../../src/core/ports.ts";
import { readLog } from "../../src/sinks/log_reader.ts";
import { type Agenda, mergeAgendas } from "../../src/streams/sources/agenda.ts";
import { type NightToReplay, nightToReplay } from "./night_to_replay.ts";
import { configWith } from "./repo_config.ts";
import { repoPolicy } from "./repo_policy.ts";
import { SIM_START_TS, simMarket, type SimNightOptions } from "./sim_night.ts";

/** Nights of twenty seconds that trade often, and are advised four times a second. */
export const PROVEN: string = modelIdOf("0123456789abcdef".repeat(4));

const SYMBOLS = ["BTCUSDT", "ETHUSDT"];
const EVERY_MS = 250;

/** From doubt to hope and back again, so that entries are vetoed, shrunk and left whole. */
const P_UP = [0.3, 0.44, 0.46, 0.47, 0.49, 0.51, 0.6, 0.48];

export function advice(of: Partial<Recommendation> = {}): Agenda {
  let count = 0;
  return {
    get nextTs() {
      return SIM_START_TS + 100 + count * EVERY_MS;
    },
    take(ts) {
      const i = count++;
      return SYMBOLS.map((symbol, at): Draft<"recommendation"> => {
        const p_up = P_UP[(i + at * 3) % P_UP.length]!;
        const payload = { symbol, horizon_ms: 2000, p_up, model_id: PROVEN, ...of };
        return { type: "recommendation", source: "ai_role", ts, cause: null, payload };
      });
    },
  };
}

/** A loss keeps nobody from trying again, so that there are entries to advise on all night. */
const UNRESTING = [
  "risk.cooldown.after_loss_ms=0",
  "risk.stoploss_guard.losses=1000",
  "risk.low_profit.trades=1000",
];

/** With some thousand inputs, and too few orders for a limit of them to stop it. */
export const LONGER: readonly string[] = ["duration_ms=200000", "strategy.list.1.parameters={}"];

export function advisedNight(
  sets: readonly string[],
  advising: Agenda | null = advice(),
  options: Partial<SimNightOptions> = {},
): Promise<NightToReplay> {
  const market = simMarket(configWith(), { seed: 7, startTs: SIM_START_TS });
  const agenda = advising === null ? market : mergeAgendas([market, advising]);
  return nightToReplay([...UNRESTING, "ai.enabled=true", ...sets], {
    agenda,
    policy: repoPolicy,
    ...options,
  });
}

export const QUEUES: readonly string[] = configWith().queues.names;

export function eventsOf<T extends EventType>(
  { files, runFolder }: { readonly files: Files; readonly runFolder: string },
  types: readonly T[],
): readonly Event<T>[] {
  const events: Event<T>[] = [];
  for (const { event } of readLog(files, runFolder, { runId: runFolder.slice(-15), queues: QUEUES })) {
    if ((types as readonly EventType[]).includes(event.type)) events.push(event as Event<T>);
  }
  return events;
}
