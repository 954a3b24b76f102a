/**
 * Plays recorded frames of the venue over a real socket into a real night, faster than they were, and compares what
 * was journaled with what was sent: every trade and quote exactly once, every price exact.
 * `scripts/play_recordings.ts [SPEED]`
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import { runCommand } from "../src/commands/command_table.ts";
import { serveVenue } from "../src/edge/venue_server.ts";
import { fakeTerminal } from "../test/support/fake_terminal.ts";
import { realData } from "../test/support/real_data.ts";
import { type RecordedFrame, recordedFrames, recordedVenue } from "../test/support/recorded_venue.ts";

const speed = Number(process.argv[2] ?? 20);
const RECORDINGS = ["20240808", "20240809"];
const STREAMS = ["btcusdt@trade", "btcusdt@bookTicker"];

let failures = 0;
for (const day of RECORDINGS) {
  const text = realData(`market/hftbacktest/spot/btcusdt_${day}.gz`);
  if (text !== null) failures += await play(day, recordedFrames(text, STREAMS)) ? 0 : 1;
}
process.stdout.write(`${RECORDINGS.length - failures} passed, ${failures} failed\n`);
process.exit(failures === 0 ? 0 : 1);

async function play(name: string, frames: readonly RecordedFrame[]): Promise<boolean> {
  const venue = recordedVenue(frames, { speed, nowMs: () => performance.now() });
  const server = await serveVenue(venue);
  const folder = mkdtempSync(`${tmpdir()}/nore-recording-`);
  try {
    const words = ["--mode", "nore", "--source", "binance", "--symbols", "BTCUSDT", "--duration", "10m"];
    const urls = [`binance.ws_url=${server.wsUrl}`, `binance.rest_url=${server.restUrl}`];
    const sets = urls.flatMap((setting) => ["--set", setting]);
    const terminal = fakeTerminal();
    const night = runCommand([...words, "--var", folder, ...sets], terminal);
    await Promise.race([venue.done, night]);
    setTimeout(() => process.emit("SIGTERM", "SIGTERM"), 500); // what is on the wire still arrives
    const code = await night;
    const verified = await runCommand(
      ["verify", "latest", "--var", folder, "--require-complete"],
      fakeTerminal(),
    );
    const run = `${folder}/runs/${readdirSync(`${folder}/runs`)[0]}`;
    const found = compare(venue.sent, ticksOf(run));
    const line = Object.entries({ ...found, exit: code, verify: verified, of: frames.length });
    process.stdout.write(`${name}: ${line.map(([key, value]) => `${key} ${value}`).join(", ")}\n`);
    if (code !== 0) process.stdout.write(`${terminal.said.join("\n")}\n`);
    return found.missing === 0 && found.doubled === 0 && found.inexact === 0 && found.foreign === 0 &&
      venue.sent.length === frames.length && code === 0 && verified === 0;
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Tick = Readonly<Record<string, string | number>>;

/** In the order of the log, through all segments. */
function ticksOf(run: string): readonly Tick[] {
  const folder = `${run}/queues/market_ticks`;
  const segments = readdirSync(folder).filter((name) => /^inbox(\.\d+)?\.jsonl$/.test(name)).sort();
  const lines = segments.flatMap((name) => readFileSync(`${folder}/${name}`, "utf8").split("\n"));
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line.slice(72)).payload);
}

function compare(sent: readonly RecordedFrame[], ticks: readonly Tick[]) {
  const journaled = new Map<string, Tick>();
  let doubled = 0;
  for (const tick of ticks) {
    const key = tick["kind"] === "trade" ? `t${tick["trade_id"]}` : `b${tick["update_id"]}`;
    if (journaled.has(key)) doubled++;
    journaled.set(key, tick);
  }
  let missing = 0;
  let inexact = 0;
  const known = new Set<string>();
  for (const { text } of sent) {
    const { data } = JSON.parse(text) as { data: Readonly<Record<string, string | number>> };
    const key = data["e"] === "trade" ? `t${data["t"]}` : `b${data["u"]}`;
    known.add(key);
    const tick = journaled.get(key);
    if (tick === undefined) missing++;
    else if (!isExact(data, tick)) inexact++;
  }
  const foreign = [...journaled.keys()].filter((key) => !known.has(key)).length;
  return { sent: known.size, journaled: ticks.length, missing, doubled, inexact, foreign };
}

/** In units of 1e-8, read by code that the program does not have. */
function units(text: unknown): bigint {
  const [whole = "0", decimals = ""] = String(text).split(".");
  return BigInt(whole + decimals.padEnd(8, "0"));
}

function isExact(data: Readonly<Record<string, unknown>>, tick: Tick): boolean {
  if (data["e"] === "trade") {
    return units(data["p"]) === units(tick["price"]) && units(data["q"]) === units(tick["qty"]) &&
      data["T"] === tick["trade_ts"] && data["E"] === tick["event_ts"];
  }
  const sum = units(data["b"]) + units(data["a"]);
  const half = sum / 2n;
  const mid = sum % 2n === 1n && half % 2n === 1n ? half + 1n : half;
  return mid === units(tick["price"]) &&
    ([["b", "bid"], ["B", "bid_qty"], ["a", "ask"], ["A", "ask_qty"]] as const)
      .every(([from, to]) => units(data[from]) === units(tick[to]));
}
