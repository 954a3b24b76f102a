import { readdirSync } from "node:fs";
import type { Contracts } from "../../core/contracts.ts";
import { parseLine } from "../../core/journal_line.ts";
import { packageRoot, readContractFiles, readText } from "../../edge/package_files.ts";
import { openContracts } from "../../night/open_run.ts";
import { type Check, checkOf, type Gate } from "./gate.ts";
import { gateNight } from "./gate_night.ts";
import { type Sample, samplesOf, without } from "./schema_sample.ts";

/** What is journaled fits its schema, and the schemas refuse what lacks anything: both seen, and counted. */
export const schemaGate: Gate = {
  name: "schema_gate",
  async run(stage) {
    const files = readContractFiles(`${packageRoot}/config`);
    const contracts = openContracts(files);
    const samples = sampleChecks(contracts, samplesByType(contracts, textsOf(files)));
    const { ended, run } = await gateNight(stage, ["--duration", "15m", "--speed", "max"]);
    return [ended, ...(run === null ? [] : lineChecks(contracts, run)), ...samples];
  },
};

/** Every line of every file of a run: its form everywhere, its schema and queue where it is an event. */
export function lineChecks(contracts: Contracts, run: string): readonly Check[] {
  const problems: string[] = [];
  const types = new Set<string>();
  let lines = 0;
  let events = 0;
  for (const path of (readdirSync(run, { recursive: true }) as string[]).sort()) {
    if (!path.endsWith(".jsonl")) continue;
    const [, queue] = /^queues\/([a-z_]+)\/inbox\.(?:[0-9]{6}\.)?jsonl$/.exec(path) ?? [];
    readText(`${run}/${path}`).split("\n").slice(0, -1).forEach((line, i) => {
      lines++;
      const parsed = parseLine(line);
      let problem = parsed.ok ? null : parsed.problem;
      if (parsed.ok && queue !== undefined) {
        const event = JSON.parse(parsed.json) as { readonly type: string };
        problem = contracts.checkEvent(event);
        if (problem === null && contracts.queueOf(event.type) !== queue) {
          problem = `${event.type} is not of this queue`;
        }
        types.add(event.type);
        events++;
      }
      if (problem !== null) problems.push(`${path}:${i + 1}: ${problem}`);
    });
  }
  const bad = problems.length === 0
    ? null
    : `${problems.length} of ${lines} lines do not fit, the first: ${problems[0]}`;
  return [
    checkOf(
      events === 0 ? "no event was journaled" : bad,
      `${lines} lines have the line form, ${events} of them are events of ${types.size} types and fit their schemas`,
    ),
  ];
}

/** Path → text. */
export function textsOf(files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, string> {
  return new Map([...files].map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]));
}

/** Type → samples made from its schema. */
export function samplesByType(
  contracts: Contracts,
  schemas: ReadonlyMap<string, string>,
): ReadonlyMap<string, readonly Sample[]> {
  return new Map(contracts.types.map((type) => {
    const text = schemas.get(`schemas/${type}.v1.schema.json`);
    if (text === undefined) throw new Error(`No schema of the type ${JSON.stringify(type)}`);
    return [type, samplesOf(JSON.parse(text))];
  }));
}

/** Each sample is accepted whole, and refused without any one of its required fields or with one too many. */
export function sampleChecks(
  contracts: Contracts,
  samples: ReadonlyMap<string, readonly Sample[]>,
): readonly Check[] {
  const refusedWhole: string[] = [];
  const accepted: string[] = [];
  const acceptedMore: string[] = [];
  let count = 0;
  let removed = 0;
  for (const [type, ofType] of samples) {
    for (const { value, required } of ofType) {
      count++;
      const problem = contracts.checkEvent(value);
      if (problem !== null) refusedWhole.push(`${type}: ${problem}`);
      if (contracts.checkEvent({ ...value, foreign: 1 }) === null) acceptedMore.push(type);
      for (const path of required) {
        removed++;
        if (contracts.checkEvent(without(value, path)) === null) {
          accepted.push(`${type} without ${path.join(".")}`);
        }
      }
    }
  }
  const first = (problems: readonly string[], what: string) =>
    problems.length === 0 ? null : `${problems.length} ${what}, the first: ${problems[0]}`;
  return [
    checkOf(
      first(refusedWhole, "samples are refused"),
      `${count} sample events of ${samples.size} types are accepted`,
    ),
    checkOf(
      removed === 0
        ? "no schema requires anything"
        : first(accepted, "events are accepted that lack something"),
      `${removed} required fields, each removed once: all refused`,
    ),
    checkOf(
      first(acceptedMore, "events are accepted with a field too many"),
      `${count} envelopes with a field too many: all refused`,
    ),
  ];
}
