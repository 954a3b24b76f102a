import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCommand } from "../../src/commands/command_table.ts";
import { runFolderOf } from "../../src/commands/verify.ts";
import { openSigner } from "../../src/edge/ed25519_signer.ts";
import { realFiles } from "../../src/edge/real_files.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { NIGHT_ID } from "../support/real_night.ts";
import { called, cutShort, recordedVar } from "../support/recorded_var.ts";

const { withRun } = recordedVar(test);

const verify = (...words: readonly string[]) => called("verify", ...words);

function spoil(path: string, from: string, to: string): void {
  writeFileSync(path, readFileSync(path, "utf8").replace(from, to));
}

test("verify says that a run is good, whatever it is called by", () =>
  withRun(async (varFolder, run) => {
    for (const words of [[run], [NIGHT_ID, "--var", varFolder], ["latest", "--var", varFolder]]) {
      const { code, printed, last } = await verify(...words);
      assert.is(code, 0);
      assert.match(printed[0]!, /^note: signed by an unpinned key/);
      assert.match(last!, new RegExp(`^VERIFIED ${NIGHT_ID}: \\d+ events, \\d+ anchors, head [0-9a-f]{16}$`));
    }
    const json = JSON.parse((await verify(run, "--json")).printed[0]!);
    assert.equal([json.ok, json.complete, json.run_id, json.problem_count], [true, true, NIGHT_ID, 0]);
  }));

test("verify asks the run's own policy about every decision again", () =>
  withRun(async (_, run) => {
    const { code, last } = await verify(run, "--decisions");
    assert.is(code, 0);
    assert.match(last!, /^AGREED \d+ decisions asked about again: \d+ allow, 0 deny, 0 differ$/);
    const json = JSON.parse((await verify(run, "--json", "--decisions")).printed[0]!);
    assert.ok(json.ok && json.decisions.allowed > 50);
    assert.equal(json.decisions.disagreements, []);
    spoil(`${run}/queues/market_ticks/inbox.jsonl`, '"price":"', '"price":"9');
    const damaged = await verify(run, "--decisions");
    assert.is(damaged.code, 4);
    assert.not.match(damaged.printed.join(), "decisions");
  }));

