import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event, PermittedDraft } from "../../src/core/event.ts";
import { eventIds } from "../../src/core/event_id.ts";
import { randomStream } from "../../src/core/random.ts";
import { openSigner, verifierOf } from "../../src/edge/ed25519_signer.ts";
import { openContracts, type OpenRun } from "../../src/night/open_run.ts";
import { verifyRun } from "../../src/verify/verify_run.ts";
import { memoryFiles } from "../support/memory_files.ts";
import {
  bytesOf,
  copyOf,
  finishedRun,
  linesOf,
  problemsOf,
  rehashed,
  resealed,
  type RunBytes,
  shortRun,
  verifyBytes,
  withArtefact,
} from "../support/run_bytes.ts";
import { simContractFiles } from "../support/sim_night.ts";

const finished = await finishedRun();

test("verifyRun() says what it has verified", () => {
  const { ok, complete, run_id, events, anchors, head, findings } = verifyBytes(finished);
  const { last_n, head: reported } = finished.night.report as { last_n: number; head: string };
  assert.equal([ok, complete, run_id, events, head], [true, true, "20261121_220000", last_n + 1, reported]);
  assert.ok(anchors > 5);
  assert.equal(findings.notes, []);
});

test("verifyRun() says what it could not see when there is no mirror and no pinned key", () => {
  const result = verifyRun({
    files: finished.night.files,
    runFolder: finished.night.runFolder,
    mirror: null,
    publicKey: null,
    openContracts: () => openContracts(simContractFiles),
    verifierOf,
    signatures: "all",
    onProgress: () => {},
  });
  assert.is(result.ok, true);
  assert.match(
    result.findings.notes[0]!,
    /^signed by an unpinned key \([0-9a-f]{16}\): pin it with --pubkey FILE$/,
  );
  assert.match(result.findings.notes[1]!, /^no mirror of the anchors was found/);
});

test("verifyRun() refuses a run that is signed by another key than the pinned one", () => {
  const { findings, ok } = verifyRun({
    files: finished.night.files,
    runFolder: finished.night.runFolder,
    mirror: null,
    publicKey: openSigner(memoryFiles(), "/keys/other.pem").public_key,
    openContracts: () => openContracts(simContractFiles),
    verifierOf,
    signatures: "all",
    onProgress: () => {},
  });
  assert.is(ok, false);
  assert.equal(findings.problems[0], {
    file: "manifest.json",
    line: null,
    reason: "anchor_key is not the pinned public key",
  });
});

test("verifyRun() finds an end that was cut off when the mirror holds more", () => {
  const cut = copyOf(finished);
  for (const name of ["report.json", "metrics.json", "portfolio.json"]) cut.files.delete(name);
  cut.files.set("audit/anchors.jsonl", bytesOf(linesOf(cut.files.get("audit/anchors.jsonl")!).slice(0, -3)));
  assert.match(problemsOf(verifyBytes(cut)).join("\n"), /in the mirror: the end of this run was cut off$/m);
});

test("verifyRun() finds what was written behind the end", () => {
  const path = "queues/lifecycle/inbox.jsonl";
  const lines = linesOf(finished.files.get(path)!);
  const { last_n } = finished.night.report as { last_n: number };
  const id = eventIds("20261121_220000").idOf(last_n + 3);
  const copy = copyOf(finished);
  copy.files.set(path, bytesOf([...lines, rehashed(lines[1]!, (event) => void (event["id"] = id))]));
  const problems = problemsOf(verifyBytes(copy));
  assert.is(problems[0], `${path}:3: event ${last_n + 1} is missing before event ${last_n + 3}`);
  assert.is(problems[1], `${path}:3: lifecycle after the end`);
});

test("verifyRun() accepts a run that holds only a start-up proof that failed", async () => {
  const startProblem = { component: "secrets_guard", reason_code: "SECRET_FOUND", detail: "argument 3" };
  const result = verifyBytes(await shortRun([], { startProblem }));
  assert.equal(problemsOf(result), []);
  assert.equal([result.complete, result.events], [true, 8]);
});

/** A run whose log is written, chained and signed as always, by a program with a fault. */
function faultyRun(fault: (run: OpenRun) => OpenRun): Promise<RunBytes> {
  return shortRun([], { onOpened: fault });
}

