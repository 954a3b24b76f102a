/** The share of the policy stage in a tick: nights in which two gates take turns, so near that no drift fits between. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import type { PolicyGate } from "../src/core/ports.ts";
import { realFiles } from "../src/edge/real_files.ts";
import type { Agenda } from "../src/streams/sources/agenda.ts";
import { configWith } from "../test/support/repo_config.ts";
import { simNight } from "../test/support/sim_night.ts";
import { median } from "./median.ts";
import { frameAgenda } from "./venue_frames.ts";

const BLOCK_TICKS = 100;

const free: PolicyGate = { policySha256: "", decide: () => ({ allow: true }) };

/** Percent of a tick's time, from frame text to files, that goes when everything is allowed unasked. */
export function policyShare(frames: readonly string[], nights: number): Promise<number> {
  return share(frames, nights, (real) => [real, free]);
}

/** The same with one gate in both places: what the method itself takes for a difference. */
export function errorOfShare(frames: readonly string[], nights: number): Promise<number> {
  return share(frames, nights, (real) => [real, real]);
}

type Pair = readonly [asked: PolicyGate, spared: PolicyGate];

async function share(
  frames: readonly string[],
  nights: number,
  pairOf: (real: PolicyGate) => Pair,
): Promise<number> {
  const shares: number[] = [];
  for (let night = 0; night <= nights; night++) { // the first warms up
    const found = await sharesOf(frames, pairOf, night % 2 === 1);
    if (night > 0) shares.push(...found);
  }
  return median(shares);
}

/**
 * Blocks go ABBA, and BAAB in every other night: what returns every few blocks, as a batch of lines that is written,
 * falls on both alike.
 */
async function sharesOf(
  frames: readonly string[],
  pairOf: (real: PolicyGate) => Pair,
  isTurned: boolean,
): Promise<readonly number[]> {
  const edgesMs: number[] = [];
  let isSpared = false;
  let ticks = 0;
  const inner = frameAgenda(frames);
  const agenda: Agenda = {
    get nextTs() {
      return inner.nextTs;
    },
    take(ts) {
      if (ticks++ % BLOCK_TICKS === 0) {
        const place = edgesMs.push(performance.now()) % 4;
        isSpared = (place === 2 || place === 3) !== isTurned;
      }
      return inner.take(ts);
    },
  };
  await runNight(frames.length, agenda, (real) => {
    const [asked, spared] = pairOf(real);
    return {
      policySha256: real.policySha256,
      decide: (entrypoint, draft) => (isSpared ? spared : asked).decide(entrypoint, draft),
    };
  });

  const tookMs = edgesMs.slice(1).map((edgeMs, i) => edgeMs - edgesMs[i]!);
  const shares: number[] = [];
  for (let i = 0; i + 3 < tookMs.length; i += 4) {
    const [outer, between] = [tookMs[i]! + tookMs[i + 3]!, tookMs[i + 1]! + tookMs[i + 2]!];
    const [asked, spared] = isTurned ? [between, outer] : [outer, between];
    shares.push(100 * (1 - spared / asked));
  }
  return shares;
}

async function runNight(
  durationMs: number,
  agenda: Agenda,
  gateOver: (real: PolicyGate) => PolicyGate,
): Promise<void> {
  const folder = mkdtempSync(`${tmpdir()}/nore-bench-`);
  try {
    const { verdict, stop } = await simNight({
      config: configWith([`duration_ms=${durationMs}`]),
      files: realFiles,
      varFolder: folder,
      agenda,
      isDurable: false,
      onOpened: (run) => ({ ...run, gate: gateOver(run.gate) }),
    });
    if (verdict !== "PASS") throw new Error(`The night ended as ${verdict}: ${stop?.detail}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
