import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readEnvironment, readVariable } from "../../src/edge/environment.ts";

test("readEnvironment() gives what this process was given", () => {
  assert.equal(readEnvironment(), { ...process.env });
});

test("readEnvironment() gives a copy, which later changes do not reach", () => {
  const source: Record<string, string> = { PATH: "/bin" };
  const read = readEnvironment(() => source);
  source["PATH"] = "/usr/bin";
  assert.equal(read, { PATH: "/bin" });
});

test("readEnvironment() gives null when the runtime does not grant it", () => {
  const refuse = () => {
    throw new Error("Requires env access");
  };
  assert.is(readEnvironment(refuse), null);
  assert.is(readVariable("NO_COLOR", refuse), undefined);
});

test("readVariable() gives one variable, undefined where there is none", () => {
  assert.is(readVariable("PATH"), process.env["PATH"]);
  assert.is(readVariable("NO_SUCH_VARIABLE_OF_NORE"), undefined);
});

test.run();
