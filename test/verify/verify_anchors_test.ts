import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Anchor, genesisHead, nextHead, NO_ANCHOR, signAnchor } from "../../src/core/audit_chain.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { Findings, formatProblem } from "../../src/verify/findings.ts";
import { RunReader } from "../../src/verify/run_reader.ts";
import { AnchorChain, type AnchorVerifier, type Signatures } from "../../src/verify/verify_anchors.ts";
import { memoryFiles } from "../support/memory_files.ts";
import { simSigner } from "../support/sim_night.ts";

const runId = "20261121_220000";
const manifestBytes = new TextEncoder().encode("{}");
const ts = 1_795_298_400_000;
const hashOf = (n: number): string => sha256Hex(`event ${n}`);

type Unsigned = Omit<Anchor, "sig" | "key_id">;

/** Three anchors over two events each, the last final; `change` forges them before they are signed. */
function anchorFile(change: (anchor: Unsigned) => Unsigned = (anchor) => anchor): string {
  let prev = NO_ANCHOR;
  let head = genesisHead(runId, manifestBytes);
  let text = "";
  for (let i = 0; i < 3; i++) {
    head = nextHead(head, hashOf(2 * i) + hashOf(2 * i + 1));
    const line = signAnchor(
      change({
        schema: "nore/anchor",
        v: 1,
        run_id: runId,
        i,
        first: 2 * i,
        last: 2 * i + 1,
        head,
        prev,
        files: { [`queues/q/inbox.jsonl`]: [100 * (i + 1), i + 1] },
        ts: ts + 2 * i + 1,
        final: i === 2,
      }),
      simSigner,
    );
    prev = line.slice(7, 71);
    text += line;
  }
  return text;
}

function chainOf(text: string, signatures: Signatures = "all", verifier: AnchorVerifier = simSigner) {
  const disk = memoryFiles();
  disk.contents.set("/run/audit/anchors.jsonl", new TextEncoder().encode(text));
  const findings = new Findings();
  const reader = new RunReader(disk, "/run", findings);
  const chain = new AnchorChain(reader, findings, { runId, manifestBytes, verifier, signatures });
  const addEvents = (count: number, tsOf = (n: number) => ts + n) => {
    const closed: number[] = [];
    for (let n = 0; n < count; n++) {
      const anchor = chain.add(n, tsOf(n), hashOf(n));
      if (anchor !== null) closed.push(anchor.i);
    }
    chain.finish(count - 1);
    return closed;
  };
  return { chain, addEvents, problems: () => findings.problems.map(formatProblem) };
}

test("AnchorChain accepts what was signed over these events", () => {
  const { chain, addEvents, problems } = chainOf(anchorFile());
  assert.equal(addEvents(6), [0, 1, 2]);
  assert.equal(problems(), []);
  assert.equal([chain.count, chain.isFinal, chain.lastN, chain.lines.length], [3, true, 5, 3]);
  assert.is(chain.head, chain.last!.head);
  assert.equal([...chain.lengths], [["queues/q/inbox.jsonl", [300, 3]]]);
});

test("AnchorChain takes the active file for a new one where a segment is named for the first time", () => {
  const named: readonly Anchor["files"][] = [
    { "queues/q/inbox.jsonl": [100, 1] },
    { "queues/q/inbox.000001.jsonl": [100, 1] }, // a crash has left the new active file empty
    { "queues/q/inbox.000001.jsonl": [100, 1], "queues/q/inbox.jsonl": [50, 1] },
  ];
  const lengths = (count: number) => {
    const text = anchorFile((anchor) => ({ ...anchor, files: named[anchor.i]! }));
    const { chain } = chainOf(text.split("\n").slice(0, count).join("\n") + "\n");
    return Object.fromEntries(chain.lengths);
  };
  assert.equal(lengths(1), named[0]);
  assert.equal(lengths(2), named[1]);
  assert.equal(lengths(3), named[2]);
});

test("AnchorChain is empty when no anchor was written", () => {
  const { chain, addEvents, problems } = chainOf("");
  addEvents(2);
  assert.equal(problems(), []);
  assert.equal([chain.count, chain.isFinal, chain.lastN, chain.last], [0, false, -1, null]);
  assert.is(chain.head, genesisHead(runId, manifestBytes));
});

const at = (i: number, changes: Partial<Unsigned>) => (anchor: Unsigned): Unsigned =>
  anchor.i === i ? { ...anchor, ...changes } : anchor;

