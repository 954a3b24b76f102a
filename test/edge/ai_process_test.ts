import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { aiProcess } from "../../src/edge/ai_process.ts";
import type { IsolatedCommand } from "../../src/edge/isolated_command.ts";
import { bestIsolation, commandOf, watch } from "../support/isolated_programs.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const UP = `process.stdout.write("up\\n");`;
const ECHO = `${UP} for await (const chunk of process.stdin) process.stdout.write(chunk);`;
const LOOP = `${UP} setTimeout(() => { for (;;); }, 20);`;
const BY_HAND = { words: ["/no/such/program"], environment: {} };

const run = (program: string, use: (command: IsolatedCommand) => Promise<void>): Promise<void> =>
  inTempFolder(async (folder) => use(await commandOf(folder, program)));

test("aiProcess() carries lines in and bytes out, and is over when it is killed", () =>
  run(ECHO, async (command) => {
    const worker = watch(aiProcess(command));
    worker.send('{"n":1}');
    worker.send("€");
    await worker.said("€\n");
    worker.kill();
    const { text, reasons } = await worker.ended;
    assert.is(text, 'up\n{"n":1}\n€\n');
    assert.equal(reasons, ["killed"]);
    worker.send("too late");
    worker.kill();
  }));

test("aiProcess() calls nobody inside of start, send and kill", () =>
  run(UP, async (command) => {
    for (const one of [command, BY_HAND, { ...command, words: ["\0"] }]) {
      let isInside = true;
      const ended = new Promise<string>((resolve) => {
        const heard = () => assert.not(isInside);
        const worker = aiProcess(one).start({
          received: heard,
          ended(reason) {
            heard();
            resolve(reason);
          },
        });
        worker.send("x");
        worker.kill();
        isInside = false;
      });
      assert.match(await ended, one === command ? /^killed$/ : /^could not be started: /);
    }
  }));

test("aiProcess() tells how the process has ended by itself", async () => {
  await run("process.exit(0);", async (command) => {
    assert.equal((await watch(aiProcess(command)).ended).reasons, ["ended with code 0"]);
  });
  await run('console.error("the first\\nan error of mine"); process.exitCode = 3;', async (command) => {
    const { reasons } = await watch(aiProcess(command)).ended;
    assert.equal(reasons, ["ended with code 3: an error of mine"]);
  });
});

test("aiProcess() does not fail where nobody reads what it sends", () =>
  run("process.exit(0);", async (command) => {
    const worker = watch(aiProcess(command));
    for (let i = 0; i < 100; i++) worker.send("x".repeat(10_000));
    assert.is((await worker.ended).reasons.length, 1);
  }));

test("aiProcess() ends a process that leaves too much unread", () =>
  run(LOOP, async (command) => {
    const worker = watch(aiProcess(command, { unreadBytesMax: 1_000_000 }));
    await worker.said("up");
    for (let i = 0; i < 300; i++) worker.send("x".repeat(10_000));
    assert.equal((await worker.ended).reasons, ["left more than 1000000 bytes unread"]);
  }));

test("aiProcess() can kill a process that loops for ever", () =>
  run(LOOP, async (command) => {
    const worker = watch(aiProcess(command));
    await worker.said("up");
    worker.kill();
    assert.equal((await worker.ended).reasons, ["killed"]);
  }));

test("aiProcess() ends a process that takes a gigabyte, in a buffer or in many", async () => {
  if (await bestIsolation() === "bare") return; // nothing limits it there
  const takes = [
    "Buffer.alloc(1024 ** 3, 1);",
    "const all = []; for (let i = 0; i < 1024; i++) all.push(Buffer.alloc(1024 ** 2, 1));",
    "const all = []; for (let i = 0; i < 2 ** 27; i++) all.push({ i });",
  ];
  for (const take of takes) {
    await run(`${UP} ${take} process.stdout.write("GOT IT\\n");`, async (command) => {
      const { text, reasons } = await watch(aiProcess(command)).ended;
      assert.is(text, "up\n", take);
      assert.not.match(reasons[0]!, /^killed|code 0/, take);
    });
  }
});

/** Of all that was started to run `programPath`; on Deno the system shows them to nobody. */
function processesOf(programPath: string): readonly number[] {
  const read = (path: string): string => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return "";
    }
  };
  const all = readdirSync("/proc").map(Number).filter((pid) => pid > 0);
  const parentOf = (pid: number): number => Number(/\) \w (\d+)/.exec(read(`/proc/${pid}/stat`))?.[1]);
  const own = new Set(all.filter((pid) => read(`/proc/${pid}/cmdline`).includes(programPath)));
  for (const pid of all) if (own.has(parentOf(pid))) own.add(pid);
  own.delete(process.pid);
  return [...own];
}

test("aiProcess() can kill a process that was stopped, with all that belongs to it", async () => {
  if ("Deno" in globalThis || process.platform !== "linux") return;
  await inTempFolder(async (folder) => {
    const worker = watch(aiProcess(await commandOf(folder, ECHO)));
    await worker.said("up");
    const pids = processesOf(`${folder}/program.mjs`);
    assert.ok(pids.length >= 1);
    for (const pid of pids) process.kill(pid, "SIGSTOP");
    worker.send("nobody reads this");
    worker.kill();
    assert.equal((await worker.ended).reasons, ["killed"]);
    assert.equal(processesOf(`${folder}/program.mjs`), []);
  });
});

/** A host of its own that starts the command, with the same output: it is open as long as one of the two lives. */
function startHost({ words, environment }: IsolatedCommand) {
  const code = `import("node:child_process").then(({ spawn }) => spawn(${JSON.stringify(words[0])}, ${
    JSON.stringify(words.slice(1))
  }, { cwd: "/", stdio: ["pipe", "inherit", "ignore"], env: ${JSON.stringify(environment)} }));`;
  const before = "Deno" in globalThis ? ["eval"] : ["-e"];
  return spawn(process.execPath, [...before, code], { stdio: ["ignore", "pipe", "ignore"] });
}

test("isolatedCommand() its process is gone when the host is, even if it loops for ever", async () => {
  const program = await bestIsolation() === "bare" ? ECHO : LOOP; // it ends with its input at least
  await run(program, async (command) => {
    const host = startHost(command);
    let text = "";
    const closed = new Promise<void>((resolve) => host.stdout.on("close", () => resolve()));
    await new Promise<void>((resolve) => {
      host.stdout.on("data", (chunk) => {
        text += chunk;
        if (text.includes("up")) resolve();
      });
      host.stdout.on("close", () => resolve());
    });
    assert.is(text, "up\n");
    host.kill("SIGKILL");
    await closed;
  });
});

test.run();
