import { sha256Hex } from "../core/sha256.ts";
import { aiFileDigest } from "../sinks/run_folder.ts";
import type { Findings } from "./findings.ts";
import type { RunReader } from "./run_reader.ts";

/**
 * Names what lies in a run's folder and is no part of a run: no hash and no anchor covers it, and whoever reads the
 * folder could take it for evidence. The files in `contracts` are covered by their own hash.
 */
export function verifyStrangers(
  reader: RunReader,
  findings: Findings,
  options: {
    readonly queues: readonly string[];
    /** Names of the files in `policy`. */
    readonly policyFiles: readonly string[];
  },
): void {
  const { queues, policyFiles } = options;
  const expect = (folder: string, belongs: (name: string) => boolean) => {
    for (const name of reader.list(folder)) {
      if (belongs(withoutCrash(name))) continue;
      findings.problem(folder === "" ? name : `${folder}/${name}`, null, "does not belong to a run");
    }
  };
  expect("", (name) => OWN.test(name));
  expect("ai", (name) => aiFileDigest(name) !== null);
  expect("audit", (name) => name === "anchors.jsonl");
  expect("policy", (name) => policyFiles.includes(name) || isKept(reader, name));
  expect("queues", (name) => queues.includes(name));
  for (const queue of queues) expect(`queues/${queue}`, (name) => IN_QUEUE.test(name));
}

const OWN =
  /^(?:(?:manifest|config|metrics|portfolio|report)\.json|report\.html|STOP\.flag|(?:metrics|log)(?:\.[0-9]{6})?\.jsonl|ai|audit|contracts|policy|queues)$/;
const IN_QUEUE = /^(?:(?:inbox|acks|deadletter)(?:\.[0-9]{6})?\.jsonl|cursor\.json)$/;

/**
 * What a reload has kept and the log then did not take: it holds what its name says, and nothing was decided by it.
 * Where only a file half made has that name, a crash or a full disk has kept it from being kept.
 */
function isKept(reader: RunReader, name: string): boolean {
  const expected = /^([0-9a-f]{64})\.(?:wasm|data\.json)$/.exec(name)?.[1];
  if (expected === undefined || !reader.exists(`policy/${name}`)) return expected !== undefined;
  const bytes = reader.bytes(`policy/${name}`);
  return bytes !== null && sha256Hex(bytes) === expected;
}

/** A crash may leave files half made; what was put aside when the run was ended is there for good. */
function withoutCrash(name: string): string {
  return name.replace(/(?:\.torn)?(?:\.tmp)?$/, "");
}
