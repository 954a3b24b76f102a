import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { randomStream } from "../../src/core/random.ts";
import { ASIDE, MUTATION_TABLE, pick } from "../support/mutations.ts";
import { SIM_START_TS } from "../support/sim_night.ts";
import { copyOf, problemsOf, shortRun, verifyBytes } from "../support/run_bytes.ts";

/**
 * Whatever is done to one file of a finished run, short of signing it anew, is found and named. What is done is drawn
 * from a seed: `MUTATION_SEED=… MUTATIONS=…` in the environment draw others.
 */
const SEED = Number(process.env["MUTATION_SEED"] ?? 20261121);
const MUTATIONS = Number(process.env["MUTATIONS"] ?? 500);

const plain = await shortRun();
const stopped = await shortRun(["risk.trade_rate.limit=2", "risk.trade_rate.action=STOP"]);
const rotated = await shortRun(["logging.rotate_bytes=4096"]);
/** The same run_id, but another market; and another night altogether. */
const otherSeed = await shortRun([], { seed: 8 });
const otherNight = await shortRun([], { startTs: SIM_START_TS + 5000 });
const others = [otherSeed, otherNight];

test(`verifyRun() finds ${MUTATIONS} of ${MUTATIONS} mutations and names the file`, () => {
  const random = randomStream(SEED, "mutations");
  const names = Object.keys(MUTATION_TABLE);
  for (let done = 0; done < MUTATIONS;) {
    const name = names[done % names.length]!;
    const run = pick(random, [plain, stopped, rotated]);
    const path = pick(random, [...run.files.keys()].filter((file) => !ASIDE.includes(file)));
    const bytes = run.files.get(path)!;
    const mutated = MUTATION_TABLE[name]!({ run, path, bytes, random, others });
    if (mutated === undefined || (mutated !== null && Buffer.compare(mutated, bytes) === 0)) continue;
    done++;
    const copy = copyOf(run);
    if (mutated === null) copy.files.delete(path);
    else copy.files.set(path, mutated);
    const result = verifyBytes(copy);
    const what = `seed ${SEED}, mutation ${done}: ${path}: ${name}`;
    assert.is(result.ok, false, `not found: ${what}`);
    // What is forged or of another run fits its own hash: named is then what contradicts it.
    const isNamed = /forged|replaced/.test(name) ||
      result.findings.problems.some(({ file }) => path === file || path.startsWith(`${file}/`));
    assert.ok(isNamed, `not named: ${what}\n${problemsOf(result).join("\n")}`);
  }
});

test("verifyRun() passes the runs that are mutated here", () => {
  for (const run of [plain, stopped, rotated, otherSeed, otherNight]) {
    const result = verifyBytes(run);
    assert.equal(problemsOf(result), []);
    assert.is(result.complete, true);
  }
  assert.is(plain.night.verdict, "PASS");
  assert.is(stopped.night.verdict, "STOPPED");
  assert.ok([...rotated.files.keys()].some((path) => path.endsWith("inbox.000002.jsonl")));
});

test.run();
