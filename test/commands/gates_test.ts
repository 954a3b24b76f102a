import { readdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCommand } from "../../src/commands/command_table.ts";
import { GATE_NAMES } from "../../src/commands/gates.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import "../support/real_night.ts";
import { inTempFolder } from "../support/temp_folder.ts";

test("gates --quick runs all, says what each saw, counts them at its end and leaves nothing behind", () =>
  inTempFolder(async (folder) => {
    const terminal = fakeTerminal();
    const code = await runCommand(["gates", "--quick", "--var", folder], terminal);
    assert.is(code, 0, terminal.printed.filter((line) => line.includes("FAIL")).join("\n"));
    const heads = terminal.printed.filter((line) => !line.startsWith("  "));
    assert.equal(heads, [
      "PASS runtime_smoke",
      "PASS schema_gate",
      "PASS atomic_io_gate",
      "PASS ai_isolation_gate",
      "4 passed, 0 failed",
    ]);
    const checks = terminal.printed.filter((line) => line.startsWith("  "));
    assert.ok(checks.length > 10);
    for (const line of checks) assert.match(line, /^ {2}ok {3}/);
    assert.equal(readdirSync(folder), []);
  }));

test("gates runs those that are named, and fails with what failed", () =>
  inTempFolder(async (folder) => {
    process.env["BYBIT_API_SECRET"] = "anything";
    try {
      const words = ["gates", "runtime_smoke", "--quick", "--var", folder];
      const what = "the night ended with exit code 3, expected 0";
      const terminal = fakeTerminal();
      assert.is(await runCommand([...words, "--json"], terminal), 1);
      assert.equal(terminal.printed.map((line) => JSON.parse(line)), [[
        { gate: "runtime_smoke", ok: false, checks: [{ passed: false, what }] },
      ]]);
      const plain = fakeTerminal({ hasColor: true });
      assert.is(await runCommand(words, plain), 1);
      assert.equal(plain.printed, [
        "\x1b[31mFAIL\x1b[0m runtime_smoke",
        `  FAIL ${what}`,
        "0 passed, 1 failed",
      ]);
    } finally {
      delete process.env["BYBIT_API_SECRET"];
    }
  }));

test("gates makes its folders in var, where nights run, when it is told no other place", () =>
  inTempFolder(async (folder) => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      await runCommand(["gates", "runtime_smoke", "--quick"], fakeTerminal());
    } finally {
      process.chdir(before);
    }
    assert.equal(readdirSync(folder), ["var"]);
  }));

test("gates refuses a place in which no folder can be made", () =>
  inTempFolder(async (folder) => {
    writeFileSync(`${folder}/file`, "x");
    const terminal = fakeTerminal();
    assert.is(await runCommand(["gates", "--quick", "--var", `${folder}/file`], terminal), 2);
    const says = `--var: the gates' folders cannot be made in "${folder}/file": EEXIST`;
    assert.ok(terminal.said[0]!.startsWith(says), terminal.said[0]);
  }));

test("gates refuses a gate that it does not know", async () => {
  for (
    const [word, hint] of [
      ["schema", `gates are ${GATE_NAMES.join(", ")}`],
      ["schema_gates", "did you mean schema_gate"],
    ]
  ) {
    const terminal = fakeTerminal();
    assert.is(await runCommand(["gates", "runtime_smoke", word!], terminal), 2);
    assert.is(terminal.said[0], `Unknown gate "${word}", ${hint}`);
  }
});

test.run();
