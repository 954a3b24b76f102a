import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ownProgram, startProgram } from "../../src/edge/own_program.ts";

const words = ["/usr/bin/node", "--import", "tsx", "src/main.ts", "supervise", "--mode", "nore"];
const line = { hash: "ab".repeat(32), form: "proc" as const, words, problem: null };
const own = { words: ["supervise", "--mode", "nore"], isDeno: false, execArgv: ["--import", "tsx"] };

test("ownProgram() is what stands before the program's own words", () => {
  assert.equal(ownProgram(line, own), ["/usr/bin/node", "--import", "tsx", "src/main.ts"]);
  assert.equal(ownProgram(line, { ...own, isDeno: true }), [
    "/usr/bin/node",
    "--import",
    "tsx",
    "src/main.ts",
  ]);
});

test("ownProgram() adds the runtime's own words where the system does not say them; Deno hides them", () => {
  const canonical = {
    ...line,
    form: "canonical" as const,
    words: ["/usr/bin/node", "/nore/main.ts", ...own.words],
  };
  assert.equal(ownProgram(canonical, own), ["/usr/bin/node", "--import", "tsx", "/nore/main.ts"]);
  assert.is(ownProgram(canonical, { ...own, isDeno: true }), null);
});

const EVAL = "Deno" in globalThis ? [process.execPath, "eval"] : [process.execPath, "-e"];

test("startProgram() tells how the program has ended", async () => {
  const { ended } = startProgram(EVAL, ["process.exit(3)"]);
  assert.equal(await ended, { code: 3, signal: null });
  const killed = startProgram(EVAL, ["setInterval(() => {}, 1000)"]);
  killed.kill("SIGKILL");
  assert.equal(await killed.ended, { code: null, signal: "SIGKILL" });
});

test("startProgram() fails where there is no such program", async () => {
  const error = await startProgram(["/no/such/program"], []).ended.then(
    () => null,
    (failure: Error) => failure,
  );
  assert.match(error?.message ?? "", /ENOENT|NotFound|No such file|not found/);
});

test.run();
