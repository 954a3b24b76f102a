import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  badgeProblem,
  claimedPercent,
  colorOf,
  type CoverageSummary,
  coverageSvg,
  measuredPercent,
} from "../../scripts/coverage_svg.ts";

const summary = (
  lines: number,
  statements: number,
  functions: number,
  branches: number,
): CoverageSummary => ({
  total: {
    lines: { pct: lines },
    statements: { pct: statements },
    functions: { pct: functions },
    branches: { pct: branches },
  },
});

test("measuredPercent() is the least of all kinds", () => {
  assert.is(measuredPercent(summary(99, 98, 97, 96.5)), 96.5);
  assert.is(measuredPercent(summary(91, 98, 97, 96.5)), 91);
});

test("measuredPercent() throws when nothing was measured", () => {
  const unknown = summary("Unknown" as unknown as number, 98, 97, 96);
  assert.throws(() => measuredPercent(unknown), "Coverage is Unknown,98,97,96, expected four numbers");
});

test("claimedPercent() stays a little below what is measured", () => {
  const cases: readonly (readonly [measured: number, claimed: number])[] = [
    [97.45, 97.2],
    [97.2, 97],
    [90.15, 89.9],
    [99.99, 99.7],
    [100, 100],
    [0.1, 0],
  ];
  for (const [measured, claimed] of cases) assert.is(claimedPercent(measured), claimed, `${measured}`);
});

test("colorOf() is red below 90, amber below 95, green from there", () => {
  const [red, amber, green] = ["#b3261e", "#8a6d00", "#1e7d34"];
  const colors = [0, 89.9, 90, 94.9, 95, 100].map(colorOf);
  assert.equal(colors, [red, red, amber, amber, green, green]);
});

test("coverageSvg() shows the percentage in its color, and loads nothing", () => {
  const svg = coverageSvg(89.9);
  assert.ok(svg.startsWith("<svg ") && svg.endsWith("</svg>\n"));
  assert.ok(svg.includes(">89.9 %</text>") && svg.includes(colorOf(89.9)));
  assert.not.match(svg, /href|<script|<style|url\(/);
});

test("badgeProblem() is null while the claim is true and near", () => {
  for (const measured of [90, 94.99, 97.45, 100]) {
    assert.is(badgeProblem(coverageSvg(claimedPercent(measured)), measured), null, `${measured}`);
  }
  assert.is(badgeProblem(coverageSvg(97), 97), null);
  assert.is(badgeProblem(coverageSvg(97), 97.5), null);
});

test("badgeProblem() tells of a claim that is too much, too little, or drawn by hand", () => {
  assert.is(badgeProblem(coverageSvg(97.1), 97), "it claims 97.1 %, measured are 97 %");
  assert.is(badgeProblem(coverageSvg(97), 97.51), "it claims only 97 % of 97.51 %");
  assert.is(
    badgeProblem(coverageSvg(97).replace(">97.0 %</text>", ">99.0 %</text>"), 97),
    "it is not as the script draws it",
  );
  assert.is(badgeProblem("", 97), "it is not as the script draws it");
});

test("docs/coverage.svg is as the script draws it, and README.md shows it", () => {
  const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const svg = read("docs/coverage.svg");
  const claimed = Number(/<title>coverage ([0-9.]+) %/.exec(svg)?.[1]);
  assert.is(badgeProblem(svg, claimed), null);
  assert.ok(read("README.md").includes("(docs/coverage.svg)"));
});

test.run();
