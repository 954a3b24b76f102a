import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { spawnIsolated } from "../../src/edge/spawn_isolated.ts";
import { commandOf } from "../support/isolated_programs.ts";
import { inTempFolder } from "../support/temp_folder.ts";

async function outputOf(child: ReturnType<typeof spawnIsolated>): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout) text += chunk;
  return text;
}

test("spawnIsolated() gives a process what it is sent and nothing that this one has", () =>
  inTempFolder(async (folder) => {
    const before = process.env["NODE_V8_COVERAGE"];
    process.env["NODE_V8_COVERAGE"] = before ?? "/nowhere";
    const child = spawnIsolated(await commandOf(folder, "process.stdin.pipe(process.stdout);"));
    child.stdin.end("all of it");
    assert.is(await outputOf(child), "all of it");
    const bare = spawnIsolated({ words: ["/usr/bin/env"], environment: { ONE: "1" } });
    if (before === undefined) delete process.env["NODE_V8_COVERAGE"];
    assert.is(await outputOf(bare), "ONE=1\n");
  }));

test.run();
