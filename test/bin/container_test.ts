import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inTempFolder } from "../support/temp_folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What becomes of a program under bin/container.sh: how it ends, and what it says first. */
async function outcomeOf(program: string, signal: "SIGINT" | "SIGTERM" | null = null) {
  let outcome: readonly [code: number | null, said: string] = [null, ""];
  await inTempFolder(async (folder) => {
    mkdirSync(`${folder}/src`);
    writeFileSync(`${folder}/src/main.ts`, program);
    symlinkSync(`${root}/node_modules`, `${folder}/node_modules`);
    const child = spawn("sh", [`${root}/bin/container.sh`, "--mode", "two words"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const exit = once(child, "exit");
    const [said] = await once(child.stdout, "data");
    // Not child.kill: Deno takes what that sends for how the process ended.
    if (signal !== null) process.kill(child.pid!, signal);
    const [code] = await exit;
    outcome = [code as number | null, String(said).trim()];
  });
  return outcome;
}

const SAY = "console.log(JSON.stringify(process.argv.slice(2)));";
const WAIT = `setInterval(() => {}, 1000); ${SAY}`;

test("container.sh gives the program its words and ends as it does", async () => {
  assert.equal(await outcomeOf(`process.exitCode = 3; ${SAY}`), [3, '["--mode","two words"]']);
});

test("container.sh waits after a signal until the program has ended by itself", async () => {
  const ends = `process.on("SIGTERM", () => setTimeout(() => process.exit(7), 50)); ${WAIT}`;
  assert.is((await outcomeOf(ends, "SIGTERM"))[0], 7);
  assert.is((await outcomeOf(ends, "SIGINT"))[0], 7);
});

test("container.sh ends when the program does not listen, or kills itself", async () => {
  assert.is((await outcomeOf(WAIT, "SIGTERM"))[0], 143);
  const kills = `setTimeout(() => process.kill(process.pid, "SIGKILL"), 50); ${SAY}`;
  assert.is((await outcomeOf(kills))[0], 137);
});

test.run();
