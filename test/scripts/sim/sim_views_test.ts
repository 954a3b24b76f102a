import { test } from "uvu";
import * as assert from "uvu/assert";
import { simInvariants } from "../../../scripts/sim/sim_invariants.ts";
import { proveViews, takeAll } from "../../../scripts/sim/sim_views.ts";
import type { Event } from "../../../src/core/event.ts";
import { openArtefact, sealArtefact } from "../../../src/core/journal_line.ts";
import { eventsOf } from "../../support/night_events.ts";
import { type MemoryFiles, memoryFiles } from "../../support/memory_files.ts";
import { shortConfig, shortNight } from "../../support/short_night.ts";

/** A short night that trades, and its views with one figure changed. */

const files = memoryFiles();
const { runFolder } = await shortNight({ files });
const events = eventsOf(files, runFolder);
const textOf = (name: string) => files.text(`${runFolder}/${name}`);

function folded(list: readonly Event[] = events, shown: readonly string[] = []) {
  const invariants = simInvariants(shortConfig);
  takeAll(list, invariants, shown);
  return invariants;
}

function changed(name: string, change: (fields: Record<string, unknown>) => void): string {
  const fields = structuredClone(openArtefact(textOf(name))) as Record<string, unknown>;
  change(fields);
  return sealArtefact(fields);
}

function withView(name: string, text: string): MemoryFiles {
  const views = memoryFiles();
  for (const each of ["report.json", "portfolio.json"]) {
    views.writeNew(`${runFolder}/${each}`, new TextEncoder().encode(each === name ? text : textOf(each)));
  }
  return views;
}

test("proveViews() and takeAll() find nothing in a night that is sound", () => {
  assert.ok(events.some(({ type }) => type === "fill"));
  proveViews(files, runFolder, folded(events, [textOf("portfolio.json")]));
});

type Fields = Record<string, unknown>;
const set = (...path: readonly (string | number)[]) => (value: unknown) => (fields: Fields) => {
  let node = fields;
  for (const key of path.slice(0, -1)) node = node[key] as Fields;
  node[path.at(-1)!] = value;
};
const rows: readonly (readonly [string, (fields: Fields) => void, RegExp])[] = [
  ["portfolio.json", set("cash")("1"), /cash is 1/],
  ["portfolio.json", set("cash_by_strategy", "trend")("1"), /cash of trend/],
  ["portfolio.json", set("equity")("1"), /equity is/],
  ["portfolio.json", set("n")(7), /is as of 7/],
  [
    "portfolio.json",
    (fields) => void (fields["positions"] = [{ strategy_id: "x", symbol: "y" }]),
    /x y was never/,
  ],
  ["portfolio.json", (fields) => {
    const held = (fields["positions"] as Fields[]).length > 0;
    fields["positions"] = held ? [] : [{ strategy_id: "trend", symbol: "BTCUSDT", qty: "1" }];
  }, /trend BTCUSDT is/],
  ["report.json", set("counts", "fill")(99), /99 fill/],
  ["report.json", set("virtual_pnl", "realised")("1"), /realised is 1/],
  ["report.json", set("virtual_pnl", "unrealised")("1"), /unrealised is 1/],
  ["report.json", set("virtual_pnl", "fees")("0"), /fees is 0/],
  ["report.json", set("virtual_pnl", "total")("0"), /total is 0/],
  ["report.json", set("virtual_pnl", "equity_end")("0"), /equity_end is 0/],
  ["report.json", set("max_drawdown", "quote")("0"), /drawdown 0/],
  ["report.json", set("trades")(1234), /1234 trades/],
];
for (const [name, change, why] of rows) {
  test(`proveViews() finds ${why.source} in ${name}`, () => {
    const views = withView(name, changed(name, change));
    assert.throws(() => proveViews(views, runFolder, folded()), (error: Error) => why.test(error.message));
  });
}

test("takeAll() finds a portfolio that was wrong for a moment, and one that was shown too soon", () => {
  const wrong = changed("portfolio.json", set("cash")("1"));
  assert.throws(() => folded(events, [wrong]), (error: Error) => /cash is 1/.test(error.message));
  const early = changed("portfolio.json", set("n")(events.length));
  assert.throws(() => folded(events, [early]), (error: Error) => /which is lost/.test(error.message));
});

test.run();
