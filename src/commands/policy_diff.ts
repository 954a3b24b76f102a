import { EXIT } from "../core/exit_codes.ts";
import type { PolicyGate } from "../core/ports.ts";
import { redact } from "../core/secrets.ts";
import { realFiles } from "../edge/real_files.ts";
import { checkDecisions } from "../night/check_decisions.ts";
import { openRunGate, type RunBasis } from "../night/run_basis.ts";
import { whatIf } from "../night/what_if.ts";
import { type CommandInput, type Terminal, UsageError } from "./command.ts";
import { assess, basisOf, placeOf, refuseDamaged } from "./cut_short_run.ts";
import { tellDisagreements } from "./verify.ts";
import { jsonOf, tellSideBySide } from "./what_if.ts";

/**
 * What another policy would have made of a recorded night: which of its decisions would be others, and what would have
 * become of its orders, fills and profit. 0 where no decision differs, else 1.
 */
export async function diffPolicies(run: string, input: CommandInput, terminal: Terminal): Promise<number> {
  const place = placeOf(run, input.option("var") ?? "var");
  const { need, verification } = assess(terminal, place);
  if (need === "damaged") return refuseDamaged(terminal, verification);
  const { runFolder } = place;
  const basis = basisOf(place);
  const { startFacts } = basis;
  if (typeof startFacts === "string") {
    terminal.say(`Nothing can be tried on it: ${startFacts}`);
    return EXIT.integrity;
  }
  const other = await openOther(input, runFolder, basis);
  const own = await openRunGate(realFiles, runFolder, basis);
  const on = { files: realFiles, runFolder, basis };
  const check = checkDecisions({ ...on, gate: other, onProgress: progressOf(terminal, "decisions") });
  const fold = (what: string, gate: PolicyGate) =>
    whatIf({
      ...on,
      startFacts,
      config: basis.config,
      gate,
      untilTs: Infinity,
      onProgress: progressOf(terminal, what),
    });
  const results = { recorded: await fold("as recorded", own), changed: await fold("what if", other) };
  terminal.status("");
  const { run_id } = basis.manifest;
  if (input.has("json")) {
    const [recorded, changed] = [jsonOf(results.recorded), jsonOf(results.changed)];
    const result = { run_id, policy_sha256: other.policySha256, ...check, recorded, what_if: changed };
    terminal.print(redact(JSON.stringify(result)));
  } else {
    tellDisagreements(check, terminal);
    const { allowed, denied, differing } = check;
    terminal.print(`${run_id}: ${differing} of ${allowed + denied} decisions would be others`);
    tellSideBySide(terminal, results);
    terminal.print("note: of what was denied only the fields are known that the run's own policy has read");
  }
  const hasFailed = results.recorded.failure !== null || results.changed.failure !== null;
  return check.differing === 0 && !hasFailed ? EXIT.ok : EXIT.failure;
}

function progressOf(terminal: Terminal, what: string): (count: number) => void {
  return (count) => terminal.status(`${what}: ${count}`);
}

async function openOther(input: CommandInput, runFolder: string, basis: RunBasis): Promise<PolicyGate> {
  const policy = input.option("policy");
  const data = input.option("data");
  if (policy === undefined) throw new UsageError("Expected --policy WASM");
  const other = {
    wasm: readGiven("policy", policy),
    ...(data === undefined ? {} : { data: readData(data) }),
  };
  try {
    return await openRunGate(realFiles, runFolder, basis, other);
  } catch (error) {
    throw new UsageError(`--policy ${policy}: ${(error as Error).message}`);
  }
}

function readData(path: string): Uint8Array {
  const bytes = readGiven("data", path);
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return bytes;
  } catch (error) {
    throw new UsageError(`--data ${path}: ${(error as Error).message}`);
  }
}

function readGiven(option: string, path: string): Uint8Array {
  try {
    return realFiles.read(path);
  } catch (error) {
    throw new UsageError(`--${option}: ${(error as Error).message}`);
  }
}
