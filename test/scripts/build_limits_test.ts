import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FIXED_LIMITS } from "../../scripts/fixed_limits.ts";
import { limitsOf, limitsText, valueOf } from "../../scripts/limits_text.ts";
import { CONFIG_SCHEMA, configWith } from "../support/repo_config.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const limits = limitsOf(CONFIG_SCHEMA);
const rowOf = (path: string) => limits.find((limit) => limit.path === path);

test("docs/limits.md is what the schema and the source say", () => {
  const isCurrent = read("docs/limits.md") === limitsText(CONFIG_SCHEMA, read);
  assert.ok(isCurrent, 'run "node --import tsx scripts/build_limits.ts"');
});

/** Every key of the schema under which a number has a maximum, found by its text alone. */
function bounded(node: unknown, path: readonly string[]): string[] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => {
    if (key === "maximum") return [path.join(".")];
    if (key === "properties" || key === "anyOf" || /^[0-9]+$/.test(key)) return bounded(value, path);
    return bounded(value, [...path, key === "items" ? "*" : key]);
  });
}

test("limitsOf() has each number that has a maximum", () => {
  const paths = bounded(CONFIG_SCHEMA, []);
  assert.ok(paths.length > 50, `${paths.length}`);
  assert.equal(paths.filter((path) => rowOf(path) === undefined), []);
});

test("limitsOf() has each limit of risk, with its code and what follows by default", () => {
  for (const [name, group] of Object.entries(configWith().risk)) {
    if (typeof group !== "object") {
      assert.ok(rowOf(`risk.${name}`) !== undefined, name);
      continue;
    }
    for (const [key, value] of Object.entries(group)) {
      if (key === "action") continue;
      const row = rowOf(`risk.${name}.${key}`)!;
      assert.is(row.standard, String(value), `risk.${name}.${key}`);
      assert.ok(row.what.startsWith(`RISK_${name.toUpperCase()}: `), row.what);
    }
    const answers = limits.filter(({ path, what }) =>
      path.startsWith(`risk.${name}.`) && what.includes(` Action: ${group.action}, or `)
    );
    assert.is(answers.length, 1, `one limit of risk.${name} names its action`);
  }
});

test("limitsOf() says of every limit what happens at it", () => {
  for (const { path, range, unit, what } of limits) {
    assert.match(what, /^[A-Za-z].*[a-z0-9].*\.$/, path);
    assert.ok(range.length > 0 && unit.length > 0, path);
  }
});

test("limitsOf() reads ranges, units and defaults from the schema", () => {
  const { what: _, ...stale } = rowOf("market.stale.freeze_ms")!;
  assert.equal(stale, {
    path: "market.stale.freeze_ms",
    range: "1000 to 3600000",
    unit: "ms",
    standard: "15000",
  });
  assert.is(rowOf("market.stale.freeze_ms")!.what.split(":")[0], "FEED_STALE");
  assert.is(rowOf("binance.lost_after_ms")!.what.split(":")[0], "VENUE_LOST");
  assert.is(rowOf("risk.order_size.limit")!.range, "above 0");
  assert.is(rowOf("risk.drawdown.limit")!.range, "above 0 and at most 1");
  assert.is(rowOf("symbols")!.range, "1 to 16");
  assert.is(rowOf("market.embedded.faults.*.count")!.unit, "messages");
  assert.is(rowOf("strategy.list.*.capital")!.standard, "given");
});

test("docs/stops.md says what to do about each code that a limit has", () => {
  const codes = [...JSON.stringify(CONFIG_SCHEMA).matchAll(/"([A-Z]+(?:_[A-Z]+)+): /g)].map(([, code]) =>
    code!
  );
  assert.ok(codes.length > 15, `${codes.length}`);
  const stops = read("docs/stops.md");
  assert.equal(codes.filter((code) => !stops.includes(`| ${code} `)), []);
});

test("valueOf() reads a constant from its source, and misses one that is not there", () => {
  const limit = { path: "a.ts", name: "A_MAX", unit: "", what: "" };
  assert.is(valueOf(limit, "x;\nconst A_MAX = 10_000;\n"), "10000");
  assert.is(valueOf(limit, "export const A_MAX: number = 4 * 1024;"), "4 * 1024");
  assert.throws(() => valueOf(limit, "const BA_MAX = 1;"), 'No constant "A_MAX" in a.ts');
});

test("FIXED_LIMITS holds each constant once", () => {
  const names = FIXED_LIMITS.map(({ path, name }) => `${path} ${name}`);
  assert.is(new Set(names).size, names.length);
  for (const limit of FIXED_LIMITS) assert.match(valueOf(limit, read(limit.path)), /^[0-9]+$/);
});

test.run();
