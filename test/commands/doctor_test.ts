import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { helpOf, readInput, UsageError } from "../../src/commands/command.ts";
import { doctor, type DoctorParts, doctorWith } from "../../src/commands/doctor.ts";
import type { Finding } from "../../src/commands/doctor/finding.ts";
import { EXIT } from "../../src/core/exit_codes.ts";
import { boundaryFacts } from "../support/boundary_facts.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { HARDENED } from "../support/hardened_facts.ts";
import "../support/real_night.ts";
import { inTempFolder } from "../support/temp_folder.ts";

let elapsedMs = 0;

/** A machine on which all is well and no venue answers. */
const PARTS: DoctorParts = {
  get: () => Promise.reject(new Error("Host not found (ENOTFOUND)")),
  now: () => Date.UTC(2026, 10, 21, 22),
  elapsedMs: () => elapsedMs += 0.001,
  loopWatchProblem: () => Promise.resolve(null),
  processFacts: () => HARDENED,
  aiFacts: () => Promise.resolve(boundaryFacts("linux_namespaces")),
  runtime: () => ({ name: "node", version: "20.20.2", platform: "linux", arch: "x64" }),
};

async function examine(folder: string, words: readonly string[] = [], parts: Partial<DoctorParts> = {}) {
  const command = doctorWith({ ...PARTS, ...parts });
  const terminal = fakeTerminal();
  const input = readInput(command, ["--var", `${folder}/var`, "--json", ...words]);
  const code = await command.run(input, terminal);
  assert.equal(terminal.said, []);
  assert.is(terminal.printed.length, 1);
  return { code, findings: JSON.parse(terminal.printed[0]!) as readonly Finding[] };
}

const IDS = [
  "runtime",
  "platform",
  "clock",
  "kernel_lock",
  "hashes",
  "config",
  "policy",
  "secrets",
  "resources",
  "egress",
  "var",
  "disk",
  "sync",
  "latch",
  "lock",
  "key",
  "mirror",
  "venue",
  "symbols",
  "loop_watchdog",
  "user",
  "capabilities",
  "new_privileges",
  "seccomp",
  "read_only_root",
  "tmpfs",
  "memory_limit",
  "swap_limit",
  "process_limit",
  "ai_boundary",
];
const idsOf = (findings: readonly Finding[], state: string): readonly string[] =>
  findings.filter((finding) => finding.state === state).map(({ id }) => id);

test("doctor finds a good machine good, prints a list of facts, and leaves nothing behind", () =>
  inTempFolder(async (folder) => {
    const { code, findings } = await examine(folder);
    assert.is(code, EXIT.ok);
    assert.equal(findings.map(({ id }) => id), IDS);
    assert.equal([idsOf(findings, "WARN"), idsOf(findings, "FAIL")], [["mirror"], []]);
    for (const finding of findings) {
      assert.equal(Object.keys(finding), ["id", "state", "what", "do"]);
      assert.is(finding.do === null, finding.state === "PASS");
    }
    assert.equal(readdirSync(folder), []);
  }));

test("doctor prints a line a fact and the count of them", () =>
  inTempFolder(async (folder) => {
    const terminal = fakeTerminal();
    const command = doctorWith(PARTS);
    assert.is(await command.run(readInput(command, ["--var", `${folder}/var`]), terminal), EXIT.ok);
    assert.is(terminal.printed.length, IDS.length + 1);
    assert.is(terminal.printed[0], "PASS runtime         node 20.20.2");
    assert.match(terminal.printed[16]!, /^WARN mirror {10}.* → name a folder/);
    assert.is(terminal.printed.at(-1), "29 passed, 1 to know, 0 to mend");
  }));

