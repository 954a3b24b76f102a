import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { admissionChecks, hostCheck, programCheck } from "../../../src/commands/gates/ai_has_no_orders.ts";
import type { PolicyGate } from "../../../src/core/ports.ts";
import { WORKER_PATH } from "../../../src/edge/ai_boundary.ts";
import { configWith } from "../../support/repo_config.ts";
import { openRepoGate } from "../../support/repo_policy.ts";
import { inTempFolder } from "../../support/temp_folder.ts";

const program = readFileSync(WORKER_PATH, "utf8");

test("programCheck() passes for the program that comes with the sources", () => {
  assert.ok(programCheck(program).passed, programCheck(program).what);
});

test("programCheck() fails for what acts, for a package, and where nothing is said", () => {
  for (
    const path of [
      "src/streams/fills/paper_executor.ts",
      "src/streams/risk/sizing.ts",
      "src/streams/strategies/momentum.ts",
      "src/policy/opa_gate.ts",
      "src/sinks/journal.ts",
      "src/edge/web_socket.ts",
      "node_modules/ws/index.js",
    ]
  ) {
    assert.equal(programCheck(`${program}\n// ${path}\nvar x = 1;\n`), {
      passed: false,
      what: `the isolated program holds ${path}`,
    });
  }
  assert.equal(programCheck("var x = 1;"), {
    passed: false,
    what: "the isolated program does not say of what it is made",
  });
});

test("hostCheck() passes for our own host", () => {
  const check = hostCheck("src/streams/ai");
  assert.ok(check.passed, check.what);
});

test("hostCheck() fails for an import of what acts, at any depth, and for an empty folder", () =>
  inTempFolder((folder) => {
    assert.equal(hostCheck(folder), { passed: false, what: `no file in ${folder}` });
    mkdirSync(`${folder}/worker`);
    const write = (path: string, from: string) =>
      writeFileSync(`${folder}/${path}`, `import x from "${from}";`);
    for (
      const [path, from, target] of [
        ["role.ts", "../fills/fees.ts", "src/streams/fills/fees.ts"],
        ["role.ts", "../risk/sizing.ts", "src/streams/risk/sizing.ts"],
        ["role.ts", "../../policy/opa_gate.ts", "src/policy/opa_gate.ts"],
        ["role.ts", "../../pipeline.ts", "src/pipeline.ts"],
        ["worker/main.ts", "../../../sinks/journal.ts", "src/sinks/journal.ts"],
      ] as const
    ) {
      write("role.ts", "../../core/event.ts");
      write(path, from);
      assert.equal(hostCheck(folder), { passed: false, what: `${path} imports ${target}` });
      write(path, "../../core/event.ts");
    }
    assert.ok(hostCheck(folder).passed);
  }));

const samples = new Map([
  ["order_intent", [{ value: { payload: { qty: "1" } }, required: [] }]],
  ["market_tick", [{ value: { payload: {} }, required: [] }]],
]);

test("admissionChecks() passes when each check alone refuses every order", async () => {
  const checks = admissionChecks({ config: configWith(), gate: await openRepoGate(), samples });
  assert.equal(
    checks,
    ["type", "schema", "the policy in force"].map((name) => ({
      passed: true,
      what: `by ${name} alone: 4 of 4 orders refused (order_intent)`,
    })),
  );
});

test("admissionChecks() fails by a policy that lets an order pass, and where no order was tried", () => {
  const gate = { policySha256: "0".repeat(64), decide: () => ({ allow: true }) } as unknown as PolicyGate;
  const checks = admissionChecks({ config: configWith(), gate, samples });
  assert.equal(checks.map(({ passed }) => passed), [true, true, false]);
  assert.is(checks[2]!.what, "by the policy in force alone: 0 of 4 orders refused (order_intent)");
  const none = admissionChecks({ config: configWith(), gate, samples: new Map() });
  assert.equal(none.map(({ passed }) => passed), [false, false, false]);
});

test.run();
