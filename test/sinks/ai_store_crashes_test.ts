import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { randomStream } from "../../src/core/random.ts";
import { AiStore } from "../../src/sinks/ai_store.ts";
import { isSampleModel, sampleModel } from "../support/ai_run.ts";
import { SAMPLE_FIT, sampleSnapshot } from "../support/ai_snapshots.ts";
import { type MemoryFiles, memoryFiles, systemError } from "../support/memory_files.ts";

/** Whatever is done to the store, and wherever a process ends in it: what advises is good, or there is none. */

interface Step {
  readonly what: "keep" | "activate" | "rollback";
  /** Which of the kept ones is made active. */
  readonly which: number;
  /** The process ends before this call; null: it does not. */
  readonly crashAt: number | null;
  readonly crash: "killed" | "power" | "disorder";
  readonly seed: number;
}

const step = fc.record<Step>({
  what: fc.constantFrom("keep", "keep", "activate", "activate", "rollback"),
  which: fc.nat(5),
  crashAt: fc.option(fc.nat(24), { nil: null, freq: 2 }),
  crash: fc.constantFrom("killed", "power", "disorder"),
  seed: fc.nat(1000),
});

const opened = (files: MemoryFiles) => new AiStore(files, "/var", { isModel: isSampleModel, keptMax: 3 });

/** Does the work up to a call that does not come any more, a write half done before it; gives the disk that is left. */
function crashed(files: MemoryFiles, { crashAt, crash, seed }: Step, work: () => void): MemoryFiles {
  let calls = 0;
  files.fault = (call) => {
    if (calls++ < crashAt!) return;
    if (call === "write" && calls === crashAt! + 1) return 7;
    throw systemError("EKILLED");
  };
  try {
    work();
  } catch (error) {
    if ((error as { code?: string }).code !== "EKILLED") throw error;
  }
  files.fault = null;
  if (crash === "power") return files.afterPowerLoss();
  return crash === "disorder"
    ? files.afterDisorder(randomStream(seed, "disorder"))
    : memoryFiles(files.contents);
}

test("AiStore lets a good snapshot advise or none, whatever is done and wherever it is cut off; no number repeats", () => {
  let [crashes, advised] = [0, 0];
  fc.assert(
    fc.property(fc.array(step, { minLength: 4, maxLength: 30 }), (steps) => {
      let files = memoryFiles();
      let store = opened(files);
      /** Number → weight of its model. */
      const kept = new Map<number, number>();
      for (const [i, one] of steps.entries()) {
        const active = () => store.active(SAMPLE_FIT).active?.n ?? null;
        const [before, last] = [active(), Math.max(0, ...kept.keys())];
        let n: number | null = null;
        let wanted: number | null = before;
        const work = () => {
          if (one.what === "keep") {
            n = store.keep(sampleSnapshot(i + 1));
            kept.set(n, i + 1);
            return;
          }
          const numbers = store.list().map(({ n }) => n);
          const chosen = numbers[one.which % Math.max(1, numbers.length)];
          wanted = one.what === "activate" ? chosen ?? before : NaN;
          if (one.what === "rollback") store.rollback({ ts: i, reason: "back" });
          else if (chosen !== undefined) store.activate(chosen, { ts: i, reason: "on" });
        };
        if (one.crashAt === null) work();
        else {
          crashes++;
          files = crashed(files, one, work);
          store = opened(files);
        }
        if (n !== null) assert.ok(n > last, `number ${n} after ${last}`);
        // What was kept in the crash itself is known by its number alone.
        for (const { n, manifest } of store.list()) if (manifest !== null && !kept.has(n)) kept.set(n, i + 1);
        const answer = store.active(SAMPLE_FIT);
        assert.is(answer.said, null);
        if (answer.active !== null) {
          advised++;
          assert.equal(answer.active.model, sampleModel(kept.get(answer.active.n)!));
        }
        const now = answer.active?.n ?? null;
        assert.ok(
          Number.isNaN(wanted) || [before, wanted].includes(now),
          `${now}, was ${before}, wanted ${wanted}`,
        );
      }
    }),
    { seed: 20261121, numRuns: 500 },
  );
  assert.ok(crashes > 500 && advised > 500, `${crashes} crashes, ${advised} times a model`);
});

test.run();
