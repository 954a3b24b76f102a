/** When it is to be told how the AI does, and what then speaks against it. */
export interface AiVitals {
  isDue(ts: number): boolean;
  /** Whether this is news. */
  takeDrift(isDrifting: boolean): boolean;
  /** What speaks against it since the last time, empty for nothing; it is told now. */
  tell(ts: number, dropped: number): string;
}

export function aiVitals(everyMs: number, firstTs: number): AiVitals {
  let dueTs = firstTs;
  let droppedTold = 0;
  let drifts = false;
  return {
    isDue: (ts) => ts >= dueTs,
    takeDrift(isDrifting) {
      const isNews = isDrifting !== drifts;
      drifts = isDrifting;
      return isNews;
    },
    tell(ts, dropped) {
      const lost = dropped - droppedTold;
      droppedTold = dropped;
      dueTs = ts + everyMs;
      const slow = lost > 0 ? `${lost} events were lost: it is too slow` : "";
      const drift = drifts ? "the market is no longer what it has learned" : "";
      return [slow, drift].filter((text) => text !== "").join("; ");
    },
  };
}
