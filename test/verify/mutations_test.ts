import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Random, randomStream } from "../../src/core/random.ts";
import { SIM_START_TS } from "../support/sim_night.ts";
import {
  bytesOf,
  copyOf,
  linesOf,
  problemsOf,
  rehashed,
  resealed,
  type RunBytes,
  shortRun,
  verifyBytes,
} from "../support/run_bytes.ts";

/**
 * Whatever is done to one file of a finished run, short of signing it anew, is found and named. What is done is drawn
 * from a seed: `MUTATION_SEED=… MUTATIONS=…` in the environment draw others.
 */
const SEED = Number(process.env["MUTATION_SEED"] ?? 20261121);
const MUTATIONS = Number(process.env["MUTATIONS"] ?? 500);

/** Views for the eye, and the log of the program: a verifier only checks the lines they hold. */
const ASIDE = ["log.jsonl", "metrics.jsonl", "report.html"];

const plain = await shortRun();
const stopped = await shortRun(["risk.trade_rate.limit=2", "risk.trade_rate.action=STOP"]);
const rotated = await shortRun(["logging.rotate_bytes=4096"]);
/** The same run_id, but another market; and another night altogether. */
const otherSeed = await shortRun([], { seed: 8 });
const otherNight = await shortRun([], { startTs: SIM_START_TS + 5000 });

interface Place {
  readonly run: RunBytes;
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly random: Random;
}

/** Gives the changed bytes, null to take the file away, or undefined where this cannot be done to this file. */
type Mutation = (place: Place) => Uint8Array | null | undefined;

const isLog = (path: string): boolean => path.endsWith(".jsonl");
const isArtefact = (path: string): boolean =>
  /(?:cursor|metrics|portfolio|report|manifest)\.json$|STOP\.flag$/.test(path);

/** For what is done to lines: `edit` changes the list that it gets. */
const toLines = (edit: (lines: string[], random: Random, place: Place) => void): Mutation => (place) => {
  const lines = linesOf(place.bytes);
  if (!isLog(place.path) || lines.length === 0) return undefined;
  edit(lines, place.random, place);
  return bytesOf(lines);
};
const pick = <T>(random: Random, list: readonly T[]): T => list[random.below(list.length)]!;

const MUTATION_TABLE: Readonly<Record<string, Mutation>> = {
  "one byte changed": ({ bytes, random }) => {
    if (bytes.length === 0) return undefined;
    const copy = bytes.slice();
    copy[random.below(copy.length)]! ^= 1 + random.below(255);
    return copy;
  },
  "a tail cut": ({ bytes, random }) => bytes.slice(0, random.below(bytes.length + 1)),
  "removed": () => null,
  "emptied": () => new Uint8Array(),
  "a line dropped": toLines((lines, random) => void lines.splice(random.below(lines.length), 1)),
  "a line doubled": toLines((lines, random) => {
    const at = random.below(lines.length);
    lines.splice(at, 0, lines[at]!);
  }),
  "two lines swapped": toLines((lines, random) => {
    const [a, b] = [random.below(lines.length), random.below(lines.length)];
    [lines[a], lines[b]] = [lines[b]!, lines[a]!];
  }),
  "a line appended": toLines((lines, random) => void lines.push(pick(random, lines))),
  "the end torn": ({ path, bytes, random }) => {
    if (!isLog(path) || bytes.length === 0) return undefined;
    return new Uint8Array([...bytes, ...bytes.subarray(0, 1 + random.below(80))]);
  },
  "a line put in from another run": toLines((lines, random, { path }) => {
    const theirs = linesOf(pick(random, [otherSeed, otherNight]).files.get(path) ?? new Uint8Array());
    if (theirs.length === 0) return;
    lines.splice(random.below(lines.length), random.below(2), pick(random, theirs));
  }),
  "replaced by that of another run": ({ path, random }) =>
    pick(random, [otherSeed, otherNight]).files.get(path),
  "an event or ack forged with its hash": toLines((lines, random, { path }) => {
    if (!/(?:inbox|acks)/.test(path)) return;
    const at = random.below(lines.length);
    lines[at] = rehashed(lines[at]!, (fields) => forge(fields, random));
  }),
  "an artefact forged with its hash": ({ path, bytes, random }) =>
    isArtefact(path) ? resealed(bytes, (fields) => forgeFigure(fields, random)) : undefined,
  "an older version put back": ({ run, path, random }) => {
    const older = run.older.get(path);
    return older === undefined || path === "report.json" ? undefined : pick(random, older);
  },
};

/** Changes a field somewhere inside. */
function forge(fields: Record<string, unknown>, random: Random): void {
  const name = pick(random, Object.keys(fields));
  const value = fields[name];
  if (typeof value === "object" && value !== null && Object.keys(value).length > 0) {
    forge(value as Record<string, unknown>, random);
  } else fields[name] = other(value);
}

/** Some figures of a report are the program's word alone: no log gives them again. */
function forgeFigure(fields: Record<string, unknown>, random: Random): void {
  const given = Object.fromEntries(
    Object.entries(fields).filter(([name]) => !["uptime_s", "refused_after_stop", "latch"].includes(name)),
  );
  forge(given, random);
  Object.assign(fields, given);
}

function other(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "string") {
    return value === "" ? "1" : value.slice(0, -1) + (value.endsWith("1") ? "2" : "1");
  }
  return value === true ? false : true;
}

test(`verifyRun() finds ${MUTATIONS} of ${MUTATIONS} mutations and names the file`, () => {
  const random = randomStream(SEED, "mutations");
  const names = Object.keys(MUTATION_TABLE);
  for (let done = 0; done < MUTATIONS;) {
    const name = names[done % names.length]!;
    const run = pick(random, [plain, stopped, rotated]);
    const path = pick(random, [...run.files.keys()].filter((file) => !ASIDE.includes(file)));
    const bytes = run.files.get(path)!;
    const mutated = MUTATION_TABLE[name]!({ run, path, bytes, random });
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
