import { readdirSync, statSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { EXIT } from "../../src/core/exit_codes.ts";
import { NIGHT_ID } from "../support/real_night.ts";
import { called, recordedVar } from "../support/recorded_var.ts";

const STRATEGY = JSON.stringify([{
  id: "trend",
  name: "momentum",
  capital: "10000",
  parameters: { bar_ms: 250, fast_period: 1, slow_period: 2, entry_bps: 0.01, cooldown_ms: 0 },
}]);
const night = ["--duration", "30s", "--set", `strategy.list=${STRATEGY}`];
const { folder: varFolder } = recordedVar(test, night);

const nore = (...words: readonly string[]) => called(...words, "--var", varFolder);
const replay = (...words: readonly string[]) => nore("replay", "latest", ...words);

const ages = () =>
  (readdirSync(varFolder, { recursive: true }) as string[]).map((
    path,
  ) => [path, statSync(`${varFolder}/${path}`).mtimeMs]);

/** Name → [as recorded, what if, differs]. */
function table(printed: readonly string[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    printed.slice(2, -1).map((line) => {
      const [, name, ...values] = /^ {2}(.{12})\s*(\S+(?: %)?)\s+(\S+(?: %)?)( {2}\*)?$/.exec(line)!;
      return [name!.trim(), values.map((value) => value?.trim() ?? "")];
    }),
  );
}

test("replay under another setting is an experiment, side by side, and writes nothing", async () => {
  const before = ages();
  const { code, printed } = await replay("--set", "risk.order_fraction=0.05");
  assert.is(code, EXIT.ok);
  assert.is(printed[0], `WHAT IF ${NIGHT_ID} (prices: invented): --set risk.order_fraction=0.05`);
  assert.match(printed.at(-1)!, /^note: an experiment, not a proof/);
  const rows = table(printed);
  assert.equal([...rows.keys()].slice(0, 3), ["signals", "orders", "fills"]);
  const [recorded, changed, differs] = rows.get("fees")!;
  assert.ok(Number(changed) < Number(recorded) && Number(changed) > 0);
  assert.is(differs, "*");
  assert.equal(rows.get("stopped by"), ["nothing", "nothing", ""]);
  assert.equal(ages(), before);
});

test("replay of the first part gives the same twice, as JSON too", async () => {
  const { code, printed } = await replay("--until", "10s", "--json");
  assert.is(code, EXIT.ok);
  const { run_id, recorded, what_if } = JSON.parse(printed[0]!);
  assert.is(run_id, NIGHT_ID);
  assert.equal(recorded, what_if);
  assert.equal([recorded.failure, recorded.stopped_by], [null, null]);
  assert.ok(recorded.risk_reasons.OK > 0);
  const whole = JSON.parse((await replay("--until", "1h", "--json")).printed[0]!);
  assert.ok(recorded.inputs < whole.recorded.inputs);
});

test("replay with another strategy gives it all of the capital", async () => {
  const { code, printed } = await replay("--strategy", "rsi_reversion", "--json");
  assert.is(code, EXIT.ok);
  const { recorded, what_if } = JSON.parse(printed[0]!);
  assert.is(what_if.virtual_pnl.equity_start, recorded.virtual_pnl.equity_start);
  assert.is.not(what_if.counts.signal, recorded.counts.signal);
});

const REFUSED: readonly (readonly [what: string, words: readonly string[], says: RegExp])[] = [
  [
    "what made the inputs",
    ["--set", 'symbols=["BTCUSDT"]'],
    /^--set symbols: an experiment changes what is below/,
  ],
  [
    "another AI",
    ["--set", "ai.horizon_ms=60000"],
    /^--set ai\.horizon_ms: .* below strategy, risk, execution and ai\.filter, and ai\.advice; /,
  ],
  ["a filter that contradicts itself", ["--set", "ai.filter.veto_below=0.9"], /ai\.filter\.veto_below: 0\.9/],
  ["a strategy that there is not", ["--strategy", "hope"], /expected one of rsi_reversion, momentum$/],
  ["a value out of bounds", ["--set", "risk.order_fraction=7"], /risk\.order_fraction/],
  ["a time that is none", ["--until", "soon"], /^--until: /],
];
for (const [what, words, says] of REFUSED) {
  test(`replay refuses an experiment with ${what}`, async () => {
    const { code, said } = await replay(...words);
    assert.is(code, EXIT.usage);
    assert.match(said[0]!, says);
  });
}

test("replay as a filter would have it is an experiment", async () => {
  const words = ["--set", "ai.advice=filter", "--set", "ai.filter.veto_below=0.4"];
  const { code, printed } = await replay(...words);
  assert.equal([code, printed[0]], [EXIT.ok, `WHAT IF ${NIGHT_ID} (prices: invented): ${words.join(" ")}`]);
  const rows = table(printed);
  for (const [name, [, , differs]] of rows) assert.is(differs, "", `${name}: nobody has advised`);
});

test("--source replay:RUN is the command replay", async () => {
  const { code, printed } = await nore("--mode", "nore", "--source", `replay:${NIGHT_ID}`);
  assert.is(code, EXIT.ok);
  assert.match(printed[0]!, new RegExp(`^REPLAYED ${NIGHT_ID}: `));
  const other = await nore(
    "--mode",
    "nore",
    "--source",
    "replay:latest",
    "--set",
    "risk.order_fraction=0.05",
  );
  assert.match(other.printed[0]!, /^WHAT IF /);
  const seeded = await nore("--mode", "nore", "--source", "replay:latest", "--seed", "3");
  assert.equal([seeded.code, seeded.said[0]], [
    EXIT.usage,
    "--seed is the run's own, it cannot be given with --source replay:latest",
  ]);
});

test.run();
