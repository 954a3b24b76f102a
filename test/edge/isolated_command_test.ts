import { test } from "uvu";
import * as assert from "uvu/assert";
import { isAtLeast, isolatedCommand, type WorkerRuntime } from "../../src/edge/isolated_command.ts";

const node = (version: string): WorkerRuntime => ({ name: "node", version, path: "/opt/my node/bin/node" });
const deno: WorkerRuntime = { name: "deno", version: "2.9.5", path: "/opt/deno" };
const program = { runtime: node("26.10.0"), programPath: "/work/it's/worker.mjs", memoryMbMax: 512 };

/** The words behind `word`, up to the last. */
const after = (words: readonly string[], word: string): readonly string[] =>
  words.slice(words.indexOf(word) + 1);

test("isolatedCommand() puts namespaces around, takes all privileges and gives no environment", () => {
  const { words, environment } = isolatedCommand("root_namespaces", program);
  const script = words[words.indexOf("-c") + 1]!;
  assert.equal(words.slice(0, words.indexOf("sh")), [
    ...["setpriv", "--pdeathsig", "KILL"],
    ...["unshare", "-n", "-i", "-u", "-m", "-p", "-f", "--kill-child"],
  ]);
  assert.equal(after(words, script), [
    ...["sh", "/opt/my node/bin/node", "/work/it's/worker.mjs"],
    ...["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"],
    ...["--bounding-set=-all", "--no-new-privs", "--pdeathsig", "KILL"],
    ...["prlimit", "--fsize=0", "--core=0", `--data=${1024 * 1024 * 1024}`, "--cpu=86400", "--nproc=256"],
    ...["nice", "-n", "10", "env", "-i"],
    ...["/runtime", "--permission", "--allow-fs-read=/worker.mjs", "--no-experimental-sqlite"],
    ...["--no-warnings", "--max-old-space-size=256", "/worker.mjs"],
  ]);
  assert.equal(Object.keys(environment), ["PATH"]);
});

test("isolatedCommand() writes no path into the program of a shell", () => {
  const other = { ...program, programPath: "/other.mjs", runtime: { ...program.runtime, path: "/other" } };
  const scriptOf = (of: typeof program): string => {
    const { words } = isolatedCommand("root_namespaces", of);
    return words[words.indexOf("-c") + 1]!;
  };
  assert.is(scriptOf(program), scriptOf(other));
});

test("isolatedCommand() asks for a user namespace where it is not root, and for no other user in there", () => {
  const { words } = isolatedCommand("user_namespaces", program);
  assert.equal(words.slice(words.indexOf("--kill-child") + 1, words.indexOf("sh")), ["-U", "-r"]);
  assert.equal(words.filter((word) => /uid|gid|groups/.test(word)), []);
});

test("isolatedCommand() keeps the limits where there are no namespaces, but not that of a user's processes", () => {
  const { words } = isolatedCommand("limits", program);
  assert.equal(words.slice(0, words.indexOf("nice")), [
    ...["setpriv", "--pdeathsig", "KILL", "--no-new-privs"],
    ...["prlimit", "--fsize=0", "--core=0", `--data=${1024 * 1024 * 1024}`, "--cpu=86400"],
  ]);
  assert.equal(words.slice(-7, -6), ["/opt/my node/bin/node"]);
});

test("isolatedCommand() starts the runtime alone where there is nothing else", () => {
  assert.equal(isolatedCommand("bare", program), {
    words: [
      ...["/opt/my node/bin/node", "--permission", "--allow-fs-read=/work/it's/worker.mjs"],
      ...["--no-experimental-sqlite", "--no-warnings", "--max-old-space-size=256", "/work/it's/worker.mjs"],
    ],
    environment: {},
  });
});

test("isolatedCommand() grants deno nothing, and hides from the one that starts it that it is deno", () => {
  const { words, environment } = isolatedCommand("bare", { ...program, runtime: deno });
  assert.equal(words, [
    ...["//opt/deno", "run", "--quiet", "--no-prompt", "--no-remote", "--cached-only", "--no-config"],
    ...["--v8-flags=--max-old-space-size=256", "/work/it's/worker.mjs"],
  ]);
  assert.equal(environment, { DENO_DIR: "/dev/null/deno" });
  for (const isolation of ["root_namespaces", "user_namespaces", "limits"] as const) {
    const command = isolatedCommand(isolation, { ...program, runtime: deno });
    assert.not.ok(command.words.includes(deno.path), isolation);
    assert.ok(command.words.includes("DENO_DIR=/dev/null/deno"));
  }
});

test("isolatedCommand() speaks the words that each release knows", () => {
  const table: readonly (readonly [version: string, permission: string, sqlite: boolean, dataMb: number])[] =
    [
      ["20.20.2", "--experimental-permission", false, 512],
      ["22.4.0", "--experimental-permission", false, 512],
      ["22.5.0", "--experimental-permission", true, 512],
      ["23.5.0", "--permission", true, 512],
      ["24.21.0", "--permission", true, 1024],
      ["26.10.0", "--permission", true, 1024],
    ];
  for (const [version, permission, hasSqlite, dataMb] of table) {
    const { words } = isolatedCommand("limits", { ...program, runtime: node(version) });
    assert.ok(words.includes(permission), version);
    assert.is(words.includes("--no-experimental-sqlite"), hasSqlite, version);
    assert.ok(words.includes(`--data=${dataMb * 1024 * 1024}`), version);
  }
});

test("isAtLeast() compares by number", () => {
  assert.ok(isAtLeast(node("26.0.0"), 26, 0));
  assert.ok(isAtLeast(node("100.0.0"), 26, 0));
  assert.not(isAtLeast(node("25.99.9"), 26, 0));
  assert.not(isAtLeast(node("23.4.9"), 23, 5));
  assert.not(isAtLeast(node(""), 20, 0));
});

test.run();
