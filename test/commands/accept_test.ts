import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { called } from "../support/recorded_var.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const NIGHT = ["--speed", "max", "--duration", "60s", "--seed", "7", "--start", "2026-11-21T22:00:00Z"];

test("night --accept runs a night and ends with its table", () =>
  inTempFolder(async (folder) => {
    const { code, printed } = await called("night", "--accept", ...NIGHT, "--var", folder);
    assert.is(code, 0);
    assert.is(printed.at(-1), "PASS 9 passed, 0 failed");
    assert.ok(printed.includes("PASS journal    verified, every byte, to its end"), printed.join("\n"));
  }));

test("night --accept gives the night's own exit code where it was refused or stopped", () =>
  inTempFolder(async (folder) => {
    const tiny = ["--set", "risk.trade_rate.limit=1", "--duration", "20m", "--speed", "max", "--seed", "7"];
    const stopped = await called("night", "--accept", ...tiny, "--var", folder);
    assert.is(stopped.code, 3);
    assert.ok(stopped.printed.some((line) => line === "FAIL stops      RISK_TRADE_RATE, expected none"));
    const refused = await called("night", "--accept", ...NIGHT, "--var", folder);
    assert.is(refused.code, 3);
    assert.equal(refused.printed, []);
  }));

test("night takes nothing but --accept and a night's options", async () => {
  for (const words of [["night"], ["night", "--accept", "latest"], ["night", "--accept", "--mode", "nore"]]) {
    assert.is((await called(...words)).code, 2, words.join(" "));
  }
});

test("accept judges a run that is there, as JSON where asked, and never one that is damaged", () =>
  inTempFolder(async (folder) => {
    await called("--mode", "nore", ...NIGHT, "--var", folder);
    const { code, printed } = await called("accept", "latest", "--var", folder, "--json");
    assert.is(code, 0);
    const rows = JSON.parse(printed[0]!) as readonly { readonly name: string; readonly passed: boolean }[];
    assert.equal(rows.filter(({ passed }) => !passed), []);
    assert.is(rows.length, 9);
    const run = `${folder}/runs/${readdirSync(`${folder}/runs`)[0]}`;
    const path = `${run}/queues/fills/inbox.jsonl`;
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.map((byte, i) => i === 100 ? byte ^ 1 : byte));
    const damaged = await called("accept", "latest", "--var", folder);
    assert.is(damaged.code, 4);
    assert.match(damaged.said.join("\n"), /cannot be judged: queues\/fills\/inbox\.jsonl/);
    writeFileSync(path, bytes);
    rmSync(`${run}/report.json`);
    assert.is((await called("accept", "latest", "--var", folder)).code, 4);
  }));

test("accept fails a night that has not run its length", () =>
  inTempFolder(async (folder) => {
    const tiny = ["--set", "risk.trade_rate.limit=1", "--duration", "20m", "--speed", "max", "--seed", "7"];
    await called("--mode", "nore", ...tiny, "--var", folder);
    const { code, printed } = await called("accept", "latest", "--var", folder);
    assert.is(code, 1);
    assert.match(printed.join("\n"), /FAIL length .*expected 20m 00s/);
    assert.is(printed.at(-1), "FAIL 7 passed, 2 failed");
  }));

test.run();
