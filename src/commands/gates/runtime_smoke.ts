import { existsSync } from "node:fs";
import type { Fill } from "../../core/event.ts";
import { EXIT } from "../../core/exit_codes.ts";
import { parseLine } from "../../core/journal_line.ts";
import { QUEUES } from "../../core/queue_names.ts";
import { readText } from "../../edge/package_files.ts";
import { BEST_BID_ASK } from "../../streams/fills/best_bid_ask.ts";
import { readInput } from "../command.ts";
import { verify } from "../verify.ts";
import { type Check, checkOf, type Gate } from "./gate.ts";
import { gateNight, quiet } from "./gate_night.ts";

/** Two minutes of a night, from its start to its verification; in real time over the socket of the embedded venue. */
export const runtimeSmoke: Gate = {
  name: "runtime_smoke",
  async run(stage) {
    const speed = stage.isQuick ? ["--speed", "max"] : [];
    const { ended, run } = await gateNight(stage, ["--duration", "2m", ...speed]);
    if (run === null) return [ended];
    const verified = await verify.run(readInput(verify, [run, "--require-complete"]), quiet(stage.terminal));
    return [ended, ...checksOf(run, { verified, isRealTime: !stage.isQuick })];
  },
};

/** What a good smoke run shows, given what `verify` said of it. */
export function checksOf(
  run: string,
  { verified, isRealTime }: { readonly verified: number; readonly isRealTime: boolean },
): readonly Check[] {
  const report = JSON.parse(readText(`${run}/report.json`)) as Report;
  const { market_tick, health, fill } = report.counts;
  const missing = QUEUES.filter((queue) => !existsSync(`${run}/queues/${queue}/inbox.jsonl`));
  const foreign = fillsOf(run).filter(({ model }) => model !== BEST_BID_ASK);
  return [
    checkOf(
      missing.length === 0 ? null : `missing: ${missing.join(", ")}`,
      `all ${QUEUES.length} queues are there`,
    ),
    {
      passed: verified === EXIT.ok,
      what: `verify gave ${verified}, expected ${EXIT.ok}: every line's hash is valid`,
    },
    { passed: market_tick! >= 1, what: `${market_tick} market_tick, at least 1 expected` },
    { passed: health! >= 1, what: `${health} health, at least 1 expected` },
    {
      passed: foreign.length === 0,
      what: `no real order: of ${fill} fills ${foreign.length} are not of the paper model`,
    },
    // In virtual time there is no socket, so the report has nothing to say of one.
    ...(isRealTime && "feed" in report ? [feedCheck(report.feed)] : []),
  ];
}

interface Report {
  readonly counts: Readonly<Record<string, number>>;
  readonly feed?: { readonly connected?: boolean } | null;
}

function feedCheck(feed: Report["feed"]): Check {
  const state = feed?.connected === true ? "connected" : feed === null ? "null" : "not connected";
  return { passed: state === "connected", what: `report.json: feed is ${state}, expected connected` };
}

function fillsOf(run: string): readonly Fill[] {
  const path = `${run}/queues/fills/inbox.jsonl`;
  const lines = existsSync(path) ? readText(path).split("\n").filter((line) => line !== "") : [];
  return lines.map((line) => {
    const parsed = parseLine(line);
    if (!parsed.ok) throw new Error(parsed.problem);
    return (JSON.parse(parsed.json) as { readonly payload: Fill }).payload;
  });
}