const SIGNED_BUT_WRONG: readonly (readonly [what: string, text: string, problem: RegExp])[] = [
  [
    "of another run",
    anchorFile(at(1, { run_id: "20261121_220001" })),
    /:2: run_id is "20261121_220001", expected/,
  ],
  ["counted wrong", anchorFile(at(1, { i: 7 })), /:2: i is 7, expected 1/],
  ["not where the last one ended", anchorFile(at(1, { first: 3 })), /:2: first is 3, expected 2/],
  ["chained to another", anchorFile(at(1, { prev: "ab".repeat(32) })), /:2: prev is "abab/],
  ["behind the final one", anchorFile(at(1, { final: true })), /:3: stands behind the final anchor/],
  ["over no event", anchorFile(at(2, { last: 3 })), /:3: covers 0 events, expected 1 to 1000/],
  ["over too many events", anchorFile(at(2, { last: 2000 })), /:3: covers 1997 events, expected 1 to 1000/],
  ["of another form", anchorFile(at(1, { head: "x" })), /:2: head is "x", expected 64 hex digits/],
];

for (const [what, text, expected] of SIGNED_BUT_WRONG) {
  test(`AnchorChain reports an anchor ${what}`, () => {
    const { problems } = chainOf(text);
    assert.match(problems().join("\n"), new RegExp(`audit/anchors\\.jsonl${expected.source}`));
  });
}

test("AnchorChain reports an anchor when it is signed by nobody or by another key", () => {
  const text = anchorFile();
  const unsigned = text.replace(/"sig":"[^"]{8}/, '"sig":"AAAAAAAA');
  const [first, ...rest] = unsigned.split("\n");
  const json = first!.slice(72);
  const forged = [`sha256:${sha256Hex(json)}:${json}`, ...rest].join("\n");
  assert.match(chainOf(forged).problems()[0]!, /:1: the signature does not fit$/);

  const other = text.replaceAll(simSigner.key_id, "0123456789abcdef");
  const rehashed = other.split("\n").filter((line) => line !== "").map((line) =>
    `sha256:${sha256Hex(line.slice(72))}:${line.slice(72)}\n`
  );
  assert.match(chainOf(rehashed.join("")).problems()[0]!, /:1: key_id is "0123456789abcdef", expected "/);
});

test("AnchorChain asks for one signature, and still finds any anchor that another has changed, when the last covers all", () => {
  const asked: string[] = [];
  const verify = (text: string, signature: string) => {
    asked.push(signature);
    return simSigner.verify(text, signature);
  };
  const text = anchorFile();
  assert.equal(chainOf(text, "last", { key_id: simSigner.key_id, verify }).problems(), []);
  assert.is(asked.length, 1);
  text.trimEnd().split("\n").forEach((_, changed, lines) => {
    const forged = lines.map((line, i) => {
      const json = i === changed
        ? line.slice(72).replace(/"head":"[^"]{8}/, '"head":"00000000')
        : line.slice(72);
      return `sha256:${sha256Hex(json)}:${json}\n`;
    });
    const expected = changed === lines.length - 1 ? /:3: the signature does not fit$/ : /: prev is "/;
    assert.match(chainOf(forged.join(""), "last").problems()[0]!, expected);
  });
});

test("AnchorChain reports an anchor when the events give another head", () => {
  const { chain, addEvents, problems } = chainOf(anchorFile(at(1, { head: "cd".repeat(32) })));
  addEvents(6);
  assert.match(problems()[0]!, /:2: head is cdcd\w+, events 2 to 3 give \w{64}$/);
  assert.match(problems()[1]!, /:3: head is/, "what follows a wrong head is wrong");
  assert.is(chain.head, chain.last!.head);
});

test("AnchorChain reports an anchor when its time is not that of its last event", () => {
  const { addEvents, problems } = chainOf(anchorFile(at(0, { ts: ts + 5 })));
  addEvents(6);
  assert.equal(problems(), [`audit/anchors.jsonl:1: ts is ${ts + 5}, that of event 1 is ${ts + 1}`]);
});

test("AnchorChain reports an anchor when it covers more than a second", () => {
  const text = anchorFile((anchor) => ({ ...anchor, ts: ts + anchor.last * 1001 }));
  const { addEvents, problems } = chainOf(text);
  addEvents(6, (n) => ts + n * 1001);
  assert.is(problems().length, 3);
  assert.match(problems()[0]!, /:1: covers 1001 ms, at most 1000 are allowed$/);
});

test("AnchorChain reports anchors when the log is shorter than they say", () => {
  const { addEvents, problems } = chainOf(anchorFile());
  addEvents(3);
  assert.equal(problems(), ["audit/anchors.jsonl:2: covers events up to 3, the log ends at 2"]);
});

test.run();
