import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Random, randomStream } from "../../src/core/random.ts";
import { openSigner } from "../../src/edge/ed25519_signer.ts";
import { type CrashedNight, crashedNight } from "../support/crashed_nights.ts";
import { ANCHORS, BETWEEN_FILES, IN_LINES, TICKS } from "../support/damage.ts";
import { reanchored } from "../support/reanchored.ts";
import { memoryFiles } from "../support/memory_files.ts";
import { type Mutation, MUTATION_TABLE, pick } from "../support/mutations.ts";
import {
  bytesIn,
  bytesOf,
  copyOf,
  linesOf,
  problemsOf,
  type RunBytes,
  shortRun,
  verifyBytes,
  withFile,
} from "../support/run_bytes.ts";
import { configWith } from "../support/repo_config.ts";
import { SHORT_NIGHT } from "../support/short_night.ts";
import { SIM_START_TS, simSigner } from "../support/sim_night.ts";
import { hasPython, python, type PythonResult, RunsOnDisk, verifyPy } from "../support/verify_py.ts";

/**
 * Two verifiers that share no code must say the same of the same run: the verdict, and a file that is to blame. What
 * is done to a run is drawn from a seed: `MUTATION_SEED=…` in the environment draws something else.
 */
const SEED = Number(process.env["MUTATION_SEED"] ?? 20261121);
const FLIPS = 200;

/** Each case has a folder of its own, and so many are verified at once. */
const LANES = 3;

const DAMAGE = [...IN_LINES, ...BETWEEN_FILES];

interface Case {
  readonly what: string;
  readonly run: RunBytes;
}

async function expectAgreement(cases: readonly Case[], expected?: "damaged" | "good"): Promise<void> {
  const queue = [...cases];
  const lanes = Array.from({ length: LANES }, async () => {
    const disk = new RunsOnDisk();
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        agree(next, await disk.verify(next.run), expected);
      }
    } finally {
      disk.remove();
    }
  });
  await Promise.all(lanes);
}

function agree({ what, run }: Case, theirs: PythonResult, expected?: "damaged" | "good"): void {
  const ours = verifyBytes(run);
  const said = `${what}\n${problemsOf(ours).slice(0, 5).join("\n")}\n-- Python:\n${
    theirs.problems.slice(0, 5).map(({ file, line, reason }) => `${file}:${line}: ${reason}`).join("\n")
  }`;
  assert.not.match(said, /cannot go on/);
  assert.is(theirs.ok, ours.ok, said);
  assert.is(theirs.code, ours.ok ? 0 : 4, said);
  if (expected !== undefined) assert.is(ours.ok, expected === "good", said);
  if (ours.ok) {
    assert.equal(
      [theirs.complete, theirs.events, theirs.anchors, theirs.head],
      [ours.complete, ours.events, ours.anchors, ours.head],
      said,
    );
  } else {
    const blamed = ours.findings.problems.map(({ file }) => file);
    // Of a folder that does not belong there one names the folder, the other its files.
    const isBlamed = (path: string) => blamed.some((file) => path === file || path.startsWith(`${file}/`));
    assert.ok(theirs.problems.some(({ file }) => isBlamed(file)), said);
  }
}

/** A folder as it was earlier, with the mirror as it is now. */
function oldCopy(night: CrashedNight, share: number): RunBytes {
  const { crashes } = night;
  const disk = crashes[Math.floor(crashes.length * share)]!.disk();
  const run: RunBytes = { night: night.night, older: new Map(), ...bytesIn(disk.contents, night.night) };
  run.mirror = bytesIn(night.night.files.contents, night.night).mirror;
  return run;
}

