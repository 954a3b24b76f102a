import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { NO_ADVISER } from "../../../src/commands/adviser.ts";
import { gateNight, quiet } from "../../../src/commands/gates/gate_night.ts";
import { fakeTerminal } from "../../support/fake_terminal.ts";
import "../../support/real_night.ts";
import { inTempFolder } from "../../support/temp_folder.ts";

const SHORT = ["--speed", "max", "--duration", "10s"];

test("gateNight() runs a night in the gate's folder and prints nothing of it", () =>
  inTempFolder(async (folder) => {
    const terminal = fakeTerminal();
    const { ended, run } = await gateNight({ folder, isQuick: true, terminal }, SHORT);
    assert.equal(ended, { passed: true, what: "the night ended with exit code 0, expected 0" });
    assert.ok(run!.startsWith(folder) && existsSync(`${run}/report.json`));
    assert.equal(terminal.printed, []);
  }));

test("gateNight() gives no run when the night was stopped", () =>
  inTempFolder(async (folder) => {
    process.env["BYBIT_API_SECRET"] = "anything";
    try {
      const stage = { folder, isQuick: true, terminal: fakeTerminal() };
      assert.equal(await gateNight(stage, SHORT), {
        ended: { passed: false, what: "the night ended with exit code 3, expected 0" },
        run: null,
      });
    } finally {
      delete process.env["BYBIT_API_SECRET"];
    }
  }));

test("gateNight() gives the run of a night that ended otherwise, as it must, with the adviser of another", () =>
  inTempFolder(async (folder) => {
    const stage = { folder, isQuick: true, terminal: fakeTerminal() };
    const problem = { component: "ai_role", reason_code: "AI_BOUNDARY", detail: "of a test" };
    const { ended, run } = await gateNight(stage, SHORT, {
      exit: 3,
      open: () => Promise.resolve({ ...NO_ADVISER, problem }),
    });
    assert.equal(ended, { passed: true, what: "the night ended with exit code 3, expected 3" });
    assert.match(readFileSync(`${run}/STOP.flag`, "utf8"), /"reason_code":"AI_BOUNDARY"/);
  }));

test("quiet() prints nothing and still says what goes wrong", () => {
  const terminal = fakeTerminal();
  const { print, say } = quiet(terminal);
  print("result");
  say("trouble");
  assert.equal([terminal.printed, terminal.said], [[], ["trouble"]]);
});

test.run();
