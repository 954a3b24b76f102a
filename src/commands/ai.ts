import { resolve } from "node:path";
import { modelIdOf } from "../core/ai_mail.ts";
import type { Config } from "../core/config.ts";
import { EXIT } from "../core/exit_codes.ts";
import { formatDuration } from "../core/time_text.ts";
import { realFiles } from "../edge/real_files.ts";
import type { PointerChange } from "../sinks/ai_pointer.ts";
import { AiStore, type ListedSnapshot, misfit, type Moved } from "../sinks/ai_store.ts";
import { FEATURES_VERSION } from "../streams/ai/ai_rows.ts";
import { isModel } from "../streams/ai/train_model.ts";
import { type Command, type CommandInput, type Terminal, UsageError } from "./command.ts";
import { loadSettings, SETTING_OPTIONS } from "./load_settings.ts";
import { paint } from "./paint.ts";

/** Shows what the AI has learned, and chooses by hand what advises. A night may run: the pointer moves atomically. */
export const ai: Command = {
  name: "ai",
  summary: "Lists what the AI has learned, makes a snapshot active, or goes back to the one before.",
  operands: "list | activate N | rollback",
  options: {
    reason: { value: "TEXT", help: "activate, rollback: why (required): it is kept with the pointer" },
    json: { value: null, help: "list: print it as JSON" },
    var: SETTING_OPTIONS["var"]!,
    config: SETTING_OPTIONS["config"]!,
    set: SETTING_OPTIONS["set"]!,
    source: SETTING_OPTIONS["source"]!,
  },
  examples: [
    "ai list",
    'ai activate 3 --source binance --reason "better in last night\'s report"',
    'ai rollback --reason "it vetoed every entry"',
  ],
  run(input, terminal) {
    const [what, n, ...more] = input.operands;
    const config = loadSettings(input);
    const store = openStore(config);
    if (what === "list" && n === undefined) return Promise.resolve(list(store, input, terminal));
    if (what === "activate" && n !== undefined && more.length === 0) {
      return Promise.resolve(activate(store, numberOf(n), config, changeBy(input), terminal));
    }
    if (what === "rollback" && n === undefined) {
      return Promise.resolve(rollback(store, changeBy(input), terminal));
    }
    throw new UsageError(
      `Expected list, activate N or rollback, got ${JSON.stringify(input.operands.join(" "))}`,
    );
  },
};

function openStore({ queues, ai: { snapshots } }: Config): AiStore {
  return new AiStore(realFiles, resolve(queues.base_dir), { isModel, keptMax: snapshots.kept_max });
}

function numberOf(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`Expected the number of a snapshot, got ${JSON.stringify(text)}`);
}

function changeBy(input: CommandInput): PointerChange {
  const reason = input.option("reason")?.trim() ?? "";
  if (reason === "") throw new UsageError('Expected --reason "…": it is kept with the pointer');
  return { ts: Date.now(), reason };
}

/** Integrity where what should advise cannot be used. */
function list(store: AiStore, input: CommandInput, terminal: Terminal): number {
  const pointer = store.pointer();
  const snapshots = store.list();
  const { said } = store.active({});
  if (input.has("json")) {
    const shown = snapshots.map(({ n, state, why, manifest }) => ({ n, state, why, manifest }));
    terminal.print(JSON.stringify({ pointer, problem: said, snapshots: shown }));
  } else {
    if (snapshots.length === 0) terminal.print("Nothing has been learned yet");
    for (const snapshot of snapshots) terminal.print(rowOf(snapshot, terminal.hasColor));
    if ("since_ts" in pointer && pointer.since_ts > 0) {
      const who = pointer.n === null ? "None is active" : `${pointer.n} is active`;
      terminal.print(`${who} since ${timeOf(pointer.since_ts)}: ${pointer.reason}`);
    }
    if (said !== null) terminal.say(`${paint("DAMAGED", "red", terminal.hasColor)} ${said}`);
  }
  return said === null ? EXIT.ok : EXIT.integrity;
}

function rowOf({ n, state, why, manifest }: ListedSnapshot, hasColor: boolean): string {
  const color = state === "active" ? "green" : state === "corrupt" ? "red" : null;
  const word = color === null ? state : paint(state, color, hasColor);
  const head = `${String(n).padStart(5)}  ${word}${" ".repeat(10 - state.length)}`;
  if (manifest === null) return `${head}${why}`;
  const { created_ts, source, horizon_ms, features, rows, model_sha256, run_id } = manifest;
  return `${head}${timeOf(created_ts)}  ${source}, ${
    formatDuration(horizon_ms)
  } ahead, features ${features}, ` +
    `${rows} rows, ${modelIdOf(model_sha256)}, run ${run_id}`;
}

const timeOf = (ts: number): string => new Date(ts).toISOString().slice(0, 19) + "Z";

function activate(
  store: AiStore,
  n: number,
  { source, ai: { horizon_ms } }: Config,
  change: PointerChange,
  terminal: Terminal,
): number {
  const { manifest = null } = store.list().find((one) => one.n === n) ?? {};
  const problem = manifest === null
    ? null
    : misfit(manifest, { source, horizon_ms, features: FEATURES_VERSION });
  if (problem !== null) {
    throw new UsageError(
      `Snapshot ${n} would not be used: ${problem}. Name the night's own settings (--source, --config, --set)`,
    );
  }
  return tell(store.activate(n, change), terminal);
}

function rollback(store: AiStore, change: PointerChange, terminal: Terminal): number {
  return tell(store.rollback(change), terminal);
}

function tell(moved: Moved, terminal: Terminal): number {
  if (moved.ok) {
    const { to } = moved;
    terminal.print(
      to === null
        ? "No snapshot is active now: advice is by what is learned in the night"
        : `Snapshot ${to.n} is active now: ${modelIdOf(to.model_sha256)}`,
    );
    return EXIT.ok;
  }
  const { what, exit } = REFUSED[moved.code];
  terminal.say(`Nothing was changed: ${moved.why}. ${what}`);
  return exit;
}

const REFUSED: Readonly<
  Record<Extract<Moved, { ok: false }>["code"], { readonly what: string; readonly exit: number }>
> = {
  missing: { what: "`ai list` shows those that there are", exit: EXIT.usage },
  corrupt: { what: "Choose another from `ai list` and make it active", exit: EXIT.integrity },
  changed: {
    what: "Look at `ai list` and try again; what is left behind may be removed",
    exit: EXIT.failure,
  },
  none_active: { what: "There is nothing to go back from", exit: EXIT.usage },
};
