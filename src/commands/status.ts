import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { EXIT } from "../core/exit_codes.ts";
import { openArtefact } from "../core/journal_line.ts";
import { formatDuration } from "../core/time_text.ts";
import { readText } from "../edge/package_files.ts";
import { realFiles } from "../edge/real_files.ts";
import { describeLatch, readLatch } from "../sinks/stop_flag.ts";
import { readBeat } from "./beat.ts";
import type { Command } from "./command.ts";

/** Says what runs in `var` and how it fares, from the artefacts alone. */
export const status: Command = {
  name: "status",
  summary: "Shows the running or last night of a var folder, and the latch if it is set.",
  operands: "",
  options: {
    var: { value: "DIR", help: "the folder to look at (default: var)" },
    json: { value: null, help: "print it as JSON" },
  },
  examples: ["status", "status --var /srv/nore/var --json"],
  run(input, terminal) {
    const varFolder = resolve(input.option("var") ?? "var");
    const beat = readBeat(varFolder);
    const latch = readLatch(realFiles, varFolder);
    const runId = beat === null ? null : String(beat.current["run_id"]);
    const metrics = runId === null ? null : read(`${varFolder}/runs/${runId}/metrics.json`);
    const isRunning = beat?.isFresh === true && metrics?.["verdict"] == null;
    if (input.has("json")) {
      const current = beat?.current ?? null;
      terminal.print(JSON.stringify({ run_id: runId, running: isRunning, current, metrics, latch }));
      return Promise.resolve(EXIT.ok);
    }
    if (beat === null) terminal.print(`No night has run in ${varFolder}`);
    else {
      const state = isRunning
        ? "running"
        : `${metrics?.["verdict"] ?? "not running, without a verdict: it was cut short"}`;
      const { ageMs, current } = beat;
      terminal.print(`${runId}: ${state} · last beat ${formatDuration(ageMs)} ago (pid ${current["pid"]})`);
      if (metrics !== null) figures(metrics).forEach((line) => terminal.print(line));
    }
    if (latch !== null) terminal.print(`STOP.flag is set: ${describeLatch(latch)}`);
    return Promise.resolve(EXIT.ok);
  },
};

function read(path: string): Readonly<Record<string, unknown>> | null {
  return existsSync(path) ? openArtefact(readText(path)) : null;
}

function figures(metrics: Readonly<Record<string, unknown>>): readonly string[] {
  const { counts, virtual_pnl: pnl } = metrics as unknown as {
    readonly counts: Readonly<Record<string, number>>;
    readonly virtual_pnl: Readonly<Record<string, string>>;
  };
  return [
    `  ${counts["market_tick"]} ticks, ${counts["signal"]} signals, ${counts["fill"]} fills, prices ${
      metrics["prices"]
    }`,
    `  equity ${pnl["equity_end"]} (${pnl["total"]})`,
  ];
}
