import { resolve } from "node:path";
import { EXIT } from "../core/exit_codes.ts";
import { acceptRun } from "./accept.ts";
import { type Command, UsageError } from "./command.ts";
import { lastRunOf } from "./last_run.ts";
import { loadSettings } from "./load_settings.ts";
import { nore } from "./nore.ts";

const { mode: _, json: __, ...NIGHT_OPTIONS } = nore.options;

/** The night of the night test: run as ever, then judged. */
export const night: Command = {
  name: "night",
  summary: "Runs a night and judges it: the mandatory night test.",
  operands: "--accept",
  options: {
    accept: { value: null, help: "judge the night at its end, as `accept` does" },
    ...NIGHT_OPTIONS,
  },
  examples: ["night --accept", "night --accept --speed max --seed 7 --start 2026-11-21T22:00:00Z"],
  async run(input, terminal) {
    if (!input.has("accept")) {
      throw new UsageError("Expected night --accept; a night that is not judged is --mode nore");
    }
    if (input.operands.length > 0) {
      throw new UsageError(`Expected no operand, got ${JSON.stringify(input.operands[0])}`);
    }
    const asNight = { ...input, option: (name: string) => name === "mode" ? "nore" : input.option(name) };
    const varFolder = resolve(loadSettings(input).queues.base_dir);
    const before = lastRunOf(varFolder);
    const code = await nore.run(asNight, terminal);
    const runId = lastRunOf(varFolder);
    if (runId === null || runId === before) return code; // refused before there was a run
    const accepted = acceptRun(terminal, `${varFolder}/runs/${runId}`, false);
    return code === EXIT.ok ? accepted : code;
  },
};
