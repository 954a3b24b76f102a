import { writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { UsageError } from "../../src/commands/command.ts";
import { loadSettings, SETTING_OPTIONS, withStrategyDefaults } from "../../src/commands/load_settings.ts";
import { type Config, ConfigError } from "../../src/core/config.ts";
import { inputOf } from "../support/command_input.ts";
import { configWith } from "../support/repo_config.ts";
import { inTempFolder } from "../support/temp_folder.ts";

function settings(...words: readonly string[]): Config {
  return loadSettings(inputOf(SETTING_OPTIONS, words));
}

type Kind = typeof UsageError | typeof ConfigError;

function refused(work: () => unknown, kind: Kind, says: RegExp): void {
  assert.throws(work, (error: Error) => error instanceof kind && says.test(error.message), String(says));
}

test("loadSettings() gives the program's own configuration when nothing is said", () => {
  assert.equal(settings(), withStrategyDefaults(configWith()));
});

test("loadSettings() takes each flag for its setting", () => {
  const table: readonly (readonly [words: readonly string[], settings: readonly string[]])[] = [
    [["--symbols", "SOLUSDT"], ["symbols=[SOLUSDT]"]],
    [["--symbols", "BTCUSDT,SOLUSDT"], ["symbols=[BTCUSDT,SOLUSDT]"]],
    [["--source", "embedded"], ["source=embedded"]],
    [["--duration", "1h30m"], ["duration_ms=5400000"]],
    [["--duration", "0s"], ["duration_ms=0"]],
    [["--var", "/srv/nore/var"], ["queues.base_dir=/srv/nore/var"]],
    [["--var", "1"], ['queues.base_dir="1"']],
    [["--var", "with: colon #1"], ['queues.base_dir="with: colon #1"']],
    [["--set", "audit.anchor_mirror=a=b"], ["audit.anchor_mirror=a=b"]],
    [["--set", "duration_ms=1000", "--set", "duration_ms=2000"], ["duration_ms=2000"]],
  ];
  for (const [words, flags] of table) {
    assert.equal(settings(...words), withStrategyDefaults(configWith(flags)), words.join(" "));
  }
});

test("loadSettings() fills in what a strategy's parameters leave out", () => {
  const { list } = settings("--set", "strategy.list.0.parameters={}").strategy;
  assert.is(list[0]!.parameters["period"], 14);
  assert.is(list[0]!.parameters["spread_bps_max"], 5);
});

test("loadSettings() puts --set over the file and flags over --set, wherever they stand", async () => {
  await inTempFolder((folder) => {
    const file = `${folder}/my.yaml`;
    writeFileSync(file, "duration_ms: 1000\nexecution: { latency_ms: 10 }\nsymbols: [ETHUSDT]\n");
    const config = settings(
      ...["--duration", "3s", "--set", "duration_ms=2000", "--set", "execution.latency_ms=20"],
      ...["--config", file],
    );
    assert.is(config.duration_ms, 3000);
    assert.is(config.execution.latency_ms, 20);
    assert.equal(config.symbols, ["ETHUSDT"]);
  });
});

test("loadSettings() reads JSON and YAML alike", async () => {
  await inTempFolder((folder) => {
    writeFileSync(`${folder}/my.json`, '{"symbols":["SOLUSDT"],"duration_ms":1000}');
    writeFileSync(`${folder}/my.yaml`, "symbols: [SOLUSDT]\nduration_ms: 1000 # a second\n");
    const fromJson = settings("--config", `${folder}/my.json`);
    assert.equal(fromJson.symbols, ["SOLUSDT"]);
    assert.equal(fromJson, settings("--config", `${folder}/my.yaml`));
  });
});

test("loadSettings() refuses YAML in a file that is called JSON", async () => {
  await inTempFolder((folder) => {
    writeFileSync(`${folder}/my.json`, "symbols: [SOLUSDT]\n");
    refused(() => settings("--config", `${folder}/my.json`), ConfigError, /JSON/);
  });
});

test("loadSettings() refuses what is called wrongly", () => {
  const table: readonly (readonly [words: readonly string[], says: RegExp])[] = [
    [["--set", "risk"], /^Expected --set path=value, got "risk"$/],
    [["--set", "=1"], /^Expected --set path=value, got "=1"$/],
    [["--set", ""], /^Expected --set path=value, got ""$/],
    [["--duration", "7x"], /^Not a duration: "7x", expected such as/],
    [["--duration", "60"], /^Not a duration: "60"/],
    [["--duration", ""], /^Not a duration: ""/],
    [["--config", "/nowhere/my.yaml"], /^Configuration cannot be read: .*my\.yaml/],
    [["--config", "/"], /^Configuration cannot be read: /],
  ];
  for (const [words, says] of table) refused(() => settings(...words), UsageError, says);
});

test("loadSettings() refuses values that do not hold", () => {
  const table: readonly (readonly [words: readonly string[], says: RegExp])[] = [
    [["--set", "risk.drawdwn.limit=0.1"], /risk\.drawdwn: unknown key, did you mean "drawdown"/],
    [["--set", "duration_ms=soon"], /^duration_ms: "soon"/],
    [["--duration", "999999999d"], /^duration_ms: /],
    [["--source", "kraken"], /^source: "kraken"/],
    [["--symbols", ""], /^symbols/],
    [["--symbols", "btcusdt"], /^symbols\.0: "btcusdt"/],
    [["--symbols", "BTCUSDT,BTCUSDT"], /^symbols/],
    [["--set", "strategy.list.0.name=martingale"], /"martingale", expected one of rsi_reversion, momentum/],
    [["--set", "strategy.list.1.parameters.fast_period=12"], /^strategy "trend"\.parameters/],
  ];
  for (const [words, says] of table) refused(() => settings(...words), ConfigError, says);
});

test.run();