const FAULTS: readonly (readonly [
  name: string,
  words: readonly string[],
  parts: Partial<DoctorParts>,
  warnings: readonly string[],
  failures: readonly string[],
])[] = [
  ["a venue that does not answer", ["--source", "binance"], {}, ["mirror"], ["venue"]],
  ["a venue that is not to be asked", ["--source", "binance", "--offline"], {}, ["mirror", "venue"], []],
  ["an old runtime", [], { runtime: () => ({ ...PARTS.runtime(), version: "18.0.0" }) }, ["mirror"], [
    "runtime",
  ]],
  [
    "no threads",
    [],
    { loopWatchProblem: () => Promise.resolve("no threads") },
    ["mirror", "loop_watchdog"],
    [],
  ],
  ["root", [], { processFacts: () => ({ ...HARDENED, uid: 0 }) }, ["mirror", "user"], []],
  [
    "root where it must not be",
    ["--set", "container.require_hardened=true"],
    { processFacts: () => ({ ...HARDENED, uid: 0 }) },
    ["mirror"],
    ["user"],
  ],
  ["unknown symbols", ["--symbols", "NOSUCHUSDT"], {}, ["mirror"], ["symbols"]],
  ["a policy that is not there", ["--set", "policy.directory=nowhere"], {}, ["mirror"], ["policy"]],
  ["too little room", ["--set", "logging.disk_free_bytes_min=1000000000000000"], {}, ["mirror"], ["disk"]],
  ["a secret", ["--set", "audit.key_file=/AKIAIOSFODNN7EXAMPLE"], {}, ["mirror"], ["secrets"]],
];

for (const [name, words, parts, warnings, failures] of FAULTS) {
  test(`doctor tells of ${name} in its exit code, too`, () =>
    inTempFolder(async (folder) => {
      const { code, findings } = await examine(folder, words, parts);
      assert.is(code, failures.length === 0 ? EXIT.ok : EXIT.failure);
      assert.equal([idsOf(findings, "WARN"), idsOf(findings, "FAIL")], [warnings, failures]);
      assert.not.match(JSON.stringify(findings), /AKIAIOSFODNN7EXAMPLE/);
    }));
}

test("doctor tells of a configuration that does not hold together, and of what does not depend on it", () =>
  inTempFolder(async (folder) => {
    const { code, findings } = await examine(folder, ["--set", "watchdog.sample_every_ms=1"]);
    assert.is(code, EXIT.failure);
    assert.equal(idsOf(findings, "FAIL"), ["config"]);
    assert.equal(findings.map(({ id }) => id), IDS.filter((_, i) => i < 6 || i > 19));
    assert.match(findings[5]!.what, /sample_every_ms/);
  }));

test("doctor tells of a latch and of a night that runs, and takes no lock", () =>
  inTempFolder(async (folder) => {
    mkdirSync(`${folder}/var`);
    writeFileSync(`${folder}/var/STOP.flag`, "not tonight");
    writeFileSync(`${folder}/var/lock`, '{"pid":4711,"runtime":"node","scope":"x"}');
    const { code, findings } = await examine(folder, [], { now: () => Date.now() });
    assert.is(code, EXIT.failure);
    assert.equal([idsOf(findings, "WARN"), idsOf(findings, "FAIL")], [["lock", "mirror"], ["latch"]]);
    assert.equal(readdirSync(`${folder}/var`).sort(), ["STOP.flag", "lock"]);
  }));

test("doctor fails a var that it may not look at, and looks at all else", () =>
  inTempFolder(async (folder) => {
    mkdirSync(`${folder}/var/lock`, { recursive: true }); // no file that could be read
    const { code, findings } = await examine(folder);
    assert.is(code, EXIT.failure);
    assert.equal(idsOf(findings, "FAIL"), ["var"]);
    assert.equal(findings.map(({ id }) => id), IDS.filter((_, i) => i < 11 || i > 16));
  }));

test("doctor refuses a configuration that is not there as a wrong call", () =>
  inTempFolder(async (folder) => {
    let refusal: unknown = null;
    await examine(folder, ["--config", `${folder}/nowhere.yaml`]).catch((error) => void (refusal = error));
    assert.instance(refusal, UsageError);
  }));

test("doctor examines this very machine", () =>
  inTempFolder(async (folder) => {
    const terminal = fakeTerminal();
    const code = await doctor.run(readInput(doctor, ["--var", `${folder}/var`, "--json"]), terminal);
    const findings = JSON.parse(terminal.printed[0]!) as readonly Finding[];
    assert.is(code, EXIT.ok, JSON.stringify(findings.filter(({ state }) => state === "FAIL")));
    assert.equal(findings.map(({ id }) => id), IDS);
    assert.is(findings.find(({ id }) => id === "loop_watchdog")!.state, "PASS");
    assert.is(findings[0]!.what.split(" ")[0], "Deno" in globalThis ? "deno" : "node");
    assert.ok(findings[1]!.what.startsWith(process.platform));
  }));

test("doctor --help names its options", () => {
  const help = helpOf(doctor, "nore");
  for (const word of ["nore doctor", "--offline", "--json", "--source SOURCE"]) {
    assert.ok(help.includes(word), word);
  }
});

test.run();