/** As many of the drawn mutations as `count`, each of the table's kinds in its turn. */
function drawn(runs: readonly RunBytes[], others: readonly RunBytes[], count: number): readonly Case[] {
  const random = randomStream(SEED, "python");
  const kinds = Object.entries(MUTATION_TABLE);
  const cases: Case[] = [];
  while (cases.length < count) {
    const [kind, mutate] = kinds[cases.length % kinds.length]!;
    const run = pick(random, runs);
    const path = pick(random, [...run.files.keys()]);
    const mutated = mutate({ run, path, bytes: run.files.get(path)!, random, others });
    if (mutated === undefined || (mutated !== null && Buffer.compare(mutated, run.files.get(path)!) === 0)) {
      continue;
    }
    cases.push({ what: `seed ${SEED}: ${kind}: ${path}`, run: withFile(run, path, mutated) });
  }
  return cases;
}

const flipBit: Mutation = ({ bytes, random }) => {
  const copy = bytes.slice();
  copy[random.below(copy.length)]! ^= 1 << random.below(8);
  return copy;
};

function flipped(runs: readonly RunBytes[], random: Random): Case {
  const run = pick(random, runs);
  const path = pick(random, [...run.files.keys()].filter((one) => run.files.get(one)!.length > 0));
  const bytes = flipBit({ run, path, bytes: run.files.get(path)!, random, others: [] })!;
  return { what: `seed ${SEED}: a bit of ${path}`, run: withFile(run, path, bytes) };
}

