/**
 * Kills nights with SIGKILL at random points and goes on with each until it ends: nothing acknowledged may be lost, no
 * fill may come twice, and where time is virtual the night must be the one that was never killed.
 * `scripts/kill_nights.ts [--kills N] [--seed N]`
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { runCommand } from "../src/commands/command_table.ts";
import type { Event } from "../src/core/event.ts";
import { openArtefact } from "../src/core/journal_line.ts";
import { QUEUES } from "../src/core/queue_names.ts";
import { type Random, randomStream } from "../src/core/random.ts";
import { realFiles } from "../src/edge/real_files.ts";
import { readLog } from "../src/sinks/log_reader.ts";
import { fakeTerminal } from "../test/support/fake_terminal.ts";
import { withoutNumbers } from "../test/support/resumed_nights.ts";
import { strategies } from "./provocation.ts";

const { values } = parseArgs({ options: { kills: { type: "string" }, seed: { type: "string" } } });
const killsWanted = Number(values.kills ?? 50);
const seed = Number(values.seed ?? 7);
if (!Number.isSafeInteger(killsWanted) || killsWanted < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write("Expected --kills N above 0 and --seed N\n");
  process.exit(2);
}

const RUN_ID = "20261121_220000";
const COMMON = ["--mode", "nore", "--seed", "7", "--start", "2026-11-21T22:00:00Z", "--set"];
const SET = [strategies(["trend"], { type: "LIMIT", tif: "GTC" })]; // orders that rest when the kill comes
const KINDS = {
  // What an adviser had in mind dies with its process, and so its next words are others.
  virtual: {
    words: [...COMMON, ...SET, "--set", "ai.enabled=false", "--speed", "max", "--duration", "4m"],
    nightMs: 900,
  },
  durable: { words: [...COMMON, ...SET, "--speed", "5", "--duration", "8s"], nightMs: 1600 },
} as const;
type Kind = keyof typeof KINDS;

/** Nights get that many kills at most, so that each comes to its end. */
const KILLS_OF_ONE = 6;
const LIFE_MS_MAX = 60_000;

interface Ended {
  readonly code: number | null;
  readonly wasKilled: boolean;
  readonly said: string;
}

/** Kills it after so long, counted from its start or from when its run lies open; null: never. */
function run(
  words: readonly string[],
  kill: { readonly from: "start" | "open"; readonly ms: number } | null,
): Promise<Ended> {
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, main, ...words], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  return new Promise((resolve, reject) => {
    let said = "";
    let wasKilled = false;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const killIn = (ms: number) => timer = setTimeout(() => wasKilled = child.kill("SIGKILL"), ms);
    const late = setTimeout(() => child.kill("SIGKILL"), LIFE_MS_MAX);
    if (kill?.from === "start") killIn(kill.ms);
    child.stderr.on("data", (bytes) => {
      said += String(bytes);
      if (kill?.from === "open" && timer === null && said.includes("journal")) killIn(kill.ms);
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      for (const one of [timer, late]) if (one !== null) clearTimeout(one);
      resolve({ code, wasKilled: wasKilled && signal === "SIGKILL", said });
    });
  });
}

class Lost extends Error {}

/** Path → what an anchor has counted of it, which is durable in the eyes of all who were told. */
function acknowledged(folder: string): ReadonlyMap<string, Uint8Array> {
  const lengths = new Map<string, number>();
  const path = `${folder}/audit/anchors.jsonl`;
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
  for (const line of lines) {
    const { files } = JSON.parse(line.slice(72)) as {
      readonly files: Readonly<Record<string, [number, number]>>;
    };
    for (const [file, [bytes]] of Object.entries(files)) lengths.set(file, bytes);
  }
  return new Map(
    [...lengths].map(([file, bytes]) => [file, readFileSync(`${folder}/${file}`).subarray(0, bytes)]),
  );
}

const eventsOf = (folder: string): readonly Event[] =>
  [...readLog(realFiles, folder, { runId: RUN_ID, queues: QUEUES })].map(({ event }) => event);

function proveKept(folder: string, kept: ReadonlyMap<string, Uint8Array>): void {
  for (const [file, bytes] of kept) {
    const now = readFileSync(`${folder}/${file}`).subarray(0, bytes.length);
    if (!now.equals(bytes)) {
      throw new Lost(`${file}: its first ${bytes.length} bytes were acknowledged and are others now`);
    }
  }
}

/** By the log alone: no order twice, no more filled than ordered, all that was filled told once. */
function proveFills(events: readonly Event[]): number {
  const ordered = new Set<string>();
  const ids = new Set<string>();
  const told = new Map<string, string>();
  let fills = 0;
  let sinceFill: string | null = null;
  for (const { id, type, payload } of events) {
    if (ids.has(id)) throw new Lost(`id ${id} comes twice`);
    ids.add(id);
    if (type === "order_intent") {
      if (ordered.has(payload.client_order_id)) {
        throw new Lost(`order ${payload.client_order_id} comes twice`);
      }
      ordered.add(payload.client_order_id);
    } else if (type === "fill") {
      fills++;
      if (!ordered.has(payload.client_order_id)) {
        throw new Lost(`a fill of no order ${payload.client_order_id}`);
      }
      if (sinceFill !== null) throw new Lost(`a fill of ${sinceFill} that no result tells`);
      sinceFill = payload.client_order_id;
    } else if (type === "order_result" && payload.client_order_id === sinceFill) {
      const { client_order_id: order, filled_qty } = payload;
      if (told.get(order) === filled_qty) throw new Lost(`${order}: ${filled_qty} filled was told before`);
      told.set(order, filled_qty);
      sinceFill = null;
    }
  }
  return fills;
}

