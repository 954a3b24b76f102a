import { writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { commandFor, findBoundary, tryCommand, WORKER_PATH } from "../../src/edge/ai_boundary.ts";
import type { IsolatedCommand, WorkerRuntime } from "../../src/edge/isolated_command.ts";
import { ownRuntime } from "../../src/edge/own_runtime.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const node = (version: string): WorkerRuntime => ({ name: "node", version, path: "/opt/node" });
const deno: WorkerRuntime = { name: "deno", version: "2.9.5", path: "/opt/deno" };

/** A machine that lets start only what the words of its tools allow. */
const machine = (refuses: RegExp) => ({ words }: IsolatedCommand): Promise<string | null> =>
  Promise.resolve(refuses.test(words.join(" ")) ? "Operation not permitted" : null);

const find = (runtime: WorkerRuntime, refuses: RegExp) =>
  findBoundary({ runtime, programPath: "/worker.mjs", tryOut: machine(refuses) });

test("findBoundary() takes the strongest that lets the process start", async () => {
  const table:
    readonly (readonly [runtime: WorkerRuntime, refuses: RegExp, name: string, isolation: string])[] = [
      [node("20.20.2"), /nothing/, "linux_namespaces", "root_namespaces"],
      [node("20.20.2"), /reuid/, "linux_namespaces", "user_namespaces"],
      [node("26.10.0"), /nothing/, "linux_namespaces", "root_namespaces"],
      [node("26.10.0"), /unshare/, "node_permission", "limits"],
      [node("26.10.0"), /setpriv/, "node_permission", "bare"],
      [deno, /nothing/, "linux_namespaces", "root_namespaces"],
      [deno, /unshare/, "deno_no_grants", "limits"],
      [deno, /setpriv/, "deno_no_grants", "bare"],
    ];
  for (const [runtime, refuses, name, isolation] of table) {
    const { boundary, todo } = await find(runtime, refuses);
    assert.equal([boundary?.name, boundary?.isolation], [name, isolation], `${runtime.version} ${refuses}`);
    assert.is(todo === null, name === "linux_namespaces");
  }
});

test("findBoundary() finds none where the network would stay open, and says what to do", async () => {
  for (const version of ["20.20.2", "22.23.3", "24.21.0", "25.9.9"]) {
    const { boundary, missed, todo } = await find(node(version), /unshare/);
    assert.is(boundary, null);
    assert.equal(missed, [
      "root_namespaces, user_namespaces: Operation not permitted",
      `node ${version}: its permissions leave the network open`,
    ]);
    assert.match(todo!, /root.*user namespaces.*node 26/);
  }
  assert.is((await find(node("26.0.0"), /./)).boundary, null);
  const { boundary, missed, todo } = await find(deno, /./);
  assert.is(boundary, null);
  assert.equal(missed, ["root_namespaces, user_namespaces, limits, bare: Operation not permitted"]);
  assert.match(todo!, /--allow-run=setpriv/);
});

test("findBoundary() starts the real process here, or says why it cannot", async () => {
  const { boundary, missed } = await findBoundary();
  if (boundary === null) assert.ok(missed.length > 0);
  else {
    assert.equal([boundary.programPath, boundary.runtime], [WORKER_PATH, ownRuntime()]);
    assert.is(await tryCommand(commandFor(boundary, 256)), null);
  }
});

test("tryCommand() tells why a command does not do", () =>
  inTempFolder(async (folder) => {
    const run = (program: string, timeoutMs?: number): Promise<string | null> => {
      writeFileSync(`${folder}/program.mjs`, program);
      const path = `${folder}/program.mjs`;
      const { name, path: runtimePath } = ownRuntime();
      const words = name === "deno" ? [`/${runtimePath}`, "run", "--no-config", path] : [runtimePath, path];
      return tryCommand({ words, environment: { DENO_DIR: "/dev/null/deno" } }, timeoutMs);
    };
    assert.is(await run("for await (const _ of process.stdin);"), null);
    assert.is(await run("process.exit(3);"), "it ended with code 3");
    assert.is(await run('console.error("an error"); process.exitCode = 1;'), "an error");
    assert.is(await run("setInterval(() => {}, 1000);", 300), "it does not end within 300 ms");
    assert.match(
      (await tryCommand({ words: ["/no/such"], environment: {} }))!,
      /ENOENT|No such file|not found/,
    );
    assert.ok(await tryCommand({ words: ["\0"], environment: {} }));
  }));

test.run();
