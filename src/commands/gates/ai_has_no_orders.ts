import { readdirSync } from "node:fs";
import { posix } from "node:path";
import type { Config } from "../../core/config.ts";
import type { PolicyGate } from "../../core/ports.ts";
import { readText } from "../../edge/package_files.ts";
import { admitLine, byPolicy, bySchema, byType, type LineCheck } from "../../streams/ai/admit_line.ts";
import { workerLineProblem } from "../../streams/ai/worker_line_schemas.ts";
import { taskOf } from "../adviser.ts";
import { type Check, checkOf } from "./gate.ts";
import type { Sample } from "./schema_sample.ts";

/** That the AI has nothing to act with: looked up in the program that is isolated, in its host, and in what it may say. */

/** Of the bundle: each module begins with its path. A module of the machine is the probe's, which its walls must deny. */
const MODULE = /^\/\/ ((?:src|node_modules)\/\S+)$/gm;
const OWN = /^src\/(?:core|streams\/ai)\//;
/** A figure that a strategy has, too: numbers in, a number out. */
const ALSO: readonly string[] = ["src/streams/strategies/rsi.ts"];

export function programCheck(program: string): Check {
  const modules = [...new Set([...program.matchAll(MODULE)].map(([, path]) => path!))];
  const foreign = modules.filter((path) => !OWN.test(path) && !ALSO.includes(path));
  const problem = modules.length === 0 ? "the isolated program does not say of what it is made" : null;
  return checkOf(
    problem ?? (foreign.length === 0 ? null : `the isolated program holds ${foreign.join(", ")}`),
    `${modules.length} modules in the isolated program: none of execution, risk, policy or the journal`,
  );
}

/** Who would act on an order. */
const ACTING = /^src\/(?:policy\/|sinks\/|night\/|edge\/|commands\/|streams\/(?:fills|risk)\/|[^/]+$)/;

/** The host of the AI process, file by file: what it imports cannot act either. */
export function hostCheck(folder: string): Check {
  const paths = (readdirSync(folder, { recursive: true }) as string[])
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts"));
  const acting = paths.flatMap((path) =>
    importsOf(readText(`${folder}/${path}`), `src/streams/ai/${path}`)
      .filter((target) => ACTING.test(target))
      .map((target) => `${path} imports ${target}`)
  );
  const problem = paths.length === 0 ? `no file in ${folder}` : null;
  return checkOf(
    problem ?? (acting.length === 0 ? null : acting.join(", ")),
    `${paths.length} files of its host import nothing of execution, risk, policy or the journal`,
  );
}

function importsOf(text: string, path: string): readonly string[] {
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)]
    .map(([, specifier]) => posix.join(posix.dirname(path), specifier!));
}

/** Spelt as they are, and as somebody would who hopes that a check reads otherwise. */
const SPELLINGS: readonly ((type: string) => string)[] = [
  (type) => type,
  (type) => type.toUpperCase(),
  (type) => `${type} `,
  (type) => type.replace("order", "ordеr"), // a Cyrillic letter
];

/** Orders as their schemas want them, before each check with nothing beside it. */
export function admissionChecks({ config, gate, samples }: {
  readonly config: Config;
  readonly gate: PolicyGate;
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
}): readonly Check[] {
  const types = [...samples.keys()].filter((type) => type.startsWith("order_"));
  const encoder = new TextEncoder();
  const lines = types.flatMap((type) =>
    SPELLINGS.flatMap((spell) =>
      samples.get(type)!.map(({ value: { payload } }) =>
        encoder.encode(JSON.stringify({ type: spell(type), payload }))
      )
    )
  );
  const alone: Readonly<Record<string, LineCheck>> = {
    type: byType,
    schema: bySchema(workerLineProblem(taskOf(config))),
    "the policy in force": byPolicy(gate),
  };
  return Object.entries(alone).map(([name, check]) => {
    const refused = lines.filter((line) => !admitLine(line, [check]).ok).length;
    return {
      passed: types.length > 0 && refused === lines.length,
      what: `by ${name} alone: ${refused} of ${lines.length} orders refused (${types.join(", ")})`,
    };
  });
}