interface Reference {
  readonly events: readonly unknown[];
  readonly portfolio: unknown;
  readonly pnl: unknown;
}

function viewsOf(folder: string): Omit<Reference, "events"> {
  const open = (name: string) => openArtefact(readFileSync(`${folder}/${name}`, "utf8"));
  const { sha256: _, n: __, ...portfolio } = open("portfolio.json");
  return { portfolio, pnl: open("report.json")["virtual_pnl"] };
}

async function proveEnd(folder: string, reference: Reference | null): Promise<number> {
  const terminal = fakeTerminal();
  const code = await runCommand(["verify", folder, "--require-complete"], terminal);
  if (code !== 0) throw new Lost(`verify: ${terminal.printed.join("; ")}`);
  const events = eventsOf(folder);
  const fills = proveFills(events);
  if (reference !== null) {
    const found: Reference = { events: withoutNumbers(events), ...viewsOf(folder) };
    for (const name of ["events", "portfolio", "pnl"] as const) {
      if (!isDeepStrictEqual(found[name], reference[name])) {
        throw new Lost(`its ${name} are not those of the night that was never killed`);
      }
    }
  }
  return fills;
}

const tally = { kills: 0, nights: 0, resumed: 0, unborn: 0, acknowledgedBytes: 0, fills: 0 };
let failures = 0;
const scratch = mkdtempSync(`${tmpdir()}/nore-kills-`);

/** One night, killed up to so often, to its end. */
async function killed(
  kind: Kind,
  random: Random,
  varFolder: string,
  reference: Reference | null,
): Promise<void> {
  const { words, nightMs } = KINDS[kind];
  const folder = `${varFolder}/runs/${RUN_ID}`;
  const inVar = ["--var", varFolder];
  const kept = new Map<string, Uint8Array>();
  let next: readonly string[] = [...words, ...inVar];
  for (let kills = 0;;) {
    const isLast = kills === KILLS_OF_ONE || tally.kills >= killsWanted;
    const from = random.below(100) < 15 ? "start" : "open";
    const end = await run(next, isLast ? null : { from, ms: random.below(nightMs) });
    if (!end.wasKilled) {
      if (end.code !== 0) {
        throw new Lost(`exit ${end.code}: ${end.said.trimEnd().split("\n").slice(-3).join(" / ")}`);
      }
      break;
    }
    kills++;
    tally.kills++;
    const isBorn = existsSync(folder) && eventsOf(folder).length > 0;
    if (!isBorn) { // nobody was told of it
      tally.unborn++;
      rmSync(varFolder, { recursive: true, force: true });
      next = [...words, ...inVar];
      continue;
    }
    proveKept(folder, kept);
    for (const [file, bytes] of acknowledged(folder)) kept.set(file, bytes);
    if (!existsSync(`${folder}/report.html`)) tally.resumed++;
    next = ["--mode", "nore", "--resume", RUN_ID, ...inVar];
  }
  if (!existsSync(`${folder}/report.html`)) {
    // It was killed behind its end: what is missing is for recover to write.
    const terminal = fakeTerminal();
    if (await runCommand(["recover", folder], terminal) !== 0) throw new Lost(terminal.said.join("; "));
  }
  proveKept(folder, kept);
  tally.fills += await proveEnd(folder, reference);
  tally.nights++;
  tally.acknowledgedBytes += [...kept.values()].reduce((sum, { length }) => sum + length, 0);
}

async function lane(number: number, reference: Reference): Promise<void> {
  const random = randomStream(seed + number, "kills");
  for (let i = number; tally.kills < killsWanted; i++) {
    const kind: Kind = i % 2 === 0 ? "virtual" : "durable";
    const varFolder = `${scratch}/${number}`;
    try {
      await killed(kind, random, varFolder, kind === "virtual" ? reference : null);
      rmSync(varFolder, { recursive: true, force: true });
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      failures++;
      process.stdout.write(`FAIL a ${kind} night: ${error.message}\n`);
      return; // its folder stays to be looked at
    }
    if (process.stderr.isTTY) process.stderr.write(`\r${tally.kills} of ${killsWanted} kills `);
  }
}

const first = await run([...KINDS.virtual.words, "--var", `${scratch}/reference`], null);
if (first.code !== 0) throw new Error(first.said);
const untouched = `${scratch}/reference/runs/${RUN_ID}`;
const reference: Reference = { events: withoutNumbers(eventsOf(untouched)), ...viewsOf(untouched) };
await Promise.all(Array.from({ length: availableParallelism() }, (_, i) => lane(i, reference)));

const { kills, nights, resumed, unborn, acknowledgedBytes, fills } = tally;
process.stdout.write(
  `${kills} kills in ${nights} nights: ${unborn} before the first event, ${resumed} gone on with; ` +
    `${fills} fills, ${(acknowledgedBytes / 1e6).toFixed(1)} MB acknowledged before a kill\n`,
);
if (failures === 0) rmSync(scratch, { recursive: true });
else {process.stdout.write(
    `What is left of those that failed: ${scratch} (${readdirSync(scratch).join(", ")})\n`,
  );}
process.stdout.write(`${nights} passed, ${failures} failed\n`);
process.exitCode = failures === 0 ? 0 : 1;