if (hasPython()) {
  const plain = await shortRun();
  const stopped = await shortRun(["risk.trade_rate.limit=2", "risk.trade_rate.action=STOP"]);
  const rotated = await shortRun(["logging.rotate_bytes=4096"]);
  const others = [await shortRun([], { seed: 8 }), await shortRun([], { startTs: SIM_START_TS + 5000 })];
  const killed = await crashedNight();
  const small: RunBytes = {
    night: killed.night,
    older: new Map(),
    ...bytesIn(killed.night.files.contents, killed.night),
  };
  const leftBy = (killed: CrashedNight, index: number): Case => {
    const { before, kind, disk } = killed.crashes[index]!;
    const files = disk().contents;
    return {
      what: `${kind} before ${before}`,
      run: { night: killed.night, older: new Map(), ...bytesIn(files, killed.night) },
    };
  };

  test("verify.py passes what verifyRun() passes: runs that ended, were stopped, rotated", async () => {
    const runs = [plain, stopped, rotated, ...others];
    await expectAgreement(runs.map((run, i) => ({ what: `run ${i}`, run })), "good");
  });

  test("verify.py and verifyRun() agree on what a crash leaves", async () => {
    const count = killed.crashes.length;
    const moments = Array.from({ length: 24 }, (_, i) => leftBy(killed, Math.floor((i + 0.5) * count / 24)));
    await expectAgreement(moments);
    const cut = moments.filter(({ run }) => verifyBytes(run).ok && !verifyBytes(run).complete);
    assert.ok(cut.length > 8, `${cut.length} runs cut short and good`);
  });

  test(`verify.py and verifyRun() agree on ${DAMAGE.length} kinds of damage`, async () => {
    await expectAgreement(DAMAGE.map(([what, change]) => ({ what, run: change(plain) })), "damaged");
  });

  test(`verify.py and verifyRun() agree on ${IN_LINES.length} kinds of damage that were signed`, async () => {
    await expectAgreement([{ what: "signed anew", run: reanchored(plain) }], "good");
    await expectAgreement(
      IN_LINES.map(([what, change]) => ({ what: `signed: ${what}`, run: reanchored(change(plain)) })),
      "damaged",
    );
  });

  test("verify.py and verifyRun() agree on damage to a run that was cut short", async () => {
    const config = configWith([...SHORT_NIGHT, "logging.rotate_bytes=50000000"]);
    const night = await crashedNight({ config }, (call) => call === "rename");
    const moments = night.crashes.map((_, i) => leftBy(night, i)).filter(({ run }) => {
      const { ok, complete, anchors } = verifyBytes(run);
      return ok && !complete && anchors > 0;
    });
    const late = moments.at(-1)!;
    const cases = DAMAGE.filter(([what]) => !/moved|cause|fill|fee|order|stop|second|swapped$/.test(what))
      .map(([what, change]) => ({ what: `cut short: ${what}`, run: change(late.run) }));
    await expectAgreement([late], "good");
    await expectAgreement(cases);
    const old = [0.3, 0.5, 0.7].map((share) => ({ what: `as of ${share}`, run: oldCopy(night, share) }));
    await expectAgreement(old, "damaged");
  });

  test("verify.py and verifyRun() agree on mutations that are drawn", async () => {
    await expectAgreement(drawn([plain, stopped, rotated], others, 3 * Object.keys(MUTATION_TABLE).length));
  });

  test(`verify.py and verifyRun() agree on ${FLIPS} bits that are flipped`, async () => {
    const random = randomStream(SEED, "bits");
    await expectAgreement(Array.from({ length: FLIPS }, () => flipped([small, stopped], random)));
  });

  test("verify.py says its verdict in its last line and in its exit code", async () => {
    const disk = new RunsOnDisk();
    const key = simSigner.public_key;
    const cut = copyOf(plain);
    const anchors = linesOf(plain.files.get(ANCHORS)!);
    cut.files.set(ANCHORS, bytesOf(anchors.slice(0, -1)));
    cut.mirror = cut.files.get(ANCHORS)!;
    for (const view of ["report.json", "portfolio.json", "metrics.json"]) cut.files.delete(view);
    const forged = withFile(plain, TICKS, new Uint8Array());
    const cases:
      readonly (readonly [RunBytes, words: readonly string[], code: number, lines: readonly RegExp[]])[] = [
        [plain, ["--all", "--pubkey", key], 0, [
          /^VERIFIED 20261121_220000: 265 events, 10 anchors, head [0-9a-f]{64}$/,
        ]],
        [plain, [], 0, [/^note: signed by an unpinned key/, /^VERIFIED/]],
        [plain, ["--pubkey", "no key"], 2, []],
        [plain, ["--pubkey", openSigner(memoryFiles(), "/k.pem").public_key], 4, [
          /^manifest.json: anchor_key is not the pinned public key$/,
          /^DAMAGED/,
        ]],
        [plain, ["--mirror", "/no/such/file"], 2, []],
        [plain, ["--every"], 2, []],
        [cut, ["--pubkey", key], 0, [
          /^note: the last \d+ events stand behind the last anchor/,
          /^INCOMPLETE/,
        ]],
        [cut, ["--pubkey", key, "--require-complete"], 4, [/^note: /, /^INCOMPLETE/]],
        [forged, ["--pubkey", key], 4, [
          /^queues\/[\w/]+\.jsonl \d+: event \d+ is missing before event \d+$/,
          /^DAMAGED/,
        ]],
      ];
    try {
      for (const [run, words, code, patterns] of cases) {
        const answer = await verifyPy([disk.layOut(run), ...words]);
        const lines = answer.stdout.trimEnd().split("\n");
        assert.is(answer.code, code, `${words}: ${answer.stdout}${answer.stderr}`);
        for (const pattern of patterns) {
          assert.ok(lines.some((line) => pattern.test(line)), `${pattern}: ${lines}`);
        }
        if (patterns.length > 0) assert.match(lines.at(-1)!, patterns.at(-1)!);
      }
      assert.is((await verifyPy(["/no/such/run"])).code, 2);
    } finally {
      disk.remove();
    }
  });

  test("verify.py refuses a schema that it does not understand to the end", async () => {
    for (
      const schema of ["{'format': 'date'}", "{'pattern': '\\\\d'}", "{'enum': [True]}", "{'then': False}"]
    ) {
      const { code, stderr } = await python(["-c", `import verify; verify.prepare(${schema}, None)`]);
      assert.is(code, 1);
      assert.match(stderr, /ValueError: this verifier does not know the/);
    }
  });
} else test.skip("verify.py and verifyRun() agree", () => {});

test.run();
