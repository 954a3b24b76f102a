/**
 * Draws docs/coverage.svg from what `npm test` has measured. With --check it draws nothing, and fails where the badge
 * claims more than that, or differs by more than half a point.
 */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { badgeProblem, claimedPercent, coverageSvg, measuredPercent } from "./coverage_svg.ts";

const at = (path: string): URL => new URL(`../${path}`, import.meta.url);
const BADGE = "docs/coverage.svg";

const measured = measuredPercent(JSON.parse(readFileSync(at("coverage/coverage-summary.json"), "utf8")));
if (!process.argv.includes("--check")) {
  writeFileSync(at(BADGE), coverageSvg(claimedPercent(measured)));
  console.log(`written: ${BADGE}, measured are ${measured} %`);
} else {
  const problem = badgeProblem(readFileSync(at(BADGE), "utf8"), measured);
  if (problem === null) console.log(`up to date: ${BADGE}, measured are ${measured} %`);
  else {
    console.log(`${BADGE}: ${problem}, run "npm run coverage:badge"`);
    process.exitCode = 1;
  }
}
