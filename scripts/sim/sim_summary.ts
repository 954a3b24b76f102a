import type { SeedResult } from "./run_seeds.ts";
import type { SimOutcome } from "./simulate.ts";

/** What many nights were, in a few lines. */
export function summaryOf(results: readonly SeedResult[]): readonly string[] {
  const nights = results.flatMap((result) => "problem" in result ? [] : [result]);
  const sum = (count: (night: SimOutcome) => number) =>
    nights.reduce((total, night) => total + count(night), 0);
  const ends = new Map<string, number>();
  for (const { verdict, stop } of nights) {
    const end = stop === null ? verdict : `${verdict} ${stop}`;
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  return [
    `${sum(({ events }) => events)} events, ${sum(({ fills }) => fills)} fills`,
    `${sum(({ crashes }) => crashes)} crashes, ${sum(({ resumed }) => resumed)} times resumed, ` +
    `${sum(({ compared }) => Number(compared))} nights compared with themselves without a crash`,
    `${sum(({ diskFaults }) => diskFaults)} disks failed, ${
      sum(({ venueFaults }) => venueFaults)
    } faults of the venue`,
    ...[...ends].sort(([, a], [, b]) => b - a).map(([end, count]) => `${String(count).padStart(6)}  ${end}`),
  ];
}
