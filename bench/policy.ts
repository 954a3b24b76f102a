/**
 * What policy costs: a decision by the gate against the same rules in plain TypeScript, which first must decide alike,
 * and the share of the whole stage in a tick. All take turns in one process, so that ratios hold where the machine's
 * speed drifts. It asserts no speed. `bench/policy.ts [FRAMES] [ROUNDS]`
 */
import { cpus } from "node:os";
import process from "node:process";
import { isDeepStrictEqual } from "node:util";
import type { AnyDraft, TickFacts } from "../src/core/event.ts";
import { runtimeFacts } from "../src/edge/runtime_facts.ts";
import { loadBounded, type ManifestFacts } from "../src/policy/opa_gate.ts";
import { projectionOf } from "../src/policy/projection.ts";
import { INGEST, openRepoGate, ORDER, repoPolicy, runFacts } from "../test/support/repo_policy.ts";
import { SIM_START_TS } from "../test/support/sim_night.ts";
import { median } from "./median.ts";
import { type Limits, type ModeRules, plainIngest, plainOrder, type PlainRules } from "./plain_rules.ts";
import { intentDrafts, spoiledDrafts } from "./policy_drafts.ts";
import { errorOfShare, policyShare } from "./policy_share.ts";
import { tickOfFrame, venueFrames } from "./venue_frames.ts";

const frameCount = Number(process.argv[2] ?? 60_000);
const rounds = Number(process.argv[3] ?? 9);
const DRAFTS = 2000;
const SPOILED_DRAFTS = 4000;
const TIMED_MS_MIN = 20;

type PlainGate = (mode: ModeRules | undefined, run: ManifestFacts, limits: Limits) => PlainRules;
interface PolicyData {
  readonly nore: { readonly modes: Readonly<Record<string, ModeRules>>; readonly limits: Limits };
}
const { modes, limits } = (repoPolicy.data as PolicyData).nore;

const RUNS: readonly ManifestFacts[] = [
  runFacts,
  { ...runFacts, source: "binance", venue: "binance", symbols: ["BTCUSDT"] },
  { ...runFacts, venue: "elsewhere", execution: "live" as "paper" },
  { ...runFacts, mode: "OTHER" as "NORE" },
];

/** Throws where the plain rules and the policy decide differently. */
async function proveAlike(entrypoint: string, plain: PlainGate, allowed: readonly AnyDraft[]): Promise<void> {
  const spoiled = spoiledDrafts(allowed, repoPolicy.reads[entrypoint]!, SPOILED_DRAFTS);
  let decided = 0;
  const denials = new Set<string>();
  for (const run of RUNS) {
    const gate = await openRepoGate(run);
    const rules = plain(modes[run.mode], run, limits);
    for (const draft of [...allowed, ...spoiled]) {
      const decision = gate.decide(entrypoint, draft);
      const codes = decision.allow ? [] : decision.codes;
      if (!isDeepStrictEqual(rules(draft), codes)) {
        throw new Error(`${JSON.stringify(draft)} is denied for [${codes}], plainly for [${rules(draft)}]`);
      }
      decided++;
      if (codes.length > 0) denials.add(codes.join());
    }
  }
  process.stdout.write(
    `${entrypoint}: ${decided} decisions alike, with ${denials.size} different sets of codes\n`,
  );
}

interface Contender {
  readonly name: string;
  readonly isAllowed: (draft: AnyDraft) => boolean;
}

async function contendersOf(entrypoint: string, plain: PlainGate): Promise<readonly Contender[]> {
  const rules = plain(modes[runFacts.mode], runFacts, limits);
  const gate = await openRepoGate();
  const policy = await loadBounded(repoPolicy.wasm, repoPolicy.data);
  const { inputOf } = projectionOf(repoPolicy.reads[entrypoint]!, runFacts);
  const isAllowed = (input: object) => {
    const [answer] = policy.evaluate(input, entrypoint) as [{ readonly result: { readonly allow: boolean } }];
    return answer.result.allow;
  };
  return [
    { name: "plain", isAllowed: (draft) => rules(draft).length === 0 },
    { name: "memo", isAllowed: (draft) => gate.decide(entrypoint, draft).allow },
    { name: "projected", isAllowed: (draft) => isAllowed(inputOf(draft)) },
    { name: "uncached", isAllowed: (draft) => isAllowed({ ...draft, manifest: runFacts }) },
  ];
}

/** Nanoseconds a decision. */
function timed({ name, isAllowed }: Contender, drafts: readonly AnyDraft[]): number {
  let asked = 0;
  let allowed = 0; // counted, so that no compiler leaves a decision out
  let tookMs = 0;
  const beganMs = performance.now();
  while (tookMs < TIMED_MS_MIN) {
    for (const draft of drafts) if (isAllowed(draft)) allowed++;
    asked += drafts.length;
    tookMs = performance.now() - beganMs;
  }
  if (allowed !== asked) throw new Error(`${name} allowed ${allowed} of ${asked}`);
  return tookMs * 1e6 / asked;
}

async function compare(entrypoint: string, plain: PlainGate, drafts: readonly AnyDraft[]): Promise<void> {
  const contenders = await contendersOf(entrypoint, plain);
  const all: number[][] = [];
  for (let round = 0; round <= rounds; round++) { // the first warms up
    const took = contenders.map((contender) => timed(contender, drafts));
    if (round > 0) all.push(took);
  }
  const told = contenders.map(({ name }, i) => {
    const nanos = median(all.map((took) => took[i]!));
    const ratio = median(all.map((took) => took[i]! / took[0]!));
    return `${name} ${nanos.toFixed(0)} ns${i === 0 ? "" : ` (${ratio.toFixed(1)} x)`}`;
  });
  process.stdout.write(`${drafts[0]!.type.padEnd(13)} ${told.join("   ")}\n`);
}

/** With what the pipeline tells of it before policy sees it, put there in the same way. */
function factual(tick: AnyDraft): AnyDraft {
  (tick.payload as { facts?: TickFacts }).facts = { jump_pct: 0, late_s: 0 };
  return tick;
}

const { name, version } = runtimeFacts();
process.stdout.write(`${name} ${version} on ${cpus()[0]?.model ?? "?"}: median of ${rounds} rounds\n`);
const frames = venueFrames(["BTCUSDT", "ETHUSDT"], frameCount);
const ticks = frames.slice(0, DRAFTS).map((frame, i) => factual(tickOfFrame(frame, SIM_START_TS + i)));
const intents = intentDrafts(DRAFTS);
await proveAlike(INGEST, plainIngest, ticks);
await proveAlike(ORDER, plainOrder, intents);
await compare(INGEST, plainIngest, ticks);
await compare(ORDER, plainOrder, intents);
const [share, error] = [await policyShare(frames, rounds), await errorOfShare(frames, rounds)];
process.stdout.write(
  `policy stage: ${share.toFixed(1)} % of a tick (two equal gates: ${error.toFixed(1)} %)\n`,
);
