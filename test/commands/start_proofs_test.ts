import { mkdirSync, symlinkSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findDiskProblem, findStartProblem } from "../../src/commands/start_proofs.ts";
import type { Config } from "../../src/core/config.ts";
import type { PolicyGate } from "../../src/core/ports.ts";
import type { CommandLine } from "../../src/edge/command_line.ts";
import { realFiles } from "../../src/edge/real_files.ts";
import { guardOver, type Surroundings } from "../../src/policy/policy_layer.ts";
import { HARDENED } from "../support/hardened_facts.ts";
import { configWith } from "../support/repo_config.ts";
import { openRepoGate, RUN } from "../support/repo_policy.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const config = configWith(["guards.secrets.allow_env=[CI_TOKEN]"]);
const commandLine: CommandLine = {
  hash: "ab".repeat(32),
  form: "proc",
  words: ["node", "main.ts"],
  problem: null,
};
const gate = await openRepoGate();
const surroundings: Surroundings = {
  words: () => commandLine.words,
  environment: () => ({}),
  machine: () => ({ memory_limit_mb: null, open_files_max: 1024 }),
  container: () => ({ ...HARDENED, uid: 0 }),
  read: realFiles.read,
};
const KEY = "AKIA" + "ABCDEFGHIJKLMNOP";

function problemOf(
  changes: {
    readonly config?: Config;
    readonly commandLine?: CommandLine;
    readonly around?: Partial<Surroundings>;
    readonly gate?: PolicyGate;
  } = {},
) {
  return findStartProblem(changes.config ?? config, {
    commandLine: changes.commandLine ?? commandLine,
    gate: changes.gate ?? gate,
    guard: guardOver({ ...surroundings, ...changes.around }),
  });
}

test("findStartProblem() is null when all is proven, with an environment or without one", () => {
  assert.is(problemOf(), null);
  assert.is(problemOf({ around: { environment: () => null } }), null);
});

test("findStartProblem() says why when the command line cannot be hashed", () => {
  const problem = "/proc/self/cmdline is empty";
  assert.equal(problemOf({ commandLine: { ...commandLine, problem } }), {
    component: "command_line",
    reason_code: "CMDLINE_HASH",
    detail: problem,
  });
});

test("findStartProblem() names the place of a secret, never the secret", () => {
  const table: readonly (readonly [around: Partial<Surroundings>, place: RegExp])[] = [
    [{ words: () => ["node", "main.ts", `--set=a=${KEY}`] }, /^argument 2 looks like/],
    [
      { environment: () => ({ BINANCE_API_KEY: "x" }) },
      /^environment variable BINANCE_API_KEY holds an exchange key/,
    ],
    [{ environment: () => ({ NOTE: KEY }) }, /^environment variable NOTE looks like a secret/],
  ];
  for (const [around, place] of table) {
    const found = problemOf({ around })!;
    assert.equal([found.component, found.reason_code], ["secrets_guard", "SECRET_FOUND"]);
    assert.match(found.detail, place);
    assert.not.match(found.detail, KEY);
  }
});

test("findStartProblem() excuses the variables that the configuration names", () => {
  assert.is(problemOf({ around: { environment: () => ({ CI_TOKEN: KEY }) } }), null);
});

test("findStartProblem() refuses a machine that leaves a night too little", () => {
  const machine = () => ({ memory_limit_mb: 64, open_files_max: null });
  const { component, reason_code } = problemOf({ around: { machine } })!;
  assert.equal([component, reason_code], ["resource_guard", "RESOURCE_LIMIT"]);
});

test("findStartProblem() asks policy whether the run may start, and keeps its denial for the log", () => {
  const other = { ...config, execution: { ...config.execution, mode: "live" as "paper" } };
  const asked: unknown[] = [];
  const denies: PolicyGate = {
    policySha256: "ab".repeat(32),
    decide(entrypoint, { type, payload }) {
      asked.push([entrypoint, type, payload]);
      return { allow: false, codes: ["RUN_EXECUTION"], input: { type } };
    },
  };
  assert.equal(problemOf({ config: other, gate: denies }), {
    component: "run_gate",
    reason_code: "POLICY_ERROR",
    detail: "the policy does not let this run start: RUN_EXECUTION",
    denials: [{
      entrypoint: RUN,
      policy_sha256: "ab".repeat(32),
      origin: "input",
      denied_type: "start",
      codes: ["RUN_EXECUTION"],
      input: { type: "start" },
    }],
  });
  const container = { is_required: false, unproven: ["user"] };
  assert.equal(asked, [[RUN, "start", { duration_ms: 25_200_000, ai_enabled: true, container }]]);
});

test("findStartProblem() refuses what is not hardened where the configuration asks for it, and names each fact", () => {
  const required = configWith(["container.require_hardened=true"]);
  assert.is(problemOf({ config: required, around: { container: () => HARDENED } }), null);
  const container = () => ({ ...HARDENED, isRootReadOnly: false });
  const { denials, ...problem } = problemOf({ config: required, around: { container } })!;
  assert.equal(problem, {
    component: "container_guard",
    reason_code: "CONTAINER_UNHARDENED",
    detail: "container.require_hardened is set and not proven: " +
      "read_only_root (the root file system can be written, expected --read-only)",
  });
  assert.equal(denials!.map(({ codes }) => codes), [["RUN_UNHARDENED"]]);
});

test("findStartProblem() refuses a folder of secrets in the package or among the runs, through links as well", () =>
  inTempFolder((folder) => {
    mkdirSync(`${folder}/var/mine`, { recursive: true });
    symlinkSync(`${folder}/var`, `${folder}/link`);
    const given = (dir: string) => {
      const flags = [`queues.base_dir=${folder}/var`, `guards.secrets.dir=${dir}`];
      return problemOf({ config: configWith(flags) });
    };
    assert.equal(given(`${folder}/link/mine`), {
      component: "secrets_guard",
      reason_code: "SECRET_FOUND",
      detail:
        `guards.secrets.dir ${folder}/var/mine lies in the folder of runs ${folder}/var, move it out of there`,
    });
    assert.match(given("config")!.detail, /config lies in the program's folder /);
    assert.is(given(`${folder}/secrets`), null);
  }));

test("findDiskProblem() refuses a night that does not fit and says what would help, and takes one that does", () => {
  const volume = { eventsPerS: 20, symbols: 2, book: "every", durationMs: 25_200_000 } as const;
  assert.equal(findDiskProblem(volume, { freeBytes: 500e6, keepFreeBytes: 300e6 }), {
    component: "disk",
    reason_code: "DISK_FULL",
    detail: "the night needs about 340 MB, 500 MB are free and 300 MB must stay so " +
      "(logging.disk_free_bytes_min): make room, shorten the night (--duration) or journal fewer quotes " +
      "(--set market.book=changed)",
  });
  assert.is(findDiskProblem(volume, { freeBytes: 700e6, keepFreeBytes: 300e6 }), null);
  assert.is(findDiskProblem(volume, { freeBytes: null, keepFreeBytes: 300e6 }), null);
});

test.run();
