import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

const FIRST = fileURLToPath(new URL("../../bin/first_process.mjs", import.meta.url));

/** Runs until something is said, then takes a signal. */
async function exitOf(signal: "SIGINT" | "SIGTERM", script: string) {
  // By way of env: Deno would run itself where it is asked for node.
  const words = ["node", "--import", FIRST, "--input-type=module", "--eval", script];
  const child = spawn("env", words, { stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "exit");
  await once(child.stdout, "data");
  process.kill(child.pid!, signal); // Deno takes what its own kill sends for how the process ended
  const [code] = await exit;
  return code as number | null;
}

const WAIT = 'setInterval(() => {}, 1000); console.log("runs");';

test("first_process ends the process by a signal when nobody else listens", async () => {
  assert.is(await exitOf("SIGTERM", WAIT), 143);
  assert.is(await exitOf("SIGINT", WAIT), 130);
});

test("first_process leaves a signal to the program when it listens", async () => {
  assert.is(await exitOf("SIGTERM", `process.on("SIGTERM", () => process.exit(7)); ${WAIT}`), 7);
  assert.is(await exitOf("SIGTERM", `process.on("SIGINT", () => process.exit(7)); ${WAIT}`), 143);
});

test.run();
