import { existsSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCommand } from "../../src/commands/command_table.ts";
import { packageRoot } from "../../src/edge/package_files.ts";
import { openArtefact } from "../../src/core/journal_line.ts";
import { type FakeTerminal, fakeTerminal } from "../support/fake_terminal.ts";
import { NIGHT_ID, NIGHT_START, noreNight } from "../support/real_night.ts";
import { inTempFolder } from "../support/temp_folder.ts";

/** The payloads of a queue's events. */
function payloadsOf(varFolder: string, queue: string): readonly Readonly<Record<string, unknown>>[] {
  const text = readFileSync(`${varFolder}/runs/${NIGHT_ID}/queues/${queue}/inbox.jsonl`, "utf8");
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line.slice(72)).payload);
}

async function verifies(varFolder: string): Promise<void> {
  const terminal = fakeTerminal();
  const code = await runCommand(["verify", "latest", "--var", varFolder, "--require-complete"], terminal);
  assert.is(code, 0, terminal.printed.join("\n"));
}

/** A terminal that does something once the banner has been said. */
function whenStarted(act: () => void): FakeTerminal {
  const terminal = fakeTerminal();
  let isDone = false;
  return {
    ...terminal,
    say(line) {
      terminal.say(line);
      if (!isDone && line.startsWith("  journal")) act();
      isDone ||= line.startsWith("  journal");
    },
  };
}

test("a night that a limit stops exits 3, latches, and lets none start before it is unlatched", () =>
  inTempFolder(async (folder) => {
    const limit = ["--set", "risk.trade_rate.limit=1", "--duration", "2m"];
    const { code, terminal } = await noreNight(folder, [...NIGHT_START, ...limit]);
    assert.is(code, 3);
    assert.match(terminal.said.at(-1)!, /^RISK_TRADE_RATE \(risk_role\): /);
    assert.is(terminal.printed[0], "STOPPED (RISK_TRADE_RATE) · prices: invented");
    const [stop] = payloadsOf(folder, "stop_journal");
    assert.is(stop!["reason_code"], "RISK_TRADE_RATE");
    await verifies(folder);

    const flag = openArtefact(readFileSync(`${folder}/STOP.flag`, "utf8"));
    assert.equal([flag["run_id"], flag["reason_code"]], [NIGHT_ID, "RISK_TRADE_RATE"]);
    assert.is((await noreNight(folder)).code, 3);
    const unlatched = await runCommand(
      ["unlatch", "--var", folder, "--reason", "limit was 1"],
      fakeTerminal(),
    );
    assert.is(unlatched, 0);
    assert.is((await noreNight(folder)).code, 0);
  }));

test("a host that is not on the list is not dialed: the night does not begin, and its journal says whom policy denied", () =>
  inTempFolder(async (folder) => {
    const words = [
      "--source",
      "binance",
      "--set",
      "binance.rest_url=https://api.binance.com",
      "--run-id",
      NIGHT_ID,
    ];
    const terminal = fakeTerminal();
    const code = await runCommand(["--mode", "nore", "--var", folder, ...words], terminal);
    assert.is(code, 3);
    const said = "VENUE_LOST (market_role): https://api.binance.com: cannot be reached: " +
      "Denied by policy (EGRESS_HOST): https://api.binance.com:443";
    assert.ok(terminal.said.includes(said), terminal.said.join("\n"));
    const [denial, ...more] = payloadsOf(folder, "policy_denials");
    assert.equal([denial!["denied_type"], denial!["codes"], denial!["origin"], more], [
      "dial",
      ["EGRESS_HOST"],
      "input",
      [],
    ]);
    assert.is((denial!["input"] as { payload: { host: string } }).payload.host, "api.binance.com");
    const report = JSON.parse(readFileSync(`${folder}/runs/${NIGHT_ID}/report.json`, "utf8"));
    assert.is(report.counts.policy_denial, 1);
    assert.not.ok(existsSync(`${folder}/STOP.flag`));
    await verifies(folder);
    const again = fakeTerminal();
    assert.is(await runCommand(["verify", "latest", "--var", folder, "--decisions"], again), 0);
    assert.match(again.printed.join(), /AGREED 1 decisions asked about again: 0 allow, 1 deny/);
    const other = fakeTerminal();
    const policy = `${packageRoot}/policies/build/policy.wasm`;
    await runCommand(["policy", "diff", "latest", "--var", folder, "--policy", policy], other);
    assert.match(other.printed.join("\n"), /0 of 1 decisions would be others/);
  }));

test("a STOP.flag set by hand stops the running night", () =>
  inTempFolder(async (folder) => {
    const terminal = whenStarted(() => writeFileSync(`${folder}/STOP.flag`, "a bad feeling"));
    const words = [...NIGHT_START, "--duration", "7h", "--set", "watchdog.stop_poll_ms=10"];
    const { code } = await noreNight(folder, words, terminal);
    assert.is(code, 3);
    assert.equal(payloadsOf(folder, "operator_commands"), [{ command: "stop", reason: "a bad feeling" }]);
    assert.is(payloadsOf(folder, "stop_journal")[0]!["reason_code"], "OPERATOR");
    assert.is(readFileSync(`${folder}/STOP.flag`, "utf8"), "a bad feeling", "whose words are kept");
    await verifies(folder);
  }));

