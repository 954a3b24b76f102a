import type { Findings } from "./findings.ts";
import type { RunReader } from "./run_reader.ts";
import type { AnchorChain } from "./verify_anchors.ts";

/** Holds the lengths of all files of the queues against what the anchors say of them. Call when all have been read. */
export function verifyLengths(reader: RunReader, findings: Findings, chain: AnchorChain): void {
  if (chain.isFinal) verifyFinal(reader, findings, chain.last!.files);
  else verifyAtLeast(reader, findings, chain.lengths);
}

type Lengths = readonly [bytes: number, lines: number];

/** The final anchor names every file: one more, one less or another length is a problem. */
function verifyFinal(reader: RunReader, findings: Findings, files: Readonly<Record<string, Lengths>>): void {
  const anchored = new Map(Object.entries(files));
  for (const queue of reader.list("queues")) {
    for (const name of reader.list(`queues/${queue}`).filter((name) => name.endsWith(".jsonl"))) {
      const path = `queues/${queue}/${name}`;
      const expected = JSON.stringify(anchored.get(path)) ?? "nothing";
      const actual = JSON.stringify(reader.lengths.get(path)) ?? "unread";
      if (actual !== expected) {
        findings.problem(path, null, `[bytes, lines] are ${actual}, the final anchor says ${expected}`);
      }
      anchored.delete(path);
    }
  }
  for (const path of anchored.keys()) findings.problem(path, null, "is missing, the final anchor names it");
}

/** A run cut short holds at least what its last anchors say; a rotation since then moves lines, but loses none. */
function verifyAtLeast(reader: RunReader, findings: Findings, anchored: ReadonlyMap<string, Lengths>): void {
  const expected = sumByStem(anchored);
  const actual = sumByStem(reader.lengths);
  for (const [stem, [bytes, lines]] of expected) {
    const [hasBytes, hasLines] = actual.get(stem) ?? [0, 0];
    if (hasBytes >= bytes && hasLines >= lines) continue;
    const reason = `[bytes, lines] are ${JSON.stringify([hasBytes, hasLines])}, the anchors say at least ${
      JSON.stringify([bytes, lines])
    }`;
    findings.problem(`${stem}.jsonl`, null, reason);
  }
}

/** All segments of a file together. */
function sumByStem(lengths: ReadonlyMap<string, Lengths>): ReadonlyMap<string, Lengths> {
  const sums = new Map<string, Lengths>();
  for (const [path, [bytes, lines]] of lengths) {
    const stem = path.replace(/(?:\.[0-9]{6})?\.jsonl$/, "");
    const [moreBytes, moreLines] = sums.get(stem) ?? [0, 0];
    sums.set(stem, [moreBytes + bytes, moreLines + lines]);
  }
  return sums;
}
