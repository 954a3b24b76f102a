import { EXIT } from "../core/exit_codes.ts";
import type { PolicyGate } from "../core/ports.ts";
import { redact } from "../core/secrets.ts";
import { realFiles } from "../edge/real_files.ts";
import { checkDecisions } from "../night/check_decisions.ts";
import { openRunGate, type RunBasis } from "../night/run_basis.ts";
import { type CommandInput, type Terminal, UsageError } from "./command.ts";
import { assess, basisOf, placeOf, refuseDamaged } from "./cut_short_run.ts";
import { readGiven } from "./given_file.ts";
import { tellDisagreements } from "./told_decisions.ts";
import { foldBoth, hasFailed, jsonOf, tellSideBySide } from "./what_if.ts";

/**
 * What another policy would have made of a recorded night: which of its decisions would be others, and what would have
 * become of its orders, fills and profit. 0 where no decision differs, else 1.
 */
export async function diffPolicies(run: string, input: CommandInput, terminal: Terminal): Promise<number> {
  const place = placeOf(run, input.option("var"));
  const { need, verification } = assess(terminal, place);
  if (need === "damaged") return refuseDamaged(terminal, verification);
  const { runFolder } = place;
  const basis = basisOf(place);
  const other = await openOther(input, runFolder, basis);
  const results = await foldBoth(terminal, { runFolder, basis }, { gate: other });
  if (results === null) return EXIT.integrity;
  const check = checkDecisions({
    files: realFiles,
    runFolder,
    basis,
    gate: other,
    onProgress: (events) => terminal.status(`${events} events asked about`),
  });
  terminal.status("");
  const { run_id } = basis.manifest;
  if (input.has("json")) {
    const result = { run_id, policy_sha256: other.policySha256, ...check, ...jsonOf(results) };
    terminal.print(redact(JSON.stringify(result)));
  } else {
    tellDisagreements(check, terminal);
    const { allowed, denied, differing } = check;
    terminal.print(`${run_id}: ${differing} of ${allowed + denied} decisions would be others`);
    tellSideBySide(terminal, results);
    terminal.print("note: of what was denied only the fields are known that the run's own policy has read");
  }
  return check.differing === 0 && !hasFailed(results) ? EXIT.ok : EXIT.failure;
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
