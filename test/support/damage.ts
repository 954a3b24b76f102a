import { formatLine } from "../../src/core/journal_line.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { openSigner } from "../../src/edge/ed25519_signer.ts";
import { memoryFiles } from "./memory_files.ts";
import { bytesOf, copyOf, linesOf, resealed, type RunBytes, withFile, withLine } from "./run_bytes.ts";
import { simSigner } from "./sim_night.ts";

/** Damage by name, each made to a copy of a run; a verifier must find all of it in a run that was whole. */
export type Damage = readonly (readonly [what: string, change: (run: RunBytes) => RunBytes])[];

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
export const TICKS = "queues/market_ticks/inbox.jsonl";
const ACKS = "queues/market_ticks/acks.jsonl";
export const ANCHORS = "audit/anchors.jsonl";
const bytesAt = (run: RunBytes, path: string): Uint8Array => run.files.get(path)!;

/** A copy in which one line's JSON is other bytes, with the hash that fits them. */
function withJson(run: RunBytes, path: string, change: (json: string) => string | Uint8Array): RunBytes {
  const lines = linesOf(bytesAt(run, path));
  const at = lines.length >> 1;
  const changed = change(lines[at]!.slice(72));
  const json = typeof changed === "string" ? utf8(changed) : changed;
  const line = joined(utf8(`sha256:${sha256Hex(json)}:`), json, utf8("\n"));
  return withFile(run, path, joined(bytesOf(lines.slice(0, at)), line, bytesOf(lines.slice(at + 1))));
}

const withLines = (run: RunBytes, path: string, edit: (lines: string[]) => void): RunBytes => {
  const lines = linesOf(bytesAt(run, path));
  edit(lines);
  return withFile(run, path, bytesOf(lines));
};

/** The anchors with one of them signed anew, by a key that is not the run's. */
function signedByAnother(run: RunBytes): RunBytes {
  const forger = openSigner(memoryFiles(), "/forger.pem");
  return withLines(run, ANCHORS, (lines) => {
    const open = lines.at(-1)!.slice(72).replace(/"sig":"[^"]*"\}$/, '"sig":""}');
    const json = open.replace(/"sig":""\}$/, `"sig":"${forger.sign(open)}"}`);
    lines[lines.length - 1] = formatLine(json).slice(0, -1);
  });
}

function withPayload(run: RunBytes, path: string, index: number, name: string, value: unknown): RunBytes {
  return withLine(
    run,
    path,
    index,
    ({ payload }) => void ((payload as Record<string, unknown>)[name] = value),
  );
}

const fillWith = (name: string, value: string) => (run: RunBytes): RunBytes =>
  withPayload(run, "queues/fills/inbox.jsonl", 0, name, value);

/** What events and acks themselves have wrong, whoever has signed them. */
export const IN_LINES: Damage = [
  [
    "a key twice in an event",
    (run) => withJson(run, TICKS, (json) => json.replace('"v":1,', '"v":1,"v":1,')),
  ],
  [
    "a key twice in an ack",
    (run) => withJson(run, ACKS, (json) => json.replace('{"consumer":', '{"consumer":"x","consumer":')),
  ],
  [
    "invalid UTF-8",
    (run) =>
      withJson(
        run,
        TICKS,
        (json) => joined(utf8(json.slice(0, -20)), new Uint8Array([0xff]), utf8(json.slice(-19))),
      ),
  ],
  ["a byte order mark", (run) => withJson(run, TICKS, (json) => `\ufeff${json}`)],
  ["NaN", (run) => withJson(run, TICKS, (json) => json.replace(/"ts":\d+/, '"ts":NaN'))],
  [
    "a number beyond all doubles",
    (run) => withJson(run, TICKS, (json) => json.replace(/"ts":\d+/, '"ts":1e999')),
  ],
  [
    "a number in another form",
    (run) => withJson(run, ACKS, (json) => json.replace(/"to":(\d+)/, '"to":$1.0')),
  ],
  [
    "an escape that nobody needs",
    (run) => withJson(run, ACKS, (json) => json.replace("consumer", "\\u0063onsumer")),
  ],
  ["white space", (run) => withJson(run, ACKS, (json) => json.replace(":", ": "))],
  ["a line that is no object", (run) => withJson(run, TICKS, () => "[]")],
  [
    "two neighbours swapped",
    (run) => withLines(run, TICKS, (lines) => void lines.splice(3, 2, lines[4]!, lines[3]!)),
  ],
  ["an event moved into another queue", (run) => {
    const moved = linesOf(bytesAt(run, TICKS))[2]!;
    const without = withLines(run, TICKS, (lines) => void lines.splice(2, 1));
    return withLines(without, "queues/signals/inbox.jsonl", (lines) => void lines.unshift(moved));
  }],
  [
    "an event of a type that nobody knows",
    (run) => withLine(run, TICKS, 4, (event) => void (event["type"] = "tock")),
  ],
  [
    "an event of another command line",
    (run) => withLine(run, TICKS, 4, (event) => void (event["cmdline_hash"] = "cd".repeat(32))),
  ],
  ["an event with a field more", (run) => withLine(run, TICKS, 4, (event) => void (event["extra"] = 1))],
  [
    "a price with a newline at its end",
    (run) => withLine(run, TICKS, 4, ({ payload }) => void ((payload as { price: string }).price += "\n")),
  ],
  [
    "a price that is a number",
    (run) => withLine(run, TICKS, 4, ({ payload }) => void ((payload as { price: unknown }).price = 1)),
  ],
  ["v that is true", (run) => withLine(run, TICKS, 4, (event) => void (event["v"] = true))],
  [
    "time that goes back",
    (run) => withLine(run, TICKS, 4, (event) => void (event["ts"] = (event["ts"] as number) - 1000)),
  ],
  [
    "a cause of another turn",
    (run) =>
      withLine(
        run,
        "queues/signals/inbox.jsonl",
        0,
        ({ id, payload }) => void ((payload as { cause: unknown }).cause = id),
      ),
  ],
  ["a fill of another quantity", fillWith("qty", "0.0003")],
  ["a fill that sells what nobody holds", fillWith("side", "SELL")],
  ["a fee that is forgiven", fillWith("fee", "0")],
  [
    "an order that was never asked for",
    (run) =>
      withPayload(run, "queues/order_results/inbox.jsonl", 0, "client_order_id", "20261121220000-99999"),
  ],
  ["a stop in the middle", (run) => withPayload(run, "queues/risk_actions/inbox.jsonl", 0, "action", "STOP")],
  ["a second start", (run) => withPayload(run, "queues/lifecycle/inbox.jsonl", 1, "what", "started")],
  [
    "another time of the start",
    (run) =>
      withLine(
        run,
        "queues/lifecycle/inbox.jsonl",
        0,
        (event) => void (event["ts"] = (event["ts"] as number) - 1),
      ),
  ],
  [
    "an event of another run",
    (run) => withLine(run, TICKS, 4, (event) => void (event["run_id"] = "20261121_220001")),
  ],
  [
    "an id that is not of the run",
    (run) => withLine(run, TICKS, 4, (event) => void (event["id"] = "43bf99f4-b3bc-4041-8dec-c812bd40166d")),
  ],
  [
    "an envelope in another order",
    (run) => withJson(run, TICKS, (json) => json.replace(/("v":1),("ts":\d+)/, "$2,$1")),
  ],
  ["an event dropped", (run) => withLines(run, TICKS, (lines) => void lines.splice(5, 1))],
  [
    "an ack of another time",
    (run) => withLine(run, ACKS, 4, (ack) => void (ack["ts"] = (ack["ts"] as number) - 1)),
  ],
  ["an ack too far", (run) => withLine(run, ACKS, 4, (ack) => void (ack["to"] = (ack["to"] as number) + 1))],
  [
    "acks that are swapped",
    (run) => withLines(run, ACKS, (lines) => void lines.splice(0, 2, lines[1]!, lines[0]!)),
  ],
];

