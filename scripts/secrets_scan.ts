/** Looks through a repository for secrets that nobody has accepted. */
import { writeFileSync } from "node:fs";
import { type RepositoryFiles, stagedFiles, trackedFiles } from "./repository_files.ts";
import { findSecrets, type SecretFinding } from "./secret_findings.ts";
import {
  type Accepted,
  BASELINE,
  compareWithBaseline,
  formatBaseline,
  parseBaseline,
} from "./secrets_baseline.ts";

export type ScanMode = "tracked" | "staged" | "update";

/** What is larger fails: nobody has looked into it. */
const FILE_BYTES_MAX = 2_000_000;
/** git's own measure: a zero byte this early makes a file binary. */
const BINARY_LOOK_BYTES = 8000;

interface Scan {
  readonly findings: readonly SecretFinding[];
  readonly scanned: number;
  readonly binary: number;
  readonly tooLarge: readonly string[];
}

/** Gives the exit code. */
export async function scanSecrets(
  root: string,
  mode: ScanMode,
  print: (line: string) => void,
): Promise<number> {
  const files = mode === "staged" ? stagedFiles(root) : trackedFiles(root);
  const scan = await scanFiles(files);
  for (const path of scan.tooLarge) {
    print(
      `${path} has more than ${
        FILE_BYTES_MAX / 1e6
      } MB and is not looked through: split it, or keep it elsewhere`,
    );
  }
  if (mode === "update") writeFileSync(`${root}/${BASELINE}`, formatBaseline(scan.findings));
  const baseline = files.read(BASELINE);
  const accepted = baseline === null ? [] : parseBaseline(new TextDecoder().decode(baseline));
  const { unknown, stale } = compareWithBaseline(scan.findings, accepted);
  tellUnknown(unknown, print);
  const gone = mode === "staged" ? [] : stale; // what is not staged was not looked for
  tellStale(gone, print);
  print(
    `${scan.scanned} files looked through, ${scan.binary} binary ones not, ` +
      `${scan.findings.length - unknown.length} findings accepted, ${unknown.length} not`,
  );
  return unknown.length + gone.length + scan.tooLarge.length === 0 ? 0 : 1;
}

async function scanFiles({ paths, read }: RepositoryFiles): Promise<Scan> {
  const findings: SecretFinding[] = [];
  const tooLarge: string[] = [];
  let scanned = 0;
  let binary = 0;
  for (const path of paths) {
    const bytes = read(path);
    if (bytes === null) continue;
    if (bytes.subarray(0, BINARY_LOOK_BYTES).includes(0)) binary++;
    else if (bytes.length > FILE_BYTES_MAX) tooLarge.push(path);
    else {
      scanned++;
      findings.push(...await findSecrets(path, new TextDecoder().decode(bytes)));
    }
  }
  return { findings, scanned, binary, tooLarge };
}

function tellUnknown(unknown: readonly SecretFinding[], print: (line: string) => void): void {
  if (unknown.length === 0) return;
  for (const { path, line, rule, characters } of unknown) {
    print(`${path}:${line} ${rule} (${characters} characters, not shown)`);
  }
  print("If it is a key: revoke it where it was made, then take it out, also of what is already committed.");
  print(`If it opens nothing: npm run secrets -- --update, and commit ${BASELINE} with it.`);
}

function tellStale(stale: readonly Accepted[], print: (line: string) => void): void {
  if (stale.length === 0) return;
  for (const { path, rule, sha256 } of stale) {
    print(`${BASELINE}: ${path} no longer has ${rule} ${sha256.slice(0, 12)}`);
  }
  print(`Take it out: npm run secrets -- --update, and commit ${BASELINE}.`);
}
