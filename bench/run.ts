/**
 * How fast a tick becomes a line: the whole pipeline with its files, against the least that any journal must do:
 * parse, stringify, hash and write the same lines. Both run in turn in one process, so the ratio holds where the
 * machine's speed drifts. It asserts nothing. `bench/run.ts [FRAMES] [ROUNDS]`
 */
import {
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import { formatLine } from "../src/core/journal_line.ts";
import { realFiles } from "../src/edge/real_files.ts";
import { runtimeFacts } from "../src/edge/runtime_facts.ts";
import { QUEUES } from "../src/core/queue_names.ts";
import type { Agenda } from "../src/streams/sources/agenda.ts";
import { configWith } from "../test/support/repo_config.ts";
import { simNight } from "../test/support/sim_night.ts";
import { median } from "./median.ts";
import { frameAgenda, venueFrames } from "./venue_frames.ts";

const frameCount = Number(process.argv[2] ?? 200_000);
const rounds = Number(process.argv[3] ?? 5);
const COMMIT_LINES = 500;
const config = configWith([`duration_ms=${frameCount}`]);

interface Round {
  readonly seconds: number;
  readonly lines: number;
}

/** Frame text → parse, schema, policy, strategies, risk, paper fills, hash, files. */
async function pipelineRound(frames: readonly string[], folder: string, isDurable: boolean): Promise<Round> {
  const agenda = frameAgenda(frames);
  let beganMs = 0;
  const timed: Agenda = {
    get nextTs() {
      return agenda.nextTs;
    },
    take(ts) {
      if (beganMs === 0) beganMs = performance.now();
      return agenda.take(ts);
    },
  };
  const night = await simNight({ config, files: realFiles, varFolder: folder, agenda: timed, isDurable });
  const seconds = (performance.now() - beganMs) / 1000;
  if (night.verdict !== "PASS") throw new Error(`The night ended as ${night.verdict}: ${night.stop?.detail}`);
  return { seconds, lines: Number(night.report["last_n"]) + 1 };
}

/** The same lines, as little as a hashed journal can do with them. */
function bareRound(lines: readonly string[], folder: string, isDurable: boolean): Round {
  const fd = openSync(`${folder}/bare.jsonl`, "w");
  const beganMs = performance.now();
  let batch = "";
  for (let i = 0; i < lines.length; i++) {
    batch += formatLine(JSON.stringify(JSON.parse(lines[i]!)));
    if (i % COMMIT_LINES === COMMIT_LINES - 1) {
      writeSync(fd, batch);
      if (isDurable) fdatasyncSync(fd);
      batch = "";
    }
  }
  writeSync(fd, batch);
  if (isDurable) fdatasyncSync(fd);
  const seconds = (performance.now() - beganMs) / 1000;
  closeSync(fd);
  return { seconds, lines: lines.length };
}

function journaledJson(runFolder: string): readonly string[] {
  const inboxes = QUEUES.flatMap((queue) => {
    const folder = `${runFolder}/queues/${queue}`;
    return readdirSync(folder).filter((name) => name.startsWith("inbox")).map((name) => `${folder}/${name}`);
  });
  return inboxes.flatMap((path) =>
    readFileSync(path, "utf8").split("\n").filter((line) => line !== "").map((line) => line.slice(72))
  );
}

async function compare(frames: readonly string[], isDurable: boolean): Promise<void> {
  const pipeline: number[] = [];
  const bare: number[] = [];
  let lineCount = 0;
  for (let round = 0; round <= rounds; round++) { // the first warms up
    const folder = mkdtempSync(`${tmpdir()}/nore-bench-`);
    try {
      const full = await pipelineRound(frames, folder, isDurable);
      const lines = journaledJson(`${folder}/runs/20261121_220000`);
      const least = bareRound(lines, folder, isDurable);
      lineCount = lines.length;
      if (round === 0) continue;
      pipeline.push(full.lines / full.seconds);
      bare.push(least.lines / least.seconds);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const ratios = pipeline.map((rate, i) => bare[i]! / rate);
  const label = isDurable ? `fdatasync every ${COMMIT_LINES} lines` : "one sync, at the end";
  const kilo = (rate: number) => `${(rate / 1000).toFixed(1)} k/s`;
  process.stdout.write(
    `${label.padEnd(28)} pipeline ${kilo(median(pipeline))}   bare loop ${kilo(median(bare))}   ` +
      `ratio ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${
        Math.max(...ratios).toFixed(2)
      })   ` +
      `${lineCount} lines\n`,
  );
}

const { name, version } = runtimeFacts();
process.stdout.write(
  `${name} ${version}: ${frameCount} frames, median of ${rounds} rounds, ticks to journaled lines\n`,
);
const frames = venueFrames(config.symbols, frameCount);
await compare(frames, false);
await compare(frames, true);
