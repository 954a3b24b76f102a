import { test } from "uvu";
import * as assert from "uvu/assert";
import { findContainerProblem, findDiskProblem, findStartProblem } from "../../src/commands/start_proofs.ts";
import { effectiveConfigText } from "../../src/core/config.ts";
import type { CommandLine } from "../../src/edge/command_line.ts";
import { HARDENED } from "../support/hardened_facts.ts";
import { configWith } from "../support/repo_config.ts";

const config = configWith(["guards.secrets.allow_env=[CI_TOKEN]"]);
const commandLine: CommandLine = {
  hash: "ab".repeat(32),
  form: "proc",
  words: ["node", "main.ts"],
  problem: null,
};
const good = { commandLine, environment: {}, config, configText: effectiveConfigText(config) };
const KEY = "AKIA" + "ABCDEFGHIJKLMNOP";

test("findStartProblem() is null when all is proven, with an environment or without one", () => {
  assert.is(findStartProblem(good), null);
  assert.is(findStartProblem({ ...good, environment: null }), null);
});

test("findStartProblem() says why when the command line cannot be hashed", () => {
  const problem = "/proc/self/cmdline is empty";
  assert.equal(findStartProblem({ ...good, commandLine: { ...commandLine, problem } }), {
    component: "command_line",
    reason_code: "CMDLINE_HASH",
    detail: problem,
  });
});

test("findStartProblem() names the place of a secret, never the secret", () => {
  const table: readonly (readonly [changes: Partial<typeof good>, place: RegExp])[] = [
    [
      { commandLine: { ...commandLine, words: ["node", "main.ts", `--set=a=${KEY}`] } },
      /^argument 2 looks like/,
    ],
    [{ configText: JSON.stringify({ note: KEY }) }, /^the configuration holds what looks like/],
    [
      { environment: { BINANCE_API_KEY: "x" } },
      /^environment variable BINANCE_API_KEY holds an exchange key/,
    ],
    [{ environment: { NOTE: KEY } }, /^environment variable NOTE looks like a secret/],
  ];
  for (const [changes, place] of table) {
    const found = findStartProblem({ ...good, ...changes })!;
    assert.is(found.reason_code, "SECRET_FOUND");
    assert.is(found.component, "secrets_guard");
    assert.match(found.detail, place);
    assert.not.match(found.detail, KEY);
  }
});

test("findStartProblem() excuses the variables that the configuration names", () => {
  assert.is(findStartProblem({ ...good, environment: { CI_TOKEN: KEY } }), null);
});

test("findContainerProblem() refuses what is not hardened when the configuration asks for it, and only then", () => {
  const required = configWith(["container.require_hardened=true"]);
  const loose = { ...HARDENED, isRootReadOnly: false };
  assert.is(findContainerProblem(config, loose), null);
  assert.is(findContainerProblem(required, HARDENED), null);
  assert.equal(findContainerProblem(required, loose), {
    component: "container_guard",
    reason_code: "CONTAINER_UNHARDENED",
    detail: "container.require_hardened is set and not proven: " +
      "read_only_root (the root file system can be written, expected --read-only)",
  });
});

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
