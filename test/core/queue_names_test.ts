import { test } from "uvu";
import * as assert from "uvu/assert";
import { QUEUES } from "../../src/core/queue_names.ts";
import { repoRegistry } from "../support/repo_contracts.ts";

test("QUEUES are those that the registry binds types to, in its order", () => {
  assert.equal([...QUEUES], [...new Set([...repoRegistry.values()].map(({ queue }) => queue))]);
  assert.is(QUEUES.length, 14);
});

test.run();
