import { writeFileSync } from "node:fs";
import { EXIT } from "../../core/exit_codes.ts";
import {
  type Boundary,
  commandFor,
  findBoundary,
  type FoundBoundary,
  WORKER_PATH,
} from "../../edge/ai_boundary.ts";
import { aiProcess } from "../../edge/ai_process.ts";
import { packageRoot, readContractFiles, readText } from "../../edge/package_files.ts";
import { type BoundaryProbe, probeBoundary } from "../../edge/probe_boundary.ts";
import { openContracts } from "../../night/open_run.ts";
import { noticeIn } from "../../sinks/stop_flag.ts";
import { AI_BOUNDARY } from "../../streams/ai/ai_drafts.ts";
import { leaksOf } from "../../streams/ai/probe_promises.ts";
import { openAdviser } from "../adviser.ts";
import { anchorKeyPath, openAnchorKey } from "../anchor_key.ts";
import { readInput } from "../command.ts";
import { loadRules } from "../load_rules.ts";
import { loadSettings } from "../load_settings.ts";
import { nore } from "../nore.ts";
import { verify } from "../verify.ts";
import { admissionChecks, hostCheck, programCheck } from "./ai_has_no_orders.ts";
import { type Check, checkOf, type Gate, type GateStage } from "./gate.ts";
import { gateNight, quiet } from "./gate_night.ts";
import { samplesByType, textsOf } from "./schema_gate.ts";
import { SAY_ORDER, turnedWorker } from "./turned_worker.ts";

/** The AI advises and can do nothing else: no key within its reach, nothing to act with, and no order of its passes. */
export const aiIsolationGate: Gate = {
  name: "ai_isolation_gate",
  async run(stage) {
    const config = loadSettings(readInput(nore, ["--var", stage.folder]));
    const files = readContractFiles(`${packageRoot}/config`);
    const contracts = openContracts(files);
    const samples = samplesByType(contracts, textsOf(files));
    const gate = await loadRules(config).openGate();
    const found = await findBoundary();
    const { boundary } = found;
    const still = [
      programCheck(readText(WORKER_PATH)),
      hostCheck(`${packageRoot}/src/streams/ai`),
      ...admissionChecks({ config, gate, samples }),
    ];
    if (boundary === null) return [noBoundary(found), ...still];
    openAnchorKey(config, stage.folder);
    const keyPath = anchorKeyPath(config, stage.folder);
    const process = aiProcess(commandFor(boundary, config.ai.memory_mb_max));
    const probe = await probeBoundary(process, { parent: stage.folder, readPath: keyPath });
    return [...probeChecks(boundary, probe), ...still, ...await turnedNight(stage)];
  },
};

/** What cannot be proven does not hold. */
export function noBoundary({ missed, todo }: Pick<FoundBoundary, "missed" | "todo">): Check {
  const what = `no boundary here denies the AI the network, so it stays off: ${missed.join("; ")}`;
  return { passed: false, what: todo === null ? what : `${what}; ${todo}` };
}

/** `probe` had the key to read. */
export function probeChecks(
  { name, detail }: Pick<Boundary, "name" | "detail">,
  { attempts, arrived, problem }: BoundaryProbe,
): readonly Check[] {
  const leaks = problem === null ? leaksOf(name, attempts, arrived) : [problem];
  const resultOf = (attempt: string) => attempts.find((one) => one.name === attempt);
  const [read, environment] = [resultOf("read_outside"), resultOf("environment")];
  const isOut = read?.succeeded === false && environment?.succeeded === false;
  const denied = attempts.filter(({ succeeded }) => !succeeded).length;
  return [
    checkOf(
      leaks.length === 0 ? null : `${name}: ${leaks.join("; ")}`,
      `${name} (${detail}) denied ${denied} of ${attempts.length} attempts, nothing arrived`,
    ),
    {
      passed: isOut,
      what: `the anchor key: ${read?.detail ?? "not tried"}; its environment: ${
        environment?.detail ?? "not tried"
      }`,
    },
  ];
}

/** A strategy that never has an opinion: whatever is traded, the AI has brought about. */
const IDLE = [{ id: "idle", name: "momentum", capital: "10000", parameters: { entry_bps: 10_000 } }];
const NIGHT = [
  ...["--duration", "10s", "--speed", "max", "--set", "ai.boundary=required"],
  ...["--set", `strategy.list=${JSON.stringify(IDLE)}`],
];
const ORDERS = ["order_intent", "order_cancel", "order_result", "fill"];

/** A night whose AI has been turned: it is really isolated, really works, and then says an order. */
async function turnedNight(stage: GateStage): Promise<readonly Check[]> {
  const programPath = `${stage.folder}/turned_worker.mjs`;
  writeFileSync(programPath, turnedWorker(readText(WORKER_PATH), `if (answers === 3) ${SAY_ORDER}`));
  const { ended, run } = await gateNight(stage, NIGHT, {
    exit: EXIT.stopped,
    open: (config, setting) => openAdviser(config, { ...setting, programPath }),
  });
  if (run === null) return [ended];
  const verified = await verify.run(readInput(verify, [run, "--require-complete"]), quiet(stage.terminal));
  return [ended, ...turnedChecks(run), {
    passed: verified === EXIT.ok,
    what: `verify gave ${verified}, expected ${EXIT.ok}`,
  }];
}

/** What a run must show whose AI said an order. */
export function turnedChecks(run: string): readonly Check[] {
  const { counts, deadletter } = JSON.parse(readText(`${run}/report.json`)) as {
    readonly counts: Readonly<Record<string, number>>;
    readonly deadletter: number;
  };
  const stop = noticeIn(readText(`${run}/STOP.flag`));
  const orders = ORDERS.map((type) => `${counts[type]} ${type}`).join(", ");
  const kept = `${deadletter} deadletter, ${counts["policy_denial"]} policy_denial`;
  return [
    {
      passed: stop?.reason_code === AI_BOUNDARY,
      what: `the AI said an order: STOPPED ${stop?.reason_code}, expected ${AI_BOUNDARY}: ${stop?.detail}`,
    },
    { passed: ORDERS.every((type) => counts[type] === 0), what: `nothing was traded for it: ${orders}` },
    { passed: deadletter === 1 && counts["policy_denial"] === 1, what: `as evidence there are ${kept}` },
  ];
}
