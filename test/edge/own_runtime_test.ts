import { existsSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ownRuntime } from "../../src/edge/own_runtime.ts";

test("ownRuntime() names this runtime and where it lies", () => {
  const { name, version, path } = ownRuntime();
  assert.is(name, "Deno" in globalThis ? "deno" : "node");
  assert.match(version, /^\d+\.\d+\.\d+/);
  assert.ok(existsSync(path));
});

test("ownRuntime() leaves it to the system where its path is hidden", () => {
  const { name, path } = ownRuntime(() => {
    throw new Error("Requires read access");
  });
  assert.is(path, name);
});

test.run();
