/**
 * Asks the rules twice, in opa itself and compiled to wasm behind our gate, about the same random drafts: half of them
 * close to what is allowed, half of them anything. `scripts/policy_parity.ts [DRAFTS OF EACH ENTRYPOINT]`
 */
import { execFileSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import type { ManifestFacts } from "../src/policy/opa_gate.ts";
import {
  adviceDraft,
  AI,
  asDraft,
  cancelDraft,
  dialAct,
  EGRESS,
  FILES,
  INGEST,
  intentDraft,
  type LooseDraft,
  openRepoGate,
  ORDER,
  repoPolicy,
  RUN,
  runFacts,
  SIGNAL,
  signalDraft,
  startAct,
  tickDraft,
  writeAct,
} from "../test/support/repo_policy.ts";
import { pinnedOpa } from "./pinned_opa.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SEED = 7;
const count = Number(process.argv[2] ?? 1000);
const opa = pinnedOpa();

const BASES: Readonly<Record<string, readonly LooseDraft[]>> = {
  [AI]: [adviceDraft],
  [EGRESS]: [dialAct],
  [FILES]: [writeAct],
  [INGEST]: [tickDraft],
  [ORDER]: [intentDraft, cancelDraft],
  [RUN]: [startAct],
  [SIGNAL]: [signalDraft],
};
const MANIFESTS: readonly ManifestFacts[] = [
  runFacts,
  { ...runFacts, source: "binance", venue: "binance", symbols: ["BTCUSDT"] },
  { ...runFacts, mode: "LIVE" as "NORE" },
];

/** Words and numbers that some rule knows, and their neighbours. */
const telling = fc.constantFrom(
  ...["", "0", "1", "0.00000001", "01", "1e3", "BUY", "buy", "SELL", "BTCUSDT", "ETHUSDT", "LIMIT", "MARKET"],
  ...["GTC", "IOC", "binance", "embedded", "trade", "book", "ai_role", "risk_role", "strategy_role"],
  ...["market_role", "order_intent", "order_cancel", "ORDER_x", "recommendation", "feature_pack", "signal"],
  ...["20261121220000-1", "20261121220000-0", -1, 0, 0.5, 1000, 1001, 86_400_000, 86_400_001, 1e13, 1e13 + 1],
  ...[
    "dial",
    "write",
    "start",
    "GET",
    "POST",
    "https",
    "ws",
    "127.0.0.1",
    "gate.io",
    "append",
    "var",
    "mirror",
  ],
  ...[443, 80, 65_535, 65_536, 20, 21, 86_400, 86_401, 604_800_000, 604_800_001, [], ["user"], ["BTCUSDT"]],
  ...[Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER, true, false, null],
);
const anything = fc.oneof({ weight: 3, arbitrary: telling }, {
  weight: 1,
  arbitrary: fc.jsonValue({ maxDepth: 2 }),
});

/** What is changed in a draft that is allowed: nothing, or a few of its fields, some of them taken away. */
function near(base: LooseDraft): fc.Arbitrary<LooseDraft> {
  const inner = Object.entries(base.payload as object).flatMap(([key, value]) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.keys(value).map((name) => `${key}/${name}`)
      : []
  );
  const paths = [
    "type",
    "source",
    ...Object.keys(base.payload as object).map((key) => `payload/${key}`),
    ...inner.map((path) => `payload/${path}`),
  ];
  const change = fc.tuple(fc.constantFrom(...paths), fc.option(anything, { nil: undefined, freq: 6 }));
  return fc.array(change, { maxLength: 3 }).map((changes) => {
    const copy = structuredClone(base) as unknown as Record<string, unknown>;
    for (const [path, value] of changes) put(copy, path.split("/"), value);
    return copy as unknown as LooseDraft;
  });
}

function put(root: Record<string, unknown>, keys: readonly string[], value: unknown): void {
  let parent: unknown = root;
  for (const key of keys.slice(0, -1)) parent = (parent as Record<string, unknown>)[key];
  if (typeof parent !== "object" || parent === null) return; // taken away, or something else now
  if (value === undefined) delete (parent as Record<string, unknown>)[keys.at(-1)!];
  else (parent as Record<string, unknown>)[keys.at(-1)!] = value;
}

function draftsFor(entrypoint: string): readonly LooseDraft[] {
  const far = fc.record({
    type: anything,
    source: anything,
    ts: fc.nat(),
    cause: fc.constant(null),
    payload: fc.oneof(anything, fc.dictionary(fc.constantFrom("symbol", "side", "qty", "facts"), anything)),
  });
  const bases = BASES[entrypoint];
  if (bases === undefined) throw new Error(`${entrypoint} has no draft here that it allows`);
  const all = fc.oneof(far, ...bases.map(near));
  return fc.sample(all, { numRuns: count, seed: SEED });
}

/** In one process: some thousand of them would take minutes. */
function askOpa(entrypoint: string, inputs: readonly unknown[]): readonly unknown[] {
  const query = `[decision | some asked in input; decision := data.${
    entrypoint.replaceAll("/", ".")
  } with input as asked]`;
  const words = ["eval", "--format", "raw", "-d", "policies/rego", "-d", "policies/data.json", "-I", query];
  const said = execFileSync(opa, words, {
    cwd: ROOT,
    encoding: "utf8",
    input: JSON.stringify(inputs),
    maxBuffer: 1 << 28,
  });
  return JSON.parse(said) as readonly unknown[];
}

let [agreed, differing, allowed] = [0, 0, 0];
const neverAllowed = new Set(Object.keys(repoPolicy.reads));
for (const entrypoint of [...neverAllowed]) {
  const drafts = draftsFor(entrypoint);
  for (const manifest of MANIFESTS) {
    const gate = await openRepoGate(manifest);
    const answers = askOpa(entrypoint, drafts.map((draft) => ({ ...draft, manifest })));
    drafts.forEach((draft, i) => {
      const decision = gate.decide(entrypoint, asDraft(draft));
      const ours = { allow: decision.allow, codes: decision.allow ? [] : decision.codes };
      if (ours.allow) {
        allowed++;
        neverAllowed.delete(entrypoint);
      }
      if (isDeepStrictEqual(ours, answers[i])) agreed++;
      else {
        differing++;
        const [said, wanted] = [ours, answers[i]].map((each) => JSON.stringify(each));
        process.stdout.write(`${entrypoint} says ${said}, opa ${wanted}: ${JSON.stringify(draft)}\n`);
      }
    });
  }
}
process.stdout.write(`parity: ${agreed} of ${agreed + differing} decisions agree, ${allowed} allow\n`);
for (const entrypoint of neverAllowed) process.stdout.write(`${entrypoint} allowed none of its drafts\n`);
process.exitCode = differing === 0 && neverAllowed.size === 0 ? 0 : 1;
