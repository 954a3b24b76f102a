import { existsSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCommand } from "../../src/commands/command_table.ts";
import { withStrategyDefaults } from "../../src/commands/load_settings.ts";
import { effectiveConfigText } from "../../src/core/config.ts";
import { EXIT } from "../../src/core/exit_codes.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { configWith } from "../support/repo_config.ts";
import { inTempFolder } from "../support/temp_folder.ts";

async function configOf(...words: readonly string[]): Promise<{
  readonly code: number;
  readonly printed: readonly string[];
  readonly said: readonly string[];
}> {
  const terminal = fakeTerminal();
  return { code: await runCommand(["config", ...words], terminal), ...terminal };
}

test("config check says that a good configuration is good, and makes nothing", async () => {
  await inTempFolder(async (folder) => {
    const { code, printed, said } = await configOf("check", "--var", `${folder}/var`);
    assert.is(code, EXIT.ok);
    assert.equal(printed, ["The configuration is good"]);
    assert.equal(said, []);
    assert.not(existsSync(`${folder}/var`));
  });
});

test("config print shows what a night would run with, indented or as its hash covers it", async () => {
  const flag = "risk.drawdown.limit=0.02";
  const wanted = effectiveConfigText(withStrategyDefaults(configWith([flag])));
  const indented = await configOf("print", "--set", flag);
  const plain = await configOf("print", "--set", flag, "--json");
  assert.is(indented.code, EXIT.ok);
  assert.is(plain.code, EXIT.ok);
  assert.equal(plain.printed, [wanted]);
  assert.equal(indented.printed, [JSON.stringify(JSON.parse(wanted), null, 2)]);
});

test("config print shows no secret", async () => {
  for (const form of [[], ["--json"]]) {
    const { code, printed } = await configOf(
      "print",
      "--set",
      "audit.anchor_mirror=AKIA" + "ABCDEFGHIJKLMNOP",
      ...form,
    );
    assert.is(code, EXIT.ok);
    assert.match(printed[0]!, /redacted: AWS/);
    assert.not.match(printed[0]!, /AKIA/);
  }
});

test("config check and print refuse what a night would refuse", async () => {
  const table: readonly (readonly [words: readonly string[], says: RegExp])[] = [
    [["--set", "risk.drawdown.limit=2"], /^risk\.drawdown\.limit: /],
    [["--symbols", "BTCUSD"], /did you mean BTCUSDT/],
    [["--symbols", "BTCUSDT,ETHBTC"], /one quote asset a run/],
    [["--set", "policy.directory=/nowhere"], /\/nowhere/],
    [["--duration", "7"], /^Not a duration: "7"/],
  ];
  for (const what of ["check", "print"]) {
    for (const [words, says] of table) {
      const { code, printed, said } = await configOf(what, ...words);
      assert.is(code, EXIT.usage);
      assert.match(said[0]!, says);
      assert.equal(said.slice(1), ["Help: nore config --help"]);
      assert.equal(printed, []);
    }
  }
});

test("config refuses anything but check or print", async () => {
  const table: readonly (readonly [words: readonly string[], says: string])[] = [
    [[], "Expected check|print after config, got []"],
    [["check", "print"], 'Expected check|print after config, got ["check","print"]'],
    [["show"], 'Expected check or print after config, got "show"'],
  ];
  for (const [words, says] of table) {
    const { code, said } = await configOf(...words);
    assert.is(code, EXIT.usage);
    assert.is(said[0], says);
  }
});

test.run();
