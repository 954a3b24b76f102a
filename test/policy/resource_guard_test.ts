import { test } from "uvu";
import * as assert from "uvu/assert";
import { resourceProblem } from "../../src/policy/resource_guard.ts";
import { configWith } from "../support/repo_config.ts";

const LIMITS = configWith(["watchdog.rss_mb_max=480"]).watchdog;
const ENOUGH = { memory_limit_mb: 480, open_files_max: 128 };

test("resourceProblem() is null at every limit, and where the system sets or says none", () => {
  assert.is(resourceProblem(ENOUGH, LIMITS), null);
  assert.is(resourceProblem({ memory_limit_mb: null, open_files_max: null }, LIMITS), null);
});

test("resourceProblem() refuses where the system would end the process before it could stop by itself", () => {
  assert.match(
    resourceProblem({ ...ENOUGH, memory_limit_mb: 479 }, LIMITS)!,
    /^the system ends this process at 479 MB, before it could stop by itself at 480 MB: .*watchdog\.rss_mb_max$/,
  );
});

test("resourceProblem() refuses too few open files", () => {
  assert.match(
    resourceProblem({ ...ENOUGH, open_files_max: 127 }, LIMITS)!,
    /^this process may hold 127 files/,
  );
});

test.run();
