import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { reportPage } from "../../src/sinks/report_page.ts";

const REPORT = { run_id: "20261121_220000", verdict: "PASS", prices: "invented" };

/** The table as [name, text] rows. */
function rowsOf(page: string): readonly (readonly [string, string])[] {
  return [...page.matchAll(/<tr><th>(.*?)<\/th><td>(.*?)<\/td><\/tr>/gs)].map(([, name, text]) =>
    [name!, text!] as const
  );
}

test("reportPage() shows every figure, the nested ones under their path, times as people read them", () => {
  const page = reportPage({
    ...REPORT,
    started_ts: 1_795_298_400_000,
    ended_ts: null,
    win_rate: 0.5,
    virtual_pnl: { total: "-1.5" },
    symbols: ["BTCUSDT"],
  });
  assert.equal(rowsOf(page), [
    ["run_id", "20261121_220000"],
    ["verdict", "PASS"],
    ["prices", "invented"],
    ["started_ts", "2026-11-21T22:00:00.000Z"],
    ["ended_ts", "–"],
    ["win_rate", "0.5"],
    ["virtual_pnl · total", "-1.5"],
    ["symbols · 0", "BTCUSDT"],
  ]);
  assert.match(page, "<title>NORE 20261121_220000: PASS</title>");
  assert.match(page, "Prices: <b>invented</b>");
});

test("reportPage() shows the certificate of the feed, or that there is none", () => {
  const feed = { events: 5, connected: false, clock_offset_ms: { min: -2, max: 3 }, errors: null };
  assert.equal(rowsOf(reportPage({ ...REPORT, feed })).slice(3), [
    ["feed · events", "5"],
    ["feed · connected", "false"],
    ["feed · clock_offset_ms · min", "-2"],
    ["feed · clock_offset_ms · max", "3"],
    ["feed · errors", "–"],
  ]);
  assert.equal(rowsOf(reportPage({ ...REPORT, feed: null })).slice(3), [["feed", "–"]]);
});

test("reportPage() says in words whether advice was worth anything", () => {
  const ai = { scored: 12, brier: 0.24, brier_base: 0.25, beats_base: true };
  const pageOf = (more: object) => reportPage({ ...REPORT, ai: { ...ai, ...more } });
  assert.match(
    pageOf({}),
    "<p>AI: its advice was <b>better than the base rate</b> (Brier score 0.24 against 0.25, 12 scored).",
  );
  assert.match(pageOf({ beats_base: false }), "<b>no better than the base rate</b>");
  assert.match(pageOf({ beats_base: null }), "<p>AI: none of its advice could be scored.</p>");
  assert.not.match(reportPage({ ...REPORT, ai: null }), "AI:");
  assert.not.match(reportPage(REPORT), "AI:");
});

test("reportPage() loads nothing and runs nothing", () => {
  assert.not.match(reportPage(REPORT), /<script|https?:|src=|href=|@import|url\(/i);
});

test("reportPage() shows any text as text", () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."<>&\"'ab/=") }), (detail) => {
    const shown = rowsOf(reportPage({ ...REPORT, detail })).at(-1)![1];
    assert.not.match(shown, /[<>"]/);
    const read = shown.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"');
    assert.is(read.replaceAll("&amp;", "&"), detail);
  }));
});

test.run();
