/**
 * Which trades of one symbol are missing, by their ids, which the venue gives without gaps. The same fold tells the
 * market role what to fetch, the risk role what to freeze, and the report what was lost.
 */
export interface TradeGaps {
  /** The highest id so far; null before the first trade. */
  lastId: number | null;
  /** Ascending and apart from each other. */
  readonly missing: TradeGap[];
  /** Ids in all of them. */
  missingTrades: number;
  /** Gaps that were seen and gaps that were filled to their last trade. */
  opened: number;
  healed: number;
}

export interface TradeGap {
  fromId: number;
  toId: number;
  /** When it was seen. */
  readonly sinceTs: number;
  /** Of one gap even where a part filled in its middle has split it. */
  readonly whole: { parts: number };
}

/** next: as expected; gap: trades before it are missing; late: it was missing; duplicate: it was there already. */
export type TradeArrival = "next" | "gap" | "late" | "duplicate";

export function tradeGaps(): TradeGaps {
  return { lastId: null, missing: [], missingTrades: 0, opened: 0, healed: 0 };
}

/** Looks without taking the trade in. */
export function arrivalOf(gaps: TradeGaps, id: number): TradeArrival {
  const { lastId } = gaps;
  if (lastId === null || id === lastId + 1) return "next";
  if (id > lastId) return "gap";
  return gaps.missing.some(({ fromId, toId }) => id >= fromId && id <= toId) ? "late" : "duplicate";
}

export function takeTrade(gaps: TradeGaps, id: number, ts: number): TradeArrival {
  const arrival = arrivalOf(gaps, id);
  if (arrival === "gap") {
    const gap = { fromId: gaps.lastId! + 1, toId: id - 1, sinceTs: ts, whole: { parts: 1 } };
    gaps.missing.push(gap);
    gaps.missingTrades += gap.toId - gap.fromId + 1;
    gaps.opened++;
  }
  if (arrival === "late") fill(gaps, id);
  if (arrival === "next" || arrival === "gap") gaps.lastId = id;
  return arrival;
}

function fill(gaps: TradeGaps, id: number): void {
  const at = gaps.missing.findIndex(({ fromId, toId }) => id >= fromId && id <= toId);
  const gap = gaps.missing[at]!;
  gaps.missingTrades--;
  if (gap.fromId === gap.toId) {
    gaps.missing.splice(at, 1);
    if (--gap.whole.parts === 0) gaps.healed++;
  } else if (id === gap.fromId) gap.fromId++;
  else if (id === gap.toId) gap.toId--;
  else {
    gap.whole.parts++;
    gaps.missing.splice(at + 1, 0, { ...gap, fromId: id + 1 });
    gap.toId = id - 1;
  }
}
