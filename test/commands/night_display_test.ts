import { test } from "uvu";
import * as assert from "uvu/assert";
import { progressEveryMs, progressOf, tellEnd } from "../../src/commands/night_display.ts";
import type { ClosedRun } from "../../src/night/close_run.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { finishedRun } from "../support/run_bytes.ts";
import { tallied } from "../support/tallied.ts";

test("progressOf() rewrites one line on a terminal and says a plain one elsewhere, with the rate since the last", () => {
  for (const isTerminal of [true, false]) {
    const terminal = fakeTerminal({ isTerminal });
    const tally = tallied([]);
    let nowMs = 1000;
    const show = progressOf(terminal, { tally, startedTs: 0, durationMs: 0, nowMs: () => nowMs });
    tally.counts.market_tick = 30;
    nowMs = 3000;
    show();
    show();
    tally.counts.market_tick = 130;
    nowMs = 3250;
    show();
    const lines = isTerminal ? terminal.statuses : terminal.said;
    assert.equal(lines.map((line) => / (\d+) ticks\/s/.exec(line)![1]), ["15", "0", "400"]);
    assert.is(isTerminal ? terminal.said.length : terminal.statuses.length, 0);
    assert.is(progressEveryMs(terminal), isTerminal ? 250 : 60_000);
  }
});

const { report } = (await finishedRun()).night;
const stop = { run_id: "", ts: 0, component: "operator", reason_code: "OPERATOR", detail: "by hand" };

function told(closed: Partial<ClosedRun>, facts: { isJson?: boolean; hasColor?: boolean } = {}) {
  const { isJson = false, hasColor = false } = facts;
  const terminal = fakeTerminal({ hasColor });
  const whole: ClosedRun = { verdict: "PASS", stop: null, report, problems: [], ...closed };
  const code = tellEnd(terminal, whole, { runFolder: "/var/runs/x", isJson });
  return { code, printed: terminal.printed, said: terminal.said };
}

const ENDS: readonly (readonly [closed: Partial<ClosedRun>, code: number, said: readonly string[]])[] = [
  [{}, 0, []],
  [{ verdict: "STOPPED", stop }, 3, ["OPERATOR (operator): by hand"]],
  [{ verdict: "STOPPED", stop, problems: ["report: EIO"] }, 3, [
    "OPERATOR (operator): by hand",
    "Could not be written: report: EIO",
  ]],
  [{ verdict: "FAILED", stop }, 1, ["OPERATOR (operator): by hand"]],
  [{ problems: ["report: EIO"] }, 1, ["Could not be written: report: EIO"]],
];

test("tellEnd() gives the exit code of the verdict and says why", () => {
  for (const [closed, code, said] of ENDS) {
    const end = told(closed);
    assert.equal([end.code, end.said], [code, said]);
    assert.match(end.printed[0]!, closed.stop ? /^PASS \(OPERATOR\) · prices: invented$/ : /^PASS · prices/);
    assert.is(end.printed.at(-1), "  verify   nore verify /var/runs/x");
  }
});

test("tellEnd() prints the report alone when a program reads it, and nothing when there is none", () => {
  assert.equal(told({}, { isJson: true }).printed, [JSON.stringify(report)]);
  assert.equal(told({ verdict: "FAILED", report: {} }).printed, []);
});

test("tellEnd() colours the verdict on a terminal", () => {
  const colors = { PASS: 32, STOPPED: 33, FAILED: 31 };
  for (const [verdict, color] of Object.entries(colors)) {
    const { printed } = told({ report: { ...report, verdict } }, { hasColor: true });
    assert.is(printed[0], `\x1b[${color}m${verdict}\x1b[0m · prices: invented`);
  }
});

test.run();