test("verify pins the key, and refuses what is no key, no mirror and no run", () =>
  withRun(async (varFolder, run) => {
    const { anchor_key } = JSON.parse(readFileSync(`${run}/manifest.json`, "utf8"));
    const key = `${varFolder}/anchor.pub`;
    writeFileSync(key, `${anchor_key.public_key}\n`);
    assert.match((await verify(run, "--pubkey", key)).printed.join(), /^VERIFIED/);
    writeFileSync(key, openSigner(realFiles, `${varFolder}/keys/other.pem`).public_key);
    const other = await verify(run, "--pubkey", key);
    assert.is(other.code, 4);
    assert.is(other.printed[0], "manifest.json: anchor_key is not the pinned public key");

    writeFileSync(key, "no key");
    const table: readonly (readonly [words: readonly string[], says: RegExp])[] = [
      [[run, "--pubkey", key], /^--pubkey: Not an Ed25519 public key: "no key"/],
      [[run, "--pubkey", `${key}.not`], /^--pubkey: .*(?:ENOENT|No such file)/i],
      [[run, "--mirror", `${key}.not`], /^--mirror: .*(?:ENOENT|No such file)/i],
      [
        ["20200101_000000", "--var", varFolder],
        /^No run "20200101_000000": neither a run's folder nor a run_id in/,
      ],
      [[varFolder], /^No run /],
      [[], /^Expected RUN after verify, got \[\]$/],
      [[run, run], /^Expected RUN after verify, got \[/],
    ];
    for (const [words, says] of table) {
      const { code, said } = await verify(...words);
      assert.is(code, 2);
      assert.match(said[0]!, says);
    }
  }));

test("verify names file, line and reason of what is damaged", () =>
  withRun(async (_, run) => {
    spoil(`${run}/queues/market_ticks/inbox.jsonl`, '"price":"', '"price":"9');
    const { code, printed, last } = await verify(run);
    assert.is(code, 4);
    assert.match(
      printed[0]!,
      /^queues\/market_ticks\/inbox\.jsonl:1: hash is [0-9a-f]{64}, the bytes give [0-9a-f]{64}$/,
    );
    assert.match(last!, new RegExp(`^DAMAGED ${NIGHT_ID}: \\d+ problems; `));
    const json = JSON.parse((await verify(run, "--json")).printed[0]!);
    assert.is(json.ok, false);
    assert.equal([json.problems[0].file, json.problems[0].line], ["queues/market_ticks/inbox.jsonl", 1]);
  }));

test("verify shows twenty problems and counts the rest", () =>
  withRun(async (_, run) => {
    const path = `${run}/queues/market_ticks/inbox.jsonl`;
    writeFileSync(path, readFileSync(path, "utf8").replaceAll('"price":"', '"price":"9'));
    const { printed } = await verify(run);
    assert.match(printed[20]!, /^… and \d+ more$/);
  }));

test("verify says DAMAGED when the manifest is gone or the configuration cannot be read", () =>
  withRun(async (varFolder, run) => {
    const path = `${run}/config.json`;
    const config = readFileSync(path);
    writeFileSync(path, "{");
    const { code, printed } = await verify(run);
    assert.is(code, 4);
    assert.match(printed[0]!, /^config\.json: SHA-256 is/);
    writeFileSync(path, config);
    rmSync(`${run}/manifest.json`);
    for (const words of [[run], ["latest", "--var", varFolder]]) {
      const gone = await verify(...words);
      assert.is(gone.code, 4);
      assert.is(gone.last, "DAMAGED run: 1 problems; 0 events, 0 anchors, head none");
    }
  }));

test("verify finds the mirror where the configuration says, and says when there is none", () =>
  withRun(async (varFolder, run) => {
    const mirror = `${varFolder}/mirror/${NIGHT_ID}.anchors.jsonl`;
    const bytes = readFileSync(mirror, "utf8");
    writeFileSync(mirror, bytes.replace(/.*\n$/, ""));
    assert.match(
      (await verify(run)).printed[0]!,
      /^audit\/anchors\.jsonl: \d+ anchors here, only \d+ in the mirror$/,
    );
    renameSync(mirror, `${varFolder}/elsewhere`);
    const without = await verify(run);
    assert.is(without.code, 0);
    assert.match(without.printed.join("\n"), /^note: no mirror of the anchors was found/m);
    assert.is((await verify(run, "--mirror", `${varFolder}/elsewhere`)).code, 4);
  }));

test("verify says how far a run that was cut short is good, and fails it when it must be complete", () =>
  withRun(async (varFolder, run) => {
    cutShort(varFolder);
    const { code, last } = await verify(run);
    assert.is(code, 0);
    assert.match(last!, new RegExp(`^GOOD AS FAR AS IT GOES ${NIGHT_ID}: the run was cut short; `));
    const required = await verify(run, "--require-complete");
    assert.is(required.code, 4);
    assert.match(required.last!, new RegExp(`^INCOMPLETE ${NIGHT_ID}: `));
    assert.not(existsSync(`${run}/report.json`), "verify writes nothing");
  }));

test("verify colours its verdict on a terminal", () =>
  withRun(async (_, run) => {
    const terminal = fakeTerminal({ hasColor: true });
    await runCommand(["verify", run], terminal);
    assert.ok(terminal.printed.at(-1)!.startsWith("\x1b[32mVERIFIED\x1b[0m "));
  }));

test("runFolderOf() takes the last run_id as the latest, whatever else lies beside the runs", () =>
  withRun((varFolder, run) => {
    cpSync(run, `${varFolder}/runs/20261121_215959`, { recursive: true });
    cpSync(run, `${varFolder}/runs/backup`, { recursive: true });
    assert.is(runFolderOf("latest", varFolder), run);
    assert.throws(() => runFolderOf("backup", varFolder), /^No run "backup"|No run "backup"/);
    assert.throws(() => runFolderOf("latest", `${varFolder}/nowhere`), /No run "latest"/);
  }));

test.run();
