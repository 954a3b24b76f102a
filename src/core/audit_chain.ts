import { formatLine } from "./journal_line.ts";
import type { Signer } from "./ports.ts";
import { sha256Hex, sha256Parts } from "./sha256.ts";

/**
 * The chain over all inboxes and the signed anchors that pin it. Tamper-evident, not tamper-proof:
 * it cannot see someone who holds the key and both places that anchors are written to.
 */
export interface Anchor {
  readonly schema: "nore/anchor";
  readonly v: 1;
  readonly run_id: string;
  readonly i: number;
  readonly first: number;
  readonly last: number;
  readonly head: string;
  readonly prev: string;
  /** Path → [bytes, lines], sorted by path. */
  readonly files: Readonly<Record<string, readonly [number, number]>>;
  readonly ts: number;
  readonly final: boolean;
  readonly key_id: string;
  readonly sig: string;
}

export const NO_ANCHOR: string = "0".repeat(64);

/** A turn has at most 250 events (pipeline.ts), so an anchor never covers more than 1,000. */
const ANCHOR_AFTER_EVENTS = 750;
const ANCHOR_SPAN_MS = 1000;

/** Before a turn, never after one: so there is always an event left for the final anchor. */
export function isAnchorDue(waiting: number, waitingSinceTs: number, turnTs: number): boolean {
  return waiting >= ANCHOR_AFTER_EVENTS || (waiting > 0 && turnTs - waitingSinceTs > ANCHOR_SPAN_MS);
}

/** The head before the first event binds the chain to its run and manifest. */
export function genesisHead(runId: string, manifestBytes: string | Uint8Array): string {
  return sha256Hex(`nore-chain-v1\n${runId}\n${sha256Hex(manifestBytes)}\n`);
}

/** `lineHashes`: the hex line hashes of the new events in n order, joined. */
export function nextHead(head: string, lineHashes: string): string {
  return sha256Parts([Buffer.from(head, "hex"), Buffer.from(lineHashes, "hex")]);
}

const UNSIGNED = '"sig":""}';

/** The signed line of an anchor, with its newline. */
export function signAnchor(anchor: Omit<Anchor, "sig" | "key_id">, signer: Signer): string {
  const open = JSON.stringify({ ...anchor, key_id: signer.key_id, sig: "" });
  return formatLine(open.slice(0, -UNSIGNED.length) + `"sig":"${signer.sign(open)}"}`);
}

/** The bytes that an anchor's signature covers, from its JSON. */
export function signedText(json: string): string {
  return json.replace(/"sig":"[^"]*"\}$/, UNSIGNED);
}
