import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { droppedFlags } from "../../../scripts/container/dropped_flags.ts";
import { readService } from "../../../scripts/container/run_flags.ts";
import { containerFacts } from "../../../src/policy/container_guard.ts";
import { HARDENED } from "../../support/hardened_facts.ts";

const compose = readFileSync(new URL("../../../compose.yaml", import.meta.url), "utf8");
const { flags } = readService(compose, "nore");

test("droppedFlags() drops what each fact of the guard is proven by", () => {
  const dropped = new Set(droppedFlags(flags).flatMap(({ facts }) => facts));
  assert.equal([...dropped].sort(), containerFacts(HARDENED).map(({ id }) => id).sort());
});

test("droppedFlags() changes one thing of compose.yaml at a time", () => {
  for (const { name, flags: others } of droppedFlags(flags)) {
    assert.equal(Object.keys(others), Object.keys(flags), name);
    const changed = Object.keys(flags).filter((key) => others[key]!.join() !== flags[key]!.join());
    const along = { "user: root": ["user", "volumes"], "no mem_limit": ["mem_limit", "memswap_limit"] }[name];
    if (along === undefined) assert.is(changed.length, 1, name);
    else assert.equal(changed, along, name);
  }
});

test("droppedFlags() gives root folders that it may write", () => {
  const [{ flags: root } = { flags }] = droppedFlags(flags);
  assert.equal(root["volumes"], ["--volume=root_var:/app/var:nocopy", "--volume=root_mirror:/mirror:nocopy"]);
});

test.run();