/** What stands against the hash, the signature, or the file beside it. */
export const BETWEEN_FILES: Damage = [
  ["a tail of NULs", (run) => withFile(run, TICKS, joined(bytesAt(run, TICKS), new Uint8Array(4096)))],
  ["NULs in the place of a block", (run) => {
    const bytes = bytesAt(run, TICKS).slice();
    bytes.fill(0, 512, 1024);
    return withFile(run, TICKS, bytes);
  }],
  [
    "two anchors swapped",
    (run) => withLines(run, ANCHORS, (lines) => void lines.splice(0, 2, lines[1]!, lines[0]!)),
  ],
  ["the last anchor gone here and in the mirror", (run) => {
    const cut = withLines(run, ANCHORS, (lines) => void lines.pop());
    cut.mirror = bytesAt(cut, ANCHORS);
    return cut;
  }],
  ["the last anchor gone here alone", (run) => withLines(run, ANCHORS, (lines) => void lines.pop())],
  ["an anchor gone in the mirror", (run) => {
    const copy = copyOf(run);
    copy.mirror = bytesOf(linesOf(run.mirror!).slice(0, -1));
    return copy;
  }],
  ["another anchor in the mirror", (run) => {
    const copy = copyOf(run);
    copy.mirror = bytesAt(signedByAnother(run), ANCHORS);
    return copy;
  }],
  ["the last anchor signed by another key", (run) => {
    const forged = signedByAnother(run);
    forged.mirror = bytesAt(forged, ANCHORS);
    return forged;
  }],
  [
    "another configuration",
    (run) =>
      withFile(
        run,
        "config.json",
        utf8(new TextDecoder().decode(bytesAt(run, "config.json")).replace("0.1", "0.2")),
      ),
  ],
  ["another contract", (run) => withFile(run, "contracts/schemas/fill.v1.schema.json", utf8("{}"))],
  ["one contract more", (run) => withFile(run, "contracts/schemas/tock.v1.schema.json", utf8("{}"))],
  [
    "another anchor key in the manifest",
    (run) =>
      withFile(
        run,
        "manifest.json",
        resealed(bytesAt(run, "manifest.json"), (manifest) => {
          manifest["anchor_key"] = {
            ...simSigner,
            public_key: openSigner(memoryFiles(), "/k.pem").public_key,
          };
        }),
      ),
  ],
  [
    "a run under another name",
    (run) =>
      withFile(
        run,
        "manifest.json",
        resealed(bytesAt(run, "manifest.json"), (manifest) => {
          manifest["run_id"] = "20261121_220001";
        }),
      ),
  ],
  ["a file that nobody knows", (run) => withFile(run, "queues/fills/notes.txt", utf8("hm"))],
  ["a queue that nobody knows", (run) => withFile(run, "queues/notes/inbox.jsonl", utf8(""))],
  [
    "a segment that is missing",
    (run) =>
      withFile(
        withFile(run, "queues/timers/inbox.000002.jsonl", bytesAt(run, "queues/timers/inbox.jsonl")),
        "queues/timers/inbox.jsonl",
        null,
      ),
  ],
];