test("verifyRun() finds an order that is left open at the end", async () => {
  const silent = { name: "silent", initial: () => null, step: () => [null, []] as const };
  const run = await faultyRun((open) => ({
    ...open,
    roles: open.roles.map((entry) => entry.role === "execution_role" ? { ...entry, machine: silent } : entry),
  }));
  assert.match(
    problemsOf(verifyBytes(run)).join("\n"),
    /^queues\/order_results\/inbox\.jsonl: order "20261121220000-1" is left open at the end$/m,
  );
});

/** Changes what is said at the end, before it is written. */
const atEnd = (change: (draft: PermittedDraft) => PermittedDraft) => (open: OpenRun): OpenRun => {
  const append = open.journal.append.bind(open.journal);
  open.journal.append = (draft): Event =>
    append(draft.type === "lifecycle" && draft.payload.what === "ended" ? change(draft) : draft);
  return open;
};

test("verifyRun() finds a log without an end", async () => {
  const run = await faultyRun(
    atEnd((draft) => ({ ...draft, payload: { what: "role_restarted", detail: "" } }) as PermittedDraft),
  );
  assert.equal(problemsOf(verifyBytes(run)), [
    "queues/lifecycle/inbox.jsonl: the log does not end with lifecycle ended",
  ]);
});

test("verifyRun() finds an event that its schema refuses though it is signed", async () => {
  const run = await faultyRun(atEnd((draft) => ({ ...draft, source: "ai_role" }) as PermittedDraft));
  assert.match(
    problemsOf(verifyBytes(run))[0]!,
    /^queues\/lifecycle\/inbox\.jsonl:2: source: "ai_role", expected/,
  );
});

test("verifyRun() reports a manifest whose key or strategies cannot be used", () => {
  const withKey = withArtefact(finished, "manifest.json", (manifest) => {
    manifest["anchor_key"] = { key_id: "a", public_key: "AAAA" };
  });
  const result = verifyRun({
    files: {
      ...finished.night.files,
      read: (path) => withKey.files.get(path.split("20261121_220000/")[1]!)!,
    },
    runFolder: finished.night.runFolder,
    mirror: null,
    publicKey: null,
    openContracts: () => openContracts(simContractFiles),
    verifierOf,
    signatures: "all",
    onProgress: () => {},
  });
  assert.match(problemsOf(result).join(), /^manifest\.json: anchor_key: Not an Ed25519 public key: "AAAA"/);

  const withStrategies = withArtefact(finished, "manifest.json", (manifest) => {
    manifest["strategies"] = [{ id: "a", capital: "much" }];
  });
  assert.match(problemsOf(verifyBytes(withStrategies)).join("\n"), /^manifest\.json: strategies: .*much/m);
});

const VALUES: readonly unknown[] = [null, true, -1, 0.5, 1e300, "", "x", [], [null], {}, { a: null }];

/** Puts any value somewhere. */
function spoil(fields: Record<string, unknown>, below: (bound: number) => number): void {
  const names = Object.keys(fields);
  const name = names[below(names.length)]!;
  const inner = fields[name];
  if (typeof inner === "object" && inner !== null && Object.keys(inner).length > 0 && below(3) > 0) {
    spoil(inner as Record<string, unknown>, below);
  } else fields[name] = VALUES[below(VALUES.length)];
}

test("verifyRun() says what is wrong and never throws when files hold anything under a right hash", () => {
  const { below } = randomStream(11, "spoil");
  const paths = [...finished.files.keys()].filter((path) =>
    /jsonl?$|flag$/.test(path) && !path.includes("/schemas/")
  );
  for (let i = 0; i < 150; i++) {
    const path = paths[below(paths.length)]!;
    const bytes = finished.files.get(path)!;
    const copy = copyOf(finished);
    if (path.endsWith(".jsonl")) {
      const lines = linesOf(bytes);
      if (lines.length === 0) continue;
      const at = below(lines.length);
      lines[at] = rehashed(lines[at]!, (fields) => spoil(fields, below));
      copy.files.set(path, bytesOf(lines));
    } else if (/^(?:config\.json|policy)/.test(path)) continue;
    else copy.files.set(path, resealed(bytes, (fields) => spoil(fields, below)));
    assert.not.throws(() => verifyBytes(copy), undefined, `${i}: ${path}`);
  }
});

test.run();
