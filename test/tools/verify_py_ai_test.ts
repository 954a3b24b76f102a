import { test } from "uvu";
import * as assert from "uvu/assert";
import { AI_DAMAGE, AI_GOOD, aiRun } from "../support/ai_run.ts";
import { problemsOf, verifyBytes } from "../support/run_bytes.ts";
import { hasPython, RunsOnDisk } from "../support/verify_py.ts";

/** Both verifiers say the same of a night that had an AI beside it, and blame the same file. */

if (hasPython()) {
  const run = await aiRun();

  test("verify.py passes a night with an AI where verifyRun() does", async () => {
    const disk = new RunsOnDisk();
    try {
      for (const [what, change] of AI_GOOD) {
        const { ok, complete, problems } = await disk.verify(change(run));
        assert.equal([ok, complete], [true, true], `${what}: ${JSON.stringify(problems)}`);
      }
    } finally {
      disk.remove();
    }
  });

  test("verify.py finds all that can be wrong with what the AI has told, where verifyRun() does", async () => {
    const disk = new RunsOnDisk();
    try {
      for (const [what, change] of AI_DAMAGE) {
        const damaged = change(run);
        const ours = verifyBytes(damaged);
        const theirs = await disk.verify(damaged);
        const said = `${what}\n${problemsOf(ours).join("\n")}\n${JSON.stringify(theirs.problems)}`;
        assert.not.match(said, /cannot go on/);
        assert.equal([ours.ok, theirs.ok, theirs.code], [false, false, 4], said);
        const blamed = ours.findings.problems.map(({ file }) => file);
        assert.ok(
          theirs.problems.some(({ file }) =>
            blamed.some((ours) => file === ours || file.startsWith(`${ours}/`))
          ),
          said,
        );
      }
    } finally {
      disk.remove();
    }
  });
} else test.skip("verify.py and verifyRun() agree on a night with an AI", () => {});

test.run();
