import type { Random } from "../../src/core/random.ts";
import { bytesOf, linesOf, rehashed, resealed, type RunBytes } from "./run_bytes.ts";

/** What somebody without the key may do to one file of a finished run. What exactly is drawn from `random`. */

/** Views for the eye, and the log of the program: a verifier only checks the lines they hold. */
export const ASIDE: readonly string[] = ["log.jsonl", "metrics.jsonl", "report.html"];

export interface Place {
  readonly run: RunBytes;
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly random: Random;
  /** Runs that its lines may be mixed with: the same run_id on another market, and another night altogether. */
  readonly others: readonly RunBytes[];
}

/** Gives the changed bytes, null to take the file away, or undefined where this cannot be done to this file. */
export type Mutation = (place: Place) => Uint8Array | null | undefined;

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
export const pick = <T>(random: Random, list: readonly T[]): T => list[random.below(list.length)]!;

export const MUTATION_TABLE: Readonly<Record<string, Mutation>> = {
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
  "a line put in from another run": toLines((lines, random, { path, others }) => {
    const theirs = linesOf(pick(random, others).files.get(path) ?? new Uint8Array());
    if (theirs.length === 0) return;
    lines.splice(random.below(lines.length), random.below(2), pick(random, theirs));
  }),
  "replaced by that of another run": ({ path, random, others }) => pick(random, others).files.get(path),
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
    Object.entries(fields).filter(([name]) =>
      !["uptime_s", "refused_after_stop", "policy", "latch"].includes(name)
    ),
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
