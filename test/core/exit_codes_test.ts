import { test } from "uvu";
import * as assert from "uvu/assert";
import { EXIT } from "../../src/core/exit_codes.ts";

test("EXIT keeps the numbers that scripts rely on", () => {
  assert.equal(EXIT, { ok: 0, failure: 1, usage: 2, stopped: 3, integrity: 4, lockHeld: 5 });
});

test.run();
