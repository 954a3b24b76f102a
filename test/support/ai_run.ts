import { FEATURE_NAMES } from "../../src/streams/ai/ai_rows.ts";
import type { AiModel, AiRow } from "../../src/core/ai_mail.ts";
import type { AiSnapshotNews } from "../../src/core/advice.ts";
import type { AnyDraft } from "../../src/core/event.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { mergeAgendas } from "../../src/streams/sources/agenda.ts";
import type { Damage } from "./damage.ts";
import { memoryFiles } from "./memory_files.ts";
import { onceAt } from "./night_events.ts";
import { reanchored } from "./reanchored.ts";
import { configWith } from "./repo_config.ts";
import { bytesIn, type RunBytes, withArtefact, withFile, withLine } from "./run_bytes.ts";
import { SHORT_NIGHT, SHORT_SEED, shortNight } from "./short_night.ts";
import { SIM_START_TS, simMarket } from "./sim_night.ts";

/** A short night with an AI beside it that tells three packs, learns from the newest hundred rows, and is made active. */

export const sampleModel = (weight: number): AiModel => ({
  form: "logistic_1",
  horizon_ms: 30_000,
  base_rate: 0.5,
  weights: [weight, -0.25, 1e-7, ...new Array<number>(FEATURE_NAMES.length - 2).fill(0)],
  calibration: [0.5, 0],
});
export const isSampleModel = (value: unknown): boolean =>
  (value as Partial<AiModel> | null)?.form === "logistic_1";

export const sampleRows = (count: number, fromTs: number = SIM_START_TS): readonly AiRow[] =>
  Array.from({ length: count }, (_, i) => [fromTs + i, 0, i % 2, i / 8, -1e-9 * i]);

const PACKS = [sampleRows(60), sampleRows(60, SIM_START_TS + 60), sampleRows(1, SIM_START_TS + 120)];
const DATASET = sha256Hex(JSON.stringify(PACKS.flat().slice(-100)));
const WORKER = "export {};\n";
const [FIRST, TRAINED] = [sampleModel(0.5), sampleModel(0.75)];
const digestOf = (value: unknown): string => sha256Hex(JSON.stringify(value));

const news = (snapshot: AiSnapshotNews) => (ts: number): AnyDraft => {
  const payload = { role: "ai_role", state: "UP", uptime_s: 1, origin: "input", snapshot } as const;
  return { type: "health", source: "watchdog_role", ts, cause: null, payload };
};
const told = (rows: readonly AiRow[]) => (ts: number): AnyDraft => {
  const payload = { name: "moments", version: "1", rows: rows.length, content_sha256: digestOf(rows) };
  return { type: "feature_pack", source: "ai_role", ts, cause: null, payload };
};

export async function aiRun(): Promise<RunBytes> {
  const config = configWith([...SHORT_NIGHT, "ai.snapshots.rows_max=100"]);
  const model = { n: 2, model_sha256: digestOf(TRAINED), dataset_sha256: DATASET };
  const said = [
    ...PACKS.map(told),
    news({ what: "refused", n: null, model_sha256: "ab".repeat(32), dataset_sha256: "cd".repeat(32) }),
    news({ what: "trained", ...model }),
    news({ what: "activated", ...model }),
    news({ what: "rolled_back", n: null, model_sha256: null, dataset_sha256: null }),
  ];
  const agendas = said.map((make, i) => onceAt(SIM_START_TS + 100 * (i + 1), make));
  const files = memoryFiles();
  const night = await shortNight({
    config,
    files,
    ai: {
      boundary: "namespaces",
      worker: new TextEncoder().encode(WORKER),
      active: { n: 1, model: FIRST },
    },
    agenda: mergeAgendas([...agendas, simMarket(config, { seed: SHORT_SEED, startTs: SIM_START_TS })]),
    onOpened(run) {
      for (const pack of PACKS) run.keepAiFile("pack", JSON.stringify(pack));
      run.keepAiFile("model", JSON.stringify(TRAINED));
      return run;
    },
  });
  return { night, older: new Map(), ...bytesIn(files.contents, night) };
}

const PATHS: Readonly<Record<string, string>> = {
  "the worker": `ai/${sha256Hex(WORKER)}.worker.mjs`,
  "the model that it began with": `ai/${digestOf(FIRST)}.model.json`,
  "the model that was trained": `ai/${digestOf(TRAINED)}.model.json`,
  "a pack": `ai/${digestOf(PACKS[1])}.pack.json`,
};
const PACK_EVENTS = "queues/feature_packs/inbox.jsonl";
const HEALTH = "queues/health/inbox.jsonl";
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function flipped(run: RunBytes, path: string): RunBytes {
  const bytes = run.files.get(path)!.slice();
  bytes[bytes.length >> 1]! ^= 1;
  return withFile(run, path, bytes);
}

type Payload = Record<string, unknown>;
const payloadOf = (event: Record<string, unknown>): Payload => event["payload"] as Payload;

