import { asapScheduler } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openArtefact } from "../../src/core/journal_line.ts";
import { QUEUES } from "../../src/core/queue_names.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { virtualClock } from "../../src/edge/clocks.ts";
import { openContracts } from "../../src/night/open_run.ts";
import { sampleModel } from "../support/ai_run.ts";
import { type MemoryFiles, memoryFiles, systemError } from "../support/memory_files.ts";
import { configWith } from "../support/repo_config.ts";
import { REGISTRY_TEXT, repoContracts } from "../support/repo_contracts.ts";
import { SHORT_NIGHT, shortNight } from "../support/short_night.ts";
import { SIM_CMDLINE_HASH, SIM_START_TS, simContractFiles } from "../support/sim_night.ts";

const RUN = "/var/runs/20261121_220000";

/** What a power loss would leave when the run is open, before its first event: everything. */
async function opened(): Promise<MemoryFiles> {
  const files = memoryFiles();
  let left: MemoryFiles | null = null;
  await shortNight({
    files,
    onOpened(run) {
      left = files.afterPowerLoss();
      assert.equal([...left.contents].sort(), [...files.contents].sort());
      return run;
    },
  });
  return left!;
}

test("openContracts() compiles the same files once", () => {
  const contracts = openContracts(simContractFiles);
  assert.is(openContracts(simContractFiles), contracts);
  assert.is(openContracts(new Map(simContractFiles)), contracts);
  assert.equal(contracts.types, repoContracts.types);
  const registry = new TextEncoder().encode(`# other bytes\n${REGISTRY_TEXT}`);
  const others = openContracts(new Map([...simContractFiles, ["contracts.v1.yaml", registry]]));
  assert.is.not(others, contracts);
  assert.is.not(openContracts(simContractFiles), contracts, "only the last answer is kept");
});

test("openContracts() refuses files without a registry", () => {
  assert.throws(() => openContracts(new Map()), "contracts.v1.yaml is missing");
});

test("openRun() makes every queue with its files, its cursors at the start, each with the roles that read it", async () => {
  const files = await opened();
  assert.equal(files.list(`${RUN}/queues`), [...QUEUES].sort());
  const consumersOf: Record<string, readonly string[]> = {};
  for (const queue of QUEUES) {
    const names = ["acks.jsonl", "cursor.json", "deadletter.jsonl", "inbox.jsonl"];
    assert.equal(files.list(`${RUN}/queues/${queue}`), names);
    const { consumers } = openArtefact(files.text(`${RUN}/queues/${queue}/cursor.json`)) as {
      consumers: Record<string, { line: number; n: number }>;
    };
    consumersOf[queue] = Object.keys(consumers);
    for (const { line, n } of Object.values(consumers)) assert.equal([line, n], [0, -1]);
  }
  assert.equal(
    consumersOf["market_ticks"],
    ["execution_role", "risk_role", "strategy_role", "watchdog_role"],
  );
  assert.equal(consumersOf["signals"], ["risk_role"]);
  assert.equal(consumersOf["order_intents"], ["execution_role"]);
  assert.equal(consumersOf["recommendations"], []);
});

test("openRun() leaves a folder that says by its manifest what it was started with", async () => {
  const files = await opened();
  const manifest = openArtefact(files.text(`${RUN}/manifest.json`));
  assert.is(manifest["config_sha256"], sha256Hex(files.read(`${RUN}/config.json`)));
  for (const [name, key] of [["wasm", "policy_sha256"], ["data.json", "policy_data_sha256"]] as const) {
    assert.is(sha256Hex(files.read(`${RUN}/policy/${manifest[key]}.${name}`)), manifest[key]);
  }
  const lines = [...simContractFiles].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([path, bytes]) => `${sha256Hex(bytes)}  ${path}\n`);
  assert.is(manifest["contracts_sha256"], sha256Hex(lines.join("")));
  assert.equal([manifest["run_id"], manifest["cmdline_hash"]], ["20261121_220000", SIM_CMDLINE_HASH]);
  assert.is(files.size(`${RUN}/audit/anchors.jsonl`), 0);
  assert.is(files.size("/var/mirror/20261121_220000.anchors.jsonl"), 0);
});

test("openRun() on a disk that fails at any call does not begin: it throws, and nothing was admitted", async () => {
  let callsToOpen = Infinity;
  for (let at = 1; at < callsToOpen; at += 5) {
    const files = memoryFiles();
    let calls = 0;
    files.fault = () => {
      if (++calls === at) throw systemError("EIO");
    };
    let problem: unknown = null;
    try {
      await shortNight({
        files,
        onOpened(run) {
          callsToOpen = Math.min(callsToOpen, calls);
          return run;
        },
      });
    } catch (error) {
      problem = error;
    }
    if (calls > callsToOpen) break;
    assert.match(String((problem as Error).message), "EIO", `call ${at}`);
    assert.not.ok(
      [...files.contents].some(([path, { length }]) => path.includes("/inbox.") && length > 0),
    );
  }
  assert.ok(callsToOpen < Infinity);
});

test("openRun() has the figures refreshed as often as asked for, and in virtual time with each snapshot", async () => {
  const config = configWith([
    ...SHORT_NIGHT,
    "logging.metrics_every_ms=500",
    "logging.snapshot_every_ms=900",
  ]);
  for (const [isDurable, everyMs] of [[true, 500], [false, 900]] as const) {
    await shortNight({
      config,
      isDurable,
      onOpened(run) {
        const isDue = (ms: number) => run.artefacts.isDue(SIM_START_TS + ms);
        assert.equal([isDue(everyMs - 1), isDue(everyMs)], [false, true]);
        return run;
      },
    });
  }
});

test("openRun() keeps what the AI begins with and what it tells, and has an eye on it", async () => {
  const worker = new TextEncoder().encode("export {};");
  const files = memoryFiles();
  const clock = virtualClock(SIM_START_TS);
  const found: (string | undefined)[] = [];
  await shortNight({
    files,
    ai: { boundary: "namespaces", worker, active: { n: 3, model: sampleModel(1) } },
    pace: { clock, setTs: (ts) => clock.set(ts), speed: 1, scheduler: asapScheduler },
    onOpened(run) {
      const { ai_boundary, ai } = openArtefact(files.text(`${RUN}/manifest.json`));
      const model_sha256 = sha256Hex(JSON.stringify(sampleModel(1)));
      assert.equal([ai_boundary, ai], ["namespaces", {
        worker_sha256: sha256Hex(worker),
        snapshot: 3,
        model_sha256,
      }]);
      const pack = `${RUN}/ai/${run.keepAiFile("pack", "[[1]]")}.pack.json`;
      const look = () => {
        clock.set(clock.now() + 1000);
        return run.fileWatch!.look()?.payload.detail;
      };
      found.push(look());
      files.contents.set(pack, new TextEncoder().encode("[[2]]"));
      found.push(look());
      return { ...run, fileWatch: null };
    },
  });
  assert.equal(found[0], undefined);
  assert.match(found[1]!, /pack\.json: is not what was written/);
});

test("openRun() makes no folder for an AI where none runs", async () => {
  const files = await opened();
  assert.not.ok(files.exists(`${RUN}/ai`));
  const { ai_boundary, ai } = openArtefact(files.text(`${RUN}/manifest.json`));
  assert.equal([ai_boundary, ai], [null, null]);
});

test.run();
