import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runtimeFacts } from "../../src/edge/runtime_facts.ts";

const { platform, arch } = process;

test("runtimeFacts() names the runtime that runs this test", () => {
  const facts = runtimeFacts();
  assert.is(facts["name"], "Deno" in globalThis ? "deno" : "node");
  assert.match(facts["version"]!, /^\d+\.\d+\.\d+/);
  assert.equal({ platform: facts["platform"], arch: facts["arch"] }, { platform, arch });
});

test("runtimeFacts() gives each runtime's own version", () => {
  assert.equal(runtimeFacts({ version: { deno: "9.8.7" } }), {
    name: "deno",
    version: "9.8.7",
    platform,
    arch,
  });
  assert.equal(runtimeFacts(null), { name: "node", version: process.versions.node, platform, arch });
});

test.run();