/** The last pack event names these bytes, which are there; trained is what its rows give, so far as it has some. */
function withPack(run: RunBytes, text: string, rows: number): RunBytes {
  const content_sha256 = sha256Hex(text);
  const kept = withFile(run, `ai/${content_sha256}.pack.json`, utf8(text));
  const told = withLine(
    kept,
    PACK_EVENTS,
    -1,
    (event) => Object.assign(payloadOf(event), { content_sha256, rows }),
  );
  return withTrained(told, (snapshot) => {
    snapshot["dataset_sha256"] = digestOf([...PACKS[0]!, ...PACKS[1]!, ...rowsOf(text)].slice(-100));
  });
}

function rowsOf(text: string): readonly AiRow[] {
  try {
    const rows = JSON.parse(text.replace("\ufeff", "")) as unknown;
    return Array.isArray(rows) ? rows : [];
  } catch {
    return [];
  }
}

/** The news of the one that was trained, wherever rotation has put it. */
function withTrained(run: RunBytes, change: (snapshot: Payload) => void): RunBytes {
  for (const path of run.files.keys()) {
    if (!path.startsWith(HEALTH.slice(0, -6))) continue;
    const at = new TextDecoder().decode(run.files.get(path)).split("\n").findIndex((line) =>
      line.includes('"trained"')
    );
    if (at >= 0) return withLine(run, path, at, (event) => change(payloadOf(event)["snapshot"] as Payload));
  }
  throw new Error("no snapshot was trained in this run");
}

const withManifestAi = (run: RunBytes, ai: unknown): RunBytes =>
  withArtefact(run, "manifest.json", (fields) => void (fields["ai"] = ai));

/** None of it hides behind the anchors: where an event or the manifest is changed, the run is signed anew. */
export const AI_DAMAGE: Damage = [
  ...Object.entries(PATHS).flatMap(([what, path]): Damage => [
    [`a byte of ${what}`, (run) => flipped(run, path)],
    [`${what} gone`, (run) => withFile(run, path, null)],
    [`${what} under another name`, (run) => {
      const other = path.replace(/[0-9a-f]{64}/, "0".repeat(64));
      return withFile(withFile(run, path, null), other, run.files.get(path)!);
    }],
    [`${what} half made`, (run) => withFile(withFile(run, path, null), `${path}.tmp`, utf8("{"))],
  ]),
  ["a stranger in ai", (run) => withFile(run, "ai/notes.txt", utf8("hm"))],
  [
    "a file more that is not what its name says",
    (run) => withFile(run, `ai/${"0".repeat(64)}.pack.json`, utf8("[]")),
  ],
  ["a folder in ai", (run) => withFile(run, `ai/more/${"0".repeat(64)}.pack.json`, utf8("[]"))],
  ["rows of a pack", (run) =>
    reanchored(withLine(run, PACK_EVENTS, 0, (event) => {
      payloadOf(event)["rows"] = 59;
    }))],
  ["a pack that is no JSON", (run) => reanchored(withPack(run, "[[1]", 1))],
  ["a pack with white space", (run) => reanchored(withPack(run, "[[1, 2]]", 1))],
  ["a pack behind a byte order mark", (run) => reanchored(withPack(run, "\ufeff[[1]]", 1))],
  ["a pack that is no list", (run) => reanchored(withPack(run, "{}", 0))],
  ["a pack of texts", (run) => reanchored(withPack(run, '["a"]', 1))],
  ["a row of texts", (run) => reanchored(withPack(run, '[["a"]]', 1))],
  ["a row that holds true", (run) => reanchored(withPack(run, "[[true]]", 1))],
  ["other rows than it was trained on", (run) => {
    const told = withPack(run, "[[1]]", 1);
    return reanchored(withTrained(told, (snapshot) => void (snapshot["dataset_sha256"] = DATASET)));
  }],
  ["another dataset", (run) =>
    reanchored(withTrained(run, (snapshot) => {
      snapshot["dataset_sha256"] = "0".repeat(64);
    }))],
  [
    "no dataset",
    (run) => reanchored(withTrained(run, (snapshot) => void (snapshot["dataset_sha256"] = null))),
  ],
  ["a snapshot without a model", (run) =>
    reanchored(withTrained(run, (snapshot) => {
      snapshot["model_sha256"] = null;
    }))],
  ["a model that nobody has", (run) =>
    reanchored(withTrained(run, (snapshot) => {
      snapshot["model_sha256"] = "0".repeat(64);
    }))],
  ...[5, {}, { worker_sha256: sha256Hex(WORKER), snapshot: -1, model_sha256: null }, {
    worker_sha256: sha256Hex(WORKER),
    snapshot: null,
    model_sha256: "x",
  }, { worker_sha256: "0".repeat(64), snapshot: null, model_sha256: null }].map((ai, i): Damage[number] => [
    `another AI in the manifest (${i + 1})`,
    (run) => reanchored(withManifestAi(run, ai)),
  ]),
];

/** What a run may hold all the same. */
export const AI_GOOD: Damage = [
  ["as it was", (run) => run],
  ["signed anew", reanchored],
  [
    "a file of a turn that a crash took",
    (run) => withFile(run, `ai/${sha256Hex("[]")}.pack.json`, utf8("[]")),
  ],
  ["a file half made", (run) => withFile(run, `ai/${"0".repeat(64)}.model.json.tmp`, utf8("{"))],
  ["a pack without rows", (run) => reanchored(withPack(run, "[]", 0))],
  ["a row without numbers", (run) => reanchored(withPack(run, "[[]]", 1))],
];
