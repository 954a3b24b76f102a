import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Anchor, nextHead, NO_ANCHOR, signedText } from "../../src/core/audit_chain.ts";
import { parseLine } from "../../src/core/journal_line.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { AnchorLog } from "../../src/sinks/anchor_log.ts";
import { simSigner } from "../support/sim_night.ts";

const GENESIS = sha256Hex("genesis");
const hashOf = (n: number) => sha256Hex(`line ${n}`);

function anchorLog() {
  const lines: string[] = [];
  const mirrored: string[] = [];
  const log = new AnchorLog({
    runId: "20261121_220000",
    genesis: GENESIS,
    signer: simSigner,
    position: null,
    places: [{ add: (line) => void lines.push(line) }, { add: (line) => void mirrored.push(line) }],
  });
  return { log, lines, mirrored };
}

/** The anchor of a line, whose hash and signature must be right. */
function opened(line: string): Anchor & { readonly lineHash: string } {
  const checked = parseLine(line.trimEnd());
  if (!checked.ok) throw new Error(checked.problem);
  const anchor = JSON.parse(checked.json) as Anchor;
  assert.ok(simSigner.verify(signedText(checked.json), anchor.sig), "the signature");
  return { ...anchor, lineHash: checked.hash };
}

const INBOX = "queues/fills/inbox.jsonl";
const ACKS = "queues/fills/acks.jsonl";

test("anchor() writes the same signed line to every place, its fields in the contract's order", () => {
  const { log, lines, mirrored } = anchorLog();
  log.add(hashOf(0), 5);
  log.anchor([[INBOX, 100, 1]], { ts: 5, final: false });
  assert.equal(lines, mirrored);
  const { lineHash: _, ...anchor } = opened(lines[0]!);
  assert.is(
    Object.keys(anchor).join(),
    "schema,v,run_id,i,first,last,head,prev,files,ts,final,key_id,sig",
  );
  assert.equal({ ...anchor, sig: "" }, {
    schema: "nore/anchor",
    v: 1,
    run_id: "20261121_220000",
    i: 0,
    first: 0,
    last: 0,
    head: nextHead(GENESIS, hashOf(0)),
    prev: NO_ANCHOR,
    files: { [INBOX]: [100, 1] },
    ts: 5,
    final: false,
    key_id: simSigner.key_id,
    sig: "",
  });
});

test("anchor() chains ranges, heads and lines, however the events are cut", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }), (sizes) => {
      const { log, lines } = anchorLog();
      let n = 0;
      for (const size of sizes) {
        for (let i = 0; i < size; i++) log.add(hashOf(n++), n);
        assert.is(log.waiting, size);
        log.anchor([], { ts: n, final: false });
        assert.is(log.waiting, 0);
      }
      let next = 0;
      let head = GENESIS;
      let previous = NO_ANCHOR;
      for (const [i, line] of lines.entries()) {
        const anchor = opened(line);
        const last = next + sizes[i]! - 1;
        let hashes = "";
        while (next <= last) hashes += hashOf(next++);
        head = nextHead(head, hashes);
        assert.equal([anchor.i, anchor.first, anchor.last], [i, last - sizes[i]! + 1, last]);
        assert.equal([anchor.head, anchor.prev], [head, previous]);
        previous = anchor.lineHash;
      }
      assert.is(log.head, head);
    }),
    { numRuns: 30 },
  );
});

test("waitingSinceTs is the time of the first event since the last anchor", () => {
  const { log } = anchorLog();
  log.add(hashOf(0), 5);
  log.add(hashOf(1), 9);
  assert.is(log.waitingSinceTs, 5);
  log.anchor([], { ts: 9, final: false });
  log.add(hashOf(2), 12);
  assert.is(log.waitingSinceTs, 12);
});

test("anchor() names the files that changed, sorted, and in the final one all of them", () => {
  const { log, lines } = anchorLog();
  const steps = [
    { files: [[INBOX, 100, 1], [ACKS, 0, 0]], final: false },
    { files: [[INBOX, 100, 1], [ACKS, 40, 1]], final: false },
    { files: [[INBOX, 150, 2], [ACKS, 80, 2]], final: false },
    { files: [[INBOX, 150, 2], [ACKS, 80, 2], ["queues/fills/deadletter.jsonl", 0, 0]], final: true },
  ] as const;
  steps.forEach(({ files, final }, n) => {
    log.add(hashOf(n), n);
    log.anchor(files, { ts: n, final });
  });
  assert.equal(lines.map((line) => Object.entries(opened(line).files)), [
    [[INBOX, [100, 1]]],
    [[ACKS, [40, 1]]],
    [[ACKS, [80, 2]], [INBOX, [150, 2]]],
    [[ACKS, [80, 2]], ["queues/fills/deadletter.jsonl", [0, 0]], [INBOX, [150, 2]]],
  ]);
  assert.equal(lines.map((line) => opened(line).final), [false, false, false, true]);
});

test("anchor() names the active file after a rotation, though it be as long as the one before it was", () => {
  const { log, lines } = anchorLog();
  const rotated = "queues/fills/inbox.000001.jsonl";
  log.add(hashOf(0), 0);
  log.anchor([[INBOX, 100, 1]], { ts: 0, final: false });
  log.add(hashOf(1), 1);
  log.anchor([[rotated, 100, 1], [INBOX, 100, 1]], { ts: 1, final: false });
  log.add(hashOf(2), 2);
  log.anchor([[rotated, 100, 1], [INBOX, 200, 2]], { ts: 2, final: false });
  assert.equal(lines.map((line) => opened(line).files), [
    { [INBOX]: [100, 1] },
    { [rotated]: [100, 1], [INBOX]: [100, 1] },
    { [INBOX]: [200, 2] },
  ]);
});

test.run();
