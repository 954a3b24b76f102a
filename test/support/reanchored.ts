import { type Anchor, genesisHead, nextHead, NO_ANCHOR, signAnchor } from "../../src/core/audit_chain.ts";
import { eventIds } from "../../src/core/event_id.ts";
import { copyOf, linesOf, resealed, type RunBytes } from "./run_bytes.ts";
import { simSigner } from "./sim_night.ts";

/**
 * The run after a change, made good by somebody who holds the key: cursors, heads, lengths, signatures, mirror. What a
 * verifier still finds is what the events themselves have wrong.
 */
export function reanchored(changed: RunBytes): RunBytes {
  const run = copyOf(changed);
  const runId = run.night.runFolder.slice(-15);
  const lengths = lengthsIn(run);
  for (const [path, bytes] of run.files) {
    if (path.endsWith("cursor.json")) {
      const inbox = lengths.get(path.replace("cursor.json", "inbox.jsonl"))!;
      run.files.set(path, resealed(bytes, ({ consumers }) => moveTo(inbox[0], consumers)));
    }
  }
  const hashes = hashesByNumber(run, runId);
  let head = genesisHead(runId, run.files.get("manifest.json")!);
  let prev = NO_ANCHOR;
  let text = "";
  for (const line of linesOf(run.files.get("audit/anchors.jsonl")!)) {
    const { key_id: _, sig: _sig, ...anchor } = JSON.parse(line.slice(72)) as Anchor;
    head = nextHead(head, hashes.slice(anchor.first, anchor.last + 1).join(""));
    const files = anchor.final ? Object.fromEntries(lengths) : anchor.files;
    const signed = signAnchor({ ...anchor, head, prev, files }, simSigner);
    prev = signed.slice(7, 71);
    text += signed;
  }
  const bytes = new TextEncoder().encode(text);
  run.files.set("audit/anchors.jsonl", bytes);
  run.mirror = bytes;
  for (const path of ["report.json", "metrics.json"]) {
    run.files.set(path, resealed(run.files.get(path)!, (fields) => void (fields["head"] = head)));
  }
  return run;
}

function moveTo(offset: number, consumers: unknown): void {
  for (const place of Object.values(consumers as Record<string, { offset: number }>)) place.offset = offset;
}

function lengthsIn(run: RunBytes): ReadonlyMap<string, readonly [number, number]> {
  const paths = [...run.files.keys()].filter((path) => /^queues\/.*\.jsonl$/.test(path)).sort();
  return new Map(paths.map((path) => {
    const bytes = run.files.get(path)!;
    return [path, [bytes.length, bytes.filter((byte) => byte === 10).length]];
  }));
}

/** What the lines say of themselves, whatever else is wrong with them. */
function hashesByNumber(run: RunBytes, runId: string): readonly string[] {
  const { numberOf } = eventIds(runId);
  const hashes: string[] = [];
  for (const [path, bytes] of run.files) {
    if (!/^queues\/\w+\/inbox[.0-9]*\.jsonl$/.test(path)) continue;
    for (const line of linesOf(bytes)) {
      const n = numberOf(/"id":"([^"]+)"/.exec(line)?.[1] ?? "");
      if (n >= 0) hashes[n] = line.slice(7, 71);
    }
  }
  return hashes;
}
