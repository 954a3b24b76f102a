import { type Anchor, genesisHead, nextHead, NO_ANCHOR, signedText } from "../core/audit_chain.ts";
import { forgetRotated } from "../sinks/run_position.ts";
import { anchorFormProblem } from "./anchor_form.ts";
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

/** Each anchor holds the hash of the one before it: the last signature covers them all. */
export type Signatures = "all" | "last";

export class AnchorChain {
  /** The anchors' lines as they stand in the file, without newlines. */
  readonly lines: readonly string[];
  /** Path → [bytes, lines] as the last anchor that names it says. */
  readonly lengths: ReadonlyMap<string, readonly [number, number]>;
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
      readonly signatures: Signatures;
    },
  ) {
    this.#findings = findings;
    this.#head = genesisHead(options.runId, options.manifestBytes);
    const { verifier, signatures } = options;
    let previous = NO_ANCHOR;
    let last: CheckedLine | null = null;
    const anchors: { anchor: Anchor; line: number }[] = [];
    const lines: string[] = [];
    const lengths = new Map<string, readonly [number, number]>();
    for (const line of reader.lines(FILE)) {
      lines.push(`sha256:${line.hash}:${line.json}`);
      const before = anchors.at(-1)?.anchor;
      const form = anchorFormProblem(line.value);
      const problem = form ?? placeProblem(line, before, previous, options) ??
        (signatures === "all" ? signatureProblem(line, verifier) : null);
      if (problem !== null) findings.problem(FILE, line.line, problem);
      previous = line.hash;
      if (form !== null) continue;
      const anchor = line.value as unknown as Anchor;
      last = line;
      anchors.push({ anchor, line: line.line });
      for (const [path, length] of Object.entries(anchor.files)) {
        forgetRotated(lengths, path);
        lengths.set(path, length);
      }
    }
    const problem = last === null || signatures === "all" ? null : signatureProblem(last, verifier);
    if (problem !== null) findings.problem(FILE, last!.line, problem);
    this.#anchors = anchors;
    this.lines = lines;
    this.lengths = lengths;
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

  /** Takes the next event of the log. At the end of an anchor's range the heads must agree; gives that anchor then. */
  add(n: number, ts: number, lineHash: string): Anchor | null {
    const current = this.#anchors[this.#next];
    if (current === undefined) return null;
    if (this.#hashes.length === 0) this.#firstTs = ts;
    this.#hashes.push(lineHash);
    const { anchor, line } = current;
    if (n < anchor.last) return null;
    this.#head = nextHead(this.#head, this.#hashes.join(""));
    const span = ts - this.#firstTs;
    if (this.#head !== anchor.head) {
      const reason = `head is ${anchor.head}, events ${anchor.first} to ${anchor.last} give ${this.#head}`;
      this.#findings.problem(FILE, line, reason);
      this.#head = anchor.head;
    } else if (anchor.ts !== ts) {
      this.#findings.problem(FILE, line, `ts is ${anchor.ts}, that of event ${anchor.last} is ${ts}`);
    } else if (span > SPAN_MS_MAX) {
      this.#findings.problem(FILE, line, `covers ${span} ms, at most ${SPAN_MS_MAX} are allowed`);
    }
    this.#hashes = [];
    this.#next++;
    return anchor;
  }

  /** Anchors whose events the log does not hold. */
  finish(lastN: number): void {
    const missing = this.#anchors[this.#next];
    if (missing === undefined) return;
    const reason = `covers events up to ${missing.anchor.last}, the log ends at ${lastN}`;
    this.#findings.problem(FILE, missing.line, reason);
  }
}

/** What an anchor must be, given the one before it. */
function placeProblem(
  line: CheckedLine,
  before: Anchor | undefined,
  previousHash: string,
  options: { readonly runId: string; readonly verifier: AnchorVerifier },
): string | null {
  const anchor = line.value as unknown as Anchor;
  const expected: readonly (readonly [name: keyof Anchor, wanted: unknown])[] = [
    ["run_id", options.runId],
    ["i", before === undefined ? 0 : before.i + 1],
    ["first", before === undefined ? 0 : before.last + 1],
    ["prev", previousHash],
    ["key_id", options.verifier.key_id],
  ];
  for (const [name, wanted] of expected) {
    if (anchor[name] !== wanted) {
      return `${name} is ${JSON.stringify(anchor[name])}, expected ${JSON.stringify(wanted)}`;
    }
  }
  if (before?.final === true) return "stands behind the final anchor";
  const events = anchor.last - anchor.first + 1;
  if (!(events >= 1 && events <= EVENTS_MAX)) return `covers ${events} events, expected 1 to ${EVENTS_MAX}`;
  return null;
}

function signatureProblem({ json, value }: CheckedLine, verifier: AnchorVerifier): string | null {
  const { sig } = value as unknown as Anchor;
  return verifier.verify(signedText(json), sig) ? null : "the signature does not fit";
}