test("a signal ends the running night in order", () =>
  inTempFolder(async (folder) => {
    const before = process.listenerCount("SIGTERM");
    const terminal = whenStarted(() => setTimeout(() => process.emit("SIGTERM", "SIGTERM"), 0));
    const { code } = await noreNight(folder, [...NIGHT_START, "--duration", "7h"], terminal);
    assert.is(code, 0);
    assert.equal(payloadsOf(folder, "operator_commands"), [{ command: "end", reason: "SIGTERM" }]);
    assert.is(process.listenerCount("SIGTERM"), before);
    await verifies(folder);
  }));

test("a secret in reach leaves a run that says so, and no latch", () =>
  inTempFolder(async (folder) => {
    process.env["BYBIT_API_SECRET"] = "anything";
    try {
      const { code, terminal } = await noreNight(folder, NIGHT_START);
      assert.is(code, 3);
      assert.match(
        terminal.said.at(-1)!,
        /^SECRET_FOUND \(secrets_guard\): environment variable BYBIT_API_SECRET/,
      );
    } finally {
      delete process.env["BYBIT_API_SECRET"];
    }
    assert.is(payloadsOf(folder, "stop_journal")[0]!["reason_code"], "SECRET_FOUND");
    assert.equal(payloadsOf(folder, "market_ticks"), []);
    assert.ok(existsSync(`${folder}/runs/${NIGHT_ID}/STOP.flag`));
    assert.not(existsSync(`${folder}/STOP.flag`));
    await verifies(folder);
  }));

test("a place that the run's files cannot be made in is said in one line", async () => {
  for (const blocked of ["mirror", "runs"]) {
    await inTempFolder(async (folder) => {
      writeFileSync(`${folder}/${blocked}`, "in the way");
      const { code, terminal } = await noreNight(folder, NIGHT_START);
      assert.is(code, 1);
      assert.is(terminal.said.length, 1);
      assert.match(terminal.said[0]!, new RegExp(`^Run ${NIGHT_ID} could not be opened: E.*/${blocked}`));
      assert.is(readFileSync(`${folder}/lock`, "utf8"), "", "the lock lies free");
    });
  }
});

test("a night that does not fit on the disk is refused with what would help", () =>
  inTempFolder(async (folder) => {
    const words = [...NIGHT_START, "--set", "logging.disk_free_bytes_min=1000000000000000"];
    const { code, terminal } = await noreNight(folder, words);
    assert.is(code, 3);
    assert.match(
      terminal.said.at(-1)!,
      /^DISK_FULL \(disk\): the night needs .*: make room, shorten the night/,
    );
    assert.not(existsSync(`${folder}/STOP.flag`));
    await verifies(folder);
  }));

test("anchors go to standard output when that is their mirror, and the run verifies with them", () =>
  inTempFolder(async (folder) => {
    const words = [...NIGHT_START, "--set", "audit.anchor_mirror=stdout"];
    const { code, terminal } = await noreNight(folder, words);
    assert.is(code, 0);
    const anchors = terminal.printed.filter((line) => line.startsWith("sha256:"));
    assert.ok(anchors.length > 5);
    writeFileSync(`${folder}/mirror.jsonl`, anchors.map((line) => line + "\n").join(""));
    const verify = fakeTerminal();
    const call = ["verify", NIGHT_ID, "--var", folder, "--mirror", `${folder}/mirror.jsonl`];
    assert.is(await runCommand(call, verify), 0, verify.printed.join("\n"));
  }));

test("a key that cannot be used is said before anything is made of the run", () =>
  inTempFolder(async (folder) => {
    writeFileSync(`${folder}/anchor.pem`, "no key");
    const words = [...NIGHT_START, "--set", `audit.key_file=${folder}/anchor.pem`];
    const { code, terminal } = await noreNight(folder, words);
    assert.is(code, 2);
    assert.match(terminal.said[0]!, /^audit\.key_file: .*anchor\.pem: /);
    assert.not(existsSync(`${folder}/runs`));
  }));

test("the manifest says what the night was started with, secrets aside", () =>
  inTempFolder(async (folder) => {
    await noreNight(folder, NIGHT_START);
    const manifest = openArtefact(readFileSync(`${folder}/runs/${NIGHT_ID}/manifest.json`, "utf8"));
    assert.equal([manifest["seed"], manifest["source"], manifest["prices"]], [7, "embedded", "invented"]);
    assert.equal([manifest["started_ts"], manifest["duration_ms"]], [Date.UTC(2026, 10, 21, 22), 10_000]);
    assert.match(manifest["cmdline_hash"] as string, /^[0-9a-f]{64}$/);
    const log = readFileSync(`${folder}/runs/${NIGHT_ID}/log.jsonl`, "utf8");
    assert.match(log, /"level":"info","message":"opened [\s\S]*"message":"PASS"\}\n$/);
  }));

test.run();
