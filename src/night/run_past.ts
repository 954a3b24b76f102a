import type { Event, FeaturePack, Lifecycle } from "../core/event.ts";
import { nextPhase, type StopPhase } from "../core/stop_state.ts";
import { endsNight } from "../pipeline.ts";
import { type SeenTicks, takeTick } from "../streams/operators/tell_tick_facts.ts";
import { type FeedPast, openFeedPast, takePastEvent } from "../streams/sources/binance/feed_past.ts";

/** What whoever goes on with a run must know of its log beside what its roles know: a fold over all events. */
export interface RunPast {
  phase: StopPhase;
  /** What ends a night has been said. */
  isOver: boolean;
  /** For how long nobody was there, in all. */
  downMs: number;
  /** What its log last said of what was cut off; null where it never did. */
  tornSaid: string | null;
  /** The last policy that took the place of another; null where none did. */
  reloaded: Lifecycle | null;
  /** The AI was given up for the night. */
  isAiOff: boolean;
  /** The newest feature packs, more of them than a dataset holds rows. */
  packs: readonly FeaturePack[];
  readonly feed: FeedPast;
  readonly seen: SeenTicks;
}

export function openRunPast(symbols: readonly string[]): RunPast {
  return {
    phase: "RUNNING",
    isOver: false,
    downMs: 0,
    tornSaid: null,
    reloaded: null,
    isAiOff: false,
    packs: [],
    feed: openFeedPast(symbols),
    seen: new Map(),
  };
}

export function takeIntoPast(past: RunPast, event: Event): void {
  past.phase = nextPhase(past.phase, event);
  past.isOver ||= endsNight(event);
  takePastEvent(past.feed, event);
  if (event.type === "market_tick") takeTick(past.seen, event.payload, event.ts);
  if (event.type === "feature_pack") past.packs = newest([...past.packs, event.payload]);
  if (event.type === "health" && event.payload.role === "ai_role") {
    past.isAiOff ||= event.payload.off === true;
  }
  if (event.type !== "lifecycle") return;
  const { what, detail, down_ms = 0 } = event.payload;
  if (what === "policy_reloaded") past.reloaded = event.payload;
  if (what === "torn_tail") past.tornSaid = detail;
  if (what === "resumed") past.downMs += down_ms;
}

/** The most that a configuration lets a dataset hold. */
const ROWS_MAX = 20_000;

/** Without the oldest where the rest has rows enough. */
function newest(packs: readonly FeaturePack[]): readonly FeaturePack[] {
  const rows = packs.reduce((sum, pack) => sum + pack.rows, 0);
  return rows - packs[0]!.rows >= ROWS_MAX ? packs.slice(1) : packs;
}
