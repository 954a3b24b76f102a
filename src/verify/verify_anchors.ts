import { type Anchor, genesisHead, nextHead, NO_ANCHOR, signedText } from "../core/audit_chain.ts";
import type { Findings } from "./findings.ts";
import type { CheckedLine, RunReader } from "./run_reader.ts";

/** Checks the anchors among themselves, and holds the chain of events against them while the log is read. */
const FILE = "audit/anchors.jsonl";
const EVENTS_MAX = 1000;
const SPAN_MS_MAX = 1000;

export interface AnchorVerifier {
  readonly key_id: string;
  verify(text: string, signature: string): boolean;
}

export class AnchorChain {
  /** The anchors' lines as they stand in the file, without newlines. */
  readonly lines: readonly string[];
  readonly #findings: Findings;
  readonly #anchors: readonly { readonly anchor: Anchor; readonly line: number }[];
  #head: string;
  #next = 0;
  #hashes: string[] = [];
  #firstTs = 0;

  constructor(
    reader: RunReader,
    findings: Findings,
    options: {
      readonly runId: string;
      readonly manifestBytes: Uint8Array;
      readonly verifier: AnchorVerifier;
    },
  ) {
    this.#findings = findings;
    this.#head = genesisHead(options.runId, options.manifestBytes);
    let previous = NO_ANCHOR;
    const anchors: { anchor: Anchor; line: number }[] = [];
    const lines: string[] = [];
    for (const line of reader.lines(FILE)) {
      const problem = anchorProblem(line, anchors.at(-1)?.anchor, previous, options);
      if (problem !== null) findings.problem(FILE, line.line, problem);
      anchors.push({ anchor: line.value as Anchor, line: line.line });
      lines.push(`sha256:${line.hash}:${line.json}`);
      previous = line.hash;
    }
    this.#anchors = anchors;
    this.lines = lines;
  }

  get count(): number {
    return this.#anchors.length;
  }
  /** The last anchor, where its own line is good. */
  get last(): Anchor | null {
    return this.#anchors.at(-1)?.anchor ?? null;
  }
  get isFinal(): boolean {
    return this.last?.final === true;
  }
  /** n of the last event that an anchor covers, −1 for none. */
  get lastN(): number {
    return this.last?.last ?? -1;
  }
  get head(): string {
    return this.#head;
  }

  /** Takes the next event of the log; at the end of an anchor's range the heads must agree. */
  add(n: number, ts: number, line: CheckedLine): void {
    const current = this.#anchors[this.#next];
    if (current === undefined) return;
    if (this.#hashes.length === 0) this.#firstTs = ts;
    this.#hashes.push(line.hash);
    if (n < current.anchor.last) return;
    this.#head = nextHead(this.#head, this.#hashes.join(""));
    if (this.#head !== current.anchor.head) {
      const range = `events ${current.anchor.first} to ${current.anchor.last}`;
      this.#findings.problem(
        FILE,
        current.line,
        `head is ${current.anchor.head}, ${range} give ${this.#head}`,
      );
      this.#head = current.anchor.head;
    }
    if (ts - this.#firstTs > SPAN_MS_MAX) {
      this.#findings.problem(
        FILE,
        current.line,
        `covers ${ts - this.#firstTs} ms, at most ${SPAN_MS_MAX} are allowed`,
      );
    }
    this.#hashes = [];
    this.#next++;
  }

  /** Anchors whose events the log does not hold. */
  finish(lastN: number): void {
    const missing = this.#anchors[this.#next];
    if (missing === undefined) return;
    const reason = `covers events up to ${missing.anchor.last}, the log ends at ${lastN}`;
    this.#findings.problem(FILE, missing.line, reason);
  }
}

function anchorProblem(
  line: CheckedLine,
  before: Anchor | undefined,
  previousHash: string,
  options: { readonly runId: string; readonly verifier: AnchorVerifier },
): string | null {
  const anchor = line.value as Anchor;
  const first = before === undefined ? 0 : before.last + 1;
  const expected: readonly (readonly [string, unknown, unknown])[] = [
    ["schema", anchor.schema, "nore/anchor"],
    ["v", anchor.v, 1],
    ["run_id", anchor.run_id, options.runId],
    ["i", anchor.i, (before?.i ?? -1) + 1],
    ["first", anchor.first, first],
    ["prev", anchor.prev, previousHash],
    ["key_id", anchor.key_id, options.verifier.key_id],
  ];
  for (const [name, value, wanted] of expected) {
    if (value !== wanted) return `${name} is ${JSON.stringify(value)}, expected ${JSON.stringify(wanted)}`;
  }
  if (before?.final === true) return "stands behind the final anchor";
  const events = anchor.last - anchor.first + 1;
  if (!(events >= 1 && events <= EVENTS_MAX)) return `covers ${events} events, expected 1 to ${EVENTS_MAX}`;
  if (!options.verifier.verify(signedText(line.json), anchor.sig)) return "the signature does not fit";
  return null;
}

/** The mirror must hold the same anchors: a cut-off tail of the run shows only here. */
export function verifyMirror(
  findings: Findings,
  chain: AnchorChain,
  mirror: Uint8Array,
): void {
  const text = new TextDecoder().decode(mirror);
  const theirs = text.split("\n").filter((line) => line !== "");
  const ours = chain.lines;
  if (theirs.length > ours.length) {
    const missing =
      `${ours.length} anchors here, ${theirs.length} in the mirror: the end of this run was cut off`;
    findings.problem(FILE, null, missing);
  } else if (chain.isFinal && theirs.length < ours.length) {
    findings.problem(FILE, null, `${ours.length} anchors here, only ${theirs.length} in the mirror`);
  }
  const differs = ours.findIndex((line, i) => i < theirs.length && line !== theirs[i]);
  if (differs !== -1) findings.problem(FILE, differs + 1, "differs from the mirror");
}
