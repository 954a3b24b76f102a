import { test } from "uvu";
import * as assert from "uvu/assert";
import { AI_DAMAGE, AI_GOOD, aiRun } from "../support/ai_run.ts";
import { finishedRun, problemsOf, verifyBytes, withArtefact } from "../support/run_bytes.ts";
import { reanchored } from "../support/reanchored.ts";

const run = await aiRun();

for (const [what, change] of AI_GOOD) {
  test(`verifyRun() passes a night with an AI: ${what}`, () => {
    const result = verifyBytes(change(run));
    assert.equal(problemsOf(result), []);
    assert.is(result.complete, true);
  });
}

for (const [what, change] of AI_DAMAGE) {
  test(`verifyRun() finds ${what}`, () => {
    const problems = problemsOf(verifyBytes(change(run)));
    assert.match(problems[0] ?? "", /^(?:ai\/|queues\/(?:feature_packs|health)\/|manifest\.json: ai is )/);
  });
}

test("verifyRun() says what the files of the AI and the log do not agree on", () => {
  const said = new Map(
    AI_DAMAGE.map(([what, change]) => [what, problemsOf(verifyBytes(change(run))).join("\n")]),
  );
  const cases: readonly (readonly [what: string, reason: RegExp])[] = [
    ["a byte of the worker", /^ai\/\S+\.worker\.mjs: SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}$/],
    ["a pack gone", /^ai\/\S+\.pack\.json: is missing$/m],
    ["a stranger in ai", /^ai\/notes\.txt: does not belong to a run$/],
    ["rows of a pack", /^queues\/feature_packs\/inbox\.jsonl:1: rows is 59, the pack holds 60$/],
    ["another dataset", /: dataset_sha256 is 0{64}, the packs so far give [0-9a-f]{64}$/],
    ["a snapshot without a model", /: a snapshot without a model$/],
    ["a row of texts", /: the pack [0-9a-f]{64} is no list of rows of numbers$/m],
  ];
  for (const [what, reason] of cases) assert.match(said.get(what)!, reason);
});

test("verifyRun() reads a run of an older program, whose manifest says nothing of an AI", async () => {
  const older = withArtefact(await finishedRun(), "manifest.json", (fields) => void delete fields["ai"]);
  assert.equal(problemsOf(verifyBytes(reanchored(older))), []);
});

test.run();
