import * as assert from "uvu/assert";
import { problemsOf, type RunBytes, verifyBytes, withFile } from "./run_bytes.ts";

/**
 * Changes one bit of a finished run after the other; each must be found, in its file, and in its line where the file
 * has lines. The report for the eye is not looked at, and of contracts and policy a hash covers all there is.
 */
export const NOT_SWEPT: RegExp = /^(?:report\.html|log\.jsonl|contracts\/|policy\/)/;

/** Gives how many bits of each file were changed. `stride` 1 is all of them. */
export function sweepBits(run: RunBytes, stride: number): Readonly<Record<string, number>> {
  const bits: Record<string, number> = {};
  let next = 0;
  for (const [path, bytes] of [...run.files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (NOT_SWEPT.test(path)) continue;
    for (; next < bytes.length * 8; next += stride) {
      proveFound(run, path, next);
      bits[path] = (bits[path] ?? 0) + 1;
    }
    next -= bytes.length * 8;
  }
  return bits;
}

export function proveFound(run: RunBytes, path: string, bit: number): void {
  const bytes = run.files.get(path)!.slice();
  const at = bit >> 3;
  bytes[at]! ^= 1 << (bit & 7);
  const result = verifyBytes(withFile(run, path, bytes));
  const what = `bit ${bit} of ${path}\n${problemsOf(result).slice(0, 5).join("\n")}`;
  assert.is(result.ok, false, what);
  const line = path.endsWith(".jsonl") ? lineOf(run.files.get(path)!, at) : null;
  assert.ok(
    result.findings.problems.some((problem) => problem.file === path && problem.line === line),
    `line ${line}, ${what}`,
  );
}

/** Counted from 1; a newline belongs to the line that it ends. */
function lineOf(bytes: Uint8Array, at: number): number {
  let line = 1;
  for (let i = 0; i < at; i++) if (bytes[i] === 10) line++;
  return line;
}
