import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { openArtefact } from "../../core/journal_line.ts";
import { sha256Hex } from "../../core/sha256.ts";
import { realFiles } from "../../edge/real_files.ts";
import { ARTEFACT_WRITERS, type ArtefactWriter } from "./atomic_artefacts.ts";
import { dyingFiles } from "./dying_files.ts";
import { type Check, checkOf, type Gate } from "./gate.ts";
import { killWhileWriting } from "./kill_while_writing.ts";

/** Nobody ever sees a critical file half-written, wherever the writer dies: simulated at every call, and by kill -9. */
export const atomicIoGate: Gate = {
  name: "atomic_io_gate",
  async run({ folder, isQuick }) {
    const simulated = simulatedChecks(ARTEFACT_WRITERS, folder);
    if (isQuick) return simulated;
    const { kills, reads, problem } = await killWhileWriting(`${folder}/cursor.json`, { kills: KILLS });
    return [
      ...simulated,
      checkOf(
        problem,
        `${kills} times kill -9 at a writer: the file was whole after each, and at ${reads} reads between`,
      ),
    ];
  },
};

const KILLS = 20;

export function simulatedChecks(writers: readonly ArtefactWriter[], parent: string): readonly Check[] {
  const found: Deaths = { count: 0, problems: [] };
  const orders = new Map<string, string>();
  for (const writer of writers) {
    for (const writesHalf of [false, true]) dieEverywhere(writer, { parent, writesHalf, found, orders });
  }
  const wrong = [...orders].filter(([, order]) => order !== IN_ORDER);
  return [
    checkOf(
      found.problems.length === 0
        ? null
        : `${found.problems.length} deaths show a broken file, the first: ${found.problems[0]}`,
      `${found.count} deaths, one at every call of ${writers.length} writers, with whole and with short writes: ` +
        "a reader sees the old file or the new one, whole by its sha256",
    ),
    checkOf(
      orders.size === 0
        ? "no file was written"
        : wrong.length === 0
        ? null
        : `${wrong[0]![0]}: ${wrong[0]![1]}, expected ${IN_ORDER}`,
      `${orders.size} files, each ${IN_ORDER}`,
    ),
  ];
}

interface Deaths {
  count: number;
  readonly problems: string[];
}

/** Lets the writer die at its first call, at its second, … until it lives to the end; looks at the files each time. */
function dieEverywhere(
  writer: ArtefactWriter,
  { parent, writesHalf, found, orders }: {
    readonly parent: string;
    readonly writesHalf: boolean;
    readonly found: Deaths;
    readonly orders: Map<string, string>;
  },
): void {
  const { after: expected } = attempt(writer, parent, { dieAt: Infinity, writesHalf: false });
  for (let dieAt = 1; dieAt <= CALLS_MAX; dieAt++) {
    const { calls, lives, before, after } = attempt(writer, parent, { dieAt, writesHalf });
    for (const path of new Set([...before.keys(), ...expected.keys(), ...after.keys()])) {
      const seen = after.get(path);
      const isOld = !lives && seen === before.get(path);
      if (seen !== null && (isOld || seen !== undefined && seen === expected.get(path))) continue;
      found.problems.push(`${writer.name}, after ${calls.at(-1) ?? "nothing"}: ${path} is neither`);
    }
    if (lives) {
      for (const [file, order] of ordersIn(calls)) orders.set(`${writer.name}, ${file}`, order);
      return;
    }
    found.count++;
  }
  throw new Error(`${writer.name} has not written its files within ${CALLS_MAX} calls`);
}

const CALLS_MAX = 1000;

interface Attempt {
  readonly calls: readonly string[];
  readonly lives: boolean;
  readonly before: Seen;
  readonly after: Seen;
}

function attempt(
  writer: ArtefactWriter,
  parent: string,
  options: { readonly dieAt: number; readonly writesHalf: boolean },
): Attempt {
  const folder = mkdtempSync(`${parent}/atomic-`);
  const old = dyingFiles(realFiles, { dieAt: Infinity, writesHalf: false });
  const files = dyingFiles(realFiles, options);
  try {
    if (!writer.isFirst) writer.write(old, folder, 1);
    const before = seenIn(folder);
    try {
      writer.write(files, folder, 2);
    } catch (error) {
      if (!files.isDead) throw error;
    }
    const calls = files.calls.map((call) => call.replace(folder, ""));
    return { calls, lives: !files.isDead, before, after: seenIn(folder) };
  } finally {
    old.bury();
    files.bury();
    rmSync(folder, { recursive: true });
  }
}

/** Path → sha256 of what a reader finds there; null where it does not fit the hash that it carries. */
type Seen = ReadonlyMap<string, string | null>;

/** Temporary files are nobody's, and a line file may end in a torn line: whoever reads one knows. */
function seenIn(folder: string): Seen {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`);
  return new Map(
    paths.filter((path) => !/\.(?:tmp|jsonl)$/.test(path))
      .map((path) => [path.slice(folder.length), wholeOf(readFileSync(path))]),
  );
}

/** An artefact that carries its own hash must fit it; of any other file the bytes are compared. */
function wholeOf(bytes: Uint8Array): string | null {
  const text = new TextDecoder().decode(bytes);
  try {
    if (text.startsWith('{"sha256"')) openArtefact(text);
    return sha256Hex(bytes);
  } catch {
    return null;
  }
}

const IN_ORDER = "open → write → fsync → rename → fsync of the folder";
const SHOWN: Readonly<Record<string, string>> = { sync: "fsync", syncDirectory: "fsync of the folder" };

/** File → what was done to it from its temporary file on. */
function ordersIn(calls: readonly string[]): ReadonlyMap<string, string> {
  const orders = new Map<string, string>();
  let latest = "";
  for (const line of calls) {
    const at = line.indexOf(" ");
    const [call, path] = [line.slice(0, at), line.slice(at + 1)];
    if (path.endsWith(".tmp")) latest = path.slice(0, -".tmp".length);
    else if (call !== "syncDirectory") continue;
    const order = orders.get(latest);
    const step = SHOWN[call] ?? call;
    if (step === "write" && order?.endsWith("write")) continue;
    orders.set(latest, order === undefined ? step : `${order} → ${step}`);
  }
  return orders;
}
