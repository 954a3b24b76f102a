import { test } from "uvu";
import * as assert from "uvu/assert";
import { AI_DAMAGE, AI_GOOD, aiRun } from "../support/ai_run.ts";
import { advisedNight } from "../support/advised_night.ts";
import { bytesIn, problemsOf, resealed, type RunBytes, verifyBytes, withFile } from "../support/run_bytes.ts";
import { hasPython, RunsOnDisk } from "../support/verify_py.ts";

/** Both verifiers say the same of a night that had an AI beside it, and blame the same file. */

if (hasPython()) {
  const run = await aiRun();

  test("verify.py scores advice as verifyRun() does, and both see a report that flatters it", async () => {
    const night = await advisedNight([]);
    const advised: RunBytes = { night, older: new Map(), ...bytesIn(night.files.contents, night) };
    const { ai } = night.report as { readonly ai: { readonly scored: number; readonly unscored: number } };
    assert.ok(ai.scored > 100, JSON.stringify(ai));
    const flattered = ["report.json", "metrics.json"].reduce((changed, path) => {
      const bytes = resealed(changed.files.get(path)!, (fields) => {
        fields["ai"] = { ...ai, brier: 0.2, beats_base: true };
      });
      return withFile(changed, path, bytes);
    }, advised);
    const disk = new RunsOnDisk();
    try {
      const { ok, complete, problems } = await disk.verify(advised);
      assert.equal([ok, complete, verifyBytes(advised).ok], [true, true, true], JSON.stringify(problems));
      assert.equal([(await disk.verify(flattered)).ok, verifyBytes(flattered).ok], [false, false]);
    } finally {
      disk.remove();
    }
  });

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
