import { resolve } from "node:path";
import { EXIT } from "../core/exit_codes.ts";
import { nearestName } from "../core/nearest_name.ts";
import { makeFolders } from "../edge/make_folders.ts";
import { type Command, type Terminal, UsageError } from "./command.ts";
import { aiIsolationGate } from "./gates/ai_isolation_gate.ts";
import { atomicIoGate } from "./gates/atomic_io_gate.ts";
import { type Gate, type GateResult, runGate } from "./gates/gate.ts";
import { runtimeSmoke } from "./gates/runtime_smoke.ts";
import { schemaGate } from "./gates/schema_gate.ts";
import { paint } from "./paint.ts";

/** The acceptance gates: each does the real thing in a folder of its own and answers PASS or FAIL with what it saw. */
const GATES: readonly Gate[] = [
  runtimeSmoke,
  schemaGate,
  atomicIoGate,
  aiIsolationGate,
];
export const GATE_NAMES: readonly string[] = GATES.map(({ name }) => name);

export const gates: Command = {
  name: "gates",
  summary: "Runs the acceptance gates, all or those named: a night, its schemas, its files, its AI.",
  operands: "[NAME…]",
  options: {
    quick: { value: null, help: "in virtual time and without killing anything: seconds instead of minutes" },
    var: {
      value: "DIR",
      help: "where each gate's own folder is made and removed (default: var, where nights run)",
    },
    json: { value: null, help: "print the results as JSON" },
  },
  examples: ["gates --quick", "gates schema_gate atomic_io_gate"],
  async run(input, terminal) {
    const chosen = input.operands.length === 0 ? GATES : input.operands.map(gateNamed);
    const parent = parentOf(input.option("var") ?? "var");
    const results: GateResult[] = [];
    for (const gate of chosen) {
      const result = await runGate(gate, { parent, isQuick: input.has("quick"), terminal });
      results.push(result);
      if (!input.has("json")) tell(result, terminal);
    }
    const passed = results.filter(({ ok }) => ok).length;
    const failed = results.filter(({ ok }) => !ok).length;
    terminal.print(
      input.has("json") ? JSON.stringify(results) : `${passed} passed, ${failed} failed`,
    );
    return passed > 0 && failed === 0 ? EXIT.ok : EXIT.failure; // where nothing was proven, nothing has passed
  },
};

/** On the disk of the nights: what the gates prove of files is proven for that one, and no other may be granted. */
function parentOf(folder: string): string {
  const parent = resolve(folder);
  try {
    makeFolders(parent);
    return parent;
  } catch (error) {
    throw new UsageError(
      `--var: the gates' folders cannot be made in ${JSON.stringify(parent)}: ${(error as Error).message}`,
    );
  }
}

function gateNamed(name: string): Gate {
  const gate = GATES.find((one) => one.name === name);
  if (gate !== undefined) return gate;
  const nearest = nearestName(name, GATE_NAMES);
  const hint = nearest === null ? `gates are ${GATE_NAMES.join(", ")}` : `did you mean ${nearest}`;
  throw new UsageError(`Unknown gate ${JSON.stringify(name)}, ${hint}`);
}

function tell({ gate, ok, checks }: GateResult, { print, hasColor }: Terminal): void {
  print(`${ok ? paint("PASS", "green", hasColor) : paint("FAIL", "red", hasColor)} ${gate}`);
  for (const { passed, what } of checks) print(`  ${passed ? "ok  " : "FAIL"} ${what}`);
}
