import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Config } from "../../src/core/config.ts";
import { openArtefact } from "../../src/core/journal_line.ts";
import { openRunGate, readBasis } from "../../src/night/run_basis.ts";
import type { StartFacts } from "../../src/night/start_facts.ts";
import { type WhatIf, whatIf } from "../../src/night/what_if.ts";
import { reportFigures } from "../../src/sinks/report.ts";
import { nightToReplay } from "../support/night_to_replay.ts";
import { CONFIG_SCHEMA } from "../support/repo_config.ts";
import { repoPolicy } from "../support/repo_policy.ts";
import { SIM_START_TS } from "../support/sim_night.ts";

const recorded = await nightToReplay([], { policy: repoPolicy });
const { files, runFolder } = recorded;
const basis = readBasis(files, runFolder, CONFIG_SCHEMA);
const gate = await openRunGate(files, runFolder, basis);

function tried(
  change: (config: Config) => Config,
  untilTs: number = Infinity,
): Promise<WhatIf> {
  const startFacts = basis.startFacts as StartFacts;
  return whatIf({
    files,
    runFolder,
    basis,
    startFacts,
    config: change(basis.config),
    gate,
    untilTs,
    onProgress: () => {},
  });
}

const same = (config: Config): Config => config;
const withRisk = (risk: Partial<Config["risk"]>) => (config: Config): Config => ({
  ...config,
  risk: { ...config.risk, ...risk },
});
const json = (value: unknown) => JSON.parse(JSON.stringify(value));

test("whatIf() under the run's own configuration gives the run's own figures, and writes nothing", async () => {
  const { length } = files.calls;
  const found = await tried(same);
  const report = openArtefact(files.text(`${runFolder}/report.json`));
  for (const [name, value] of Object.entries(json(reportFigures(found.tally)))) {
    assert.equal(value, report[name], name);
  }
  assert.equal([found.stop, found.failure], [null, null]);
  assert.ok(found.tally.counts.fill > 3);
  assert.is(files.calls.length, length);
});

test("whatIf() under another configuration decides otherwise on the same inputs", async () => {
  const own = await tried(same);
  const smaller = await tried(withRisk({ order_fraction: "0.05" }));
  assert.is(smaller.inputs, own.inputs);
  assert.equal(smaller.tally.counts.market_tick, own.tally.counts.market_tick);
  assert.ok(smaller.tally.counts.fill > 0);
  const feesOf = ({ tally }: WhatIf) =>
    Number((reportFigures(tally)["virtual_pnl"] as { readonly fees: string }).fees);
  assert.ok(feesOf(smaller) < 0.6 * feesOf(own), `${feesOf(smaller)} of ${feesOf(own)}`);
});

test("whatIf() says what has stopped it, and counts what came before", async () => {
  const found = await tried(withRisk({ night_loss: { limit: "0.00001", action: "STOP" } }));
  assert.is(found.stop, "RISK_NIGHT_LOSS");
  assert.ok(found.tally.counts.fill > 0 && found.tally.stops["RISK_NIGHT_LOSS"] === 1);
});

test("whatIf() leaves out what comes behind its end", async () => {
  const untilTs = SIM_START_TS + 10_000;
  const half = await tried(same, untilTs);
  const whole = await tried(same);
  assert.ok(half.inputs > 0 && half.inputs < whole.inputs);
  assert.ok(half.tally.lastTs <= untilTs && half.tally.lastTs > untilTs - 1000);
});

const longer = await nightToReplay(["duration_ms=600000"], { policy: repoPolicy });
const ofLonger = {
  files: longer.files,
  runFolder: longer.runFolder,
  basis: readBasis(longer.files, longer.runFolder, CONFIG_SCHEMA),
  startFacts: basis.startFacts as StartFacts,
  config: basis.config,
  gate,
  untilTs: Infinity,
  onProgress: () => {},
};

test("whatIf() tells how far it is, and what is thrown on the way", async () => {
  const told: number[] = [];
  const found = await whatIf({
    ...ofLonger,
    onProgress(inputs) {
      told.push(inputs);
      throw new Error("a bug in the core");
    },
  });
  assert.equal(told, [2500]);
  assert.is(found.failure, "a bug in the core");
  assert.ok(found.tally.counts.market_tick > 2000);
});

test("whatIf() is given up between two inputs, and says so", async () => {
  let asked = 0;
  const found = await whatIf({ ...ofLonger, giveUp: () => ++asked === 2 });
  assert.equal([found.isGivenUp, found.failure, found.inputs], [true, null, 5000]);
  const whole = await whatIf({ ...ofLonger, giveUp: () => false });
  assert.is(whole.isGivenUp, false);
  assert.ok(whole.inputs > 10_000);
});

test("whatIf() counts the reasons that risk has given", async () => {
  const found = await tried(withRisk({ order_size: { limit: "10", action: "DENY" } }));
  const { signal, risk_action } = found.tally.counts;
  assert.ok(found.riskReasons.get("RISK_ORDER_SIZE")! > 0);
  const said = [...found.riskReasons.values()].reduce((sum, count) => sum + count);
  assert.equal([said, signal], [risk_action, risk_action]);
});

test.run();
