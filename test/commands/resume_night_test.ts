import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { EXIT } from "../../src/core/exit_codes.ts";
import { openArtefact } from "../../src/core/journal_line.ts";
import { openSigner } from "../../src/edge/ed25519_signer.ts";
import { realFiles } from "../../src/edge/real_files.ts";
import { takeVarLock } from "../../src/edge/var_lock.ts";
import { crashedNight } from "../support/crashed_nights.ts";
import { cutShortVars, withVar } from "../support/cut_short_var.ts";
import { contentsOf, saveVar } from "../support/disk_copies.ts";
import { NIGHT_ID } from "../support/real_night.ts";
import { called } from "../support/recorded_var.ts";
import { repoPolicy } from "../support/repo_policy.ts";

const { killed, complete } = cutShortVars(test);

/** In virtual time, which needs no waiting. */
const resume = (varFolder: string, ...words: readonly string[]) =>
  called("--mode", "nore", "--resume", NIGHT_ID, "--var", varFolder, "--speed", "max", ...words);
const fieldsOf = (path: string) => openArtefact(readFileSync(path, "utf8"));

/** With this exit code, and nothing is written. */
async function refused(varFolder: string, code: number, ...words: readonly string[]) {
  const before = contentsOf(varFolder);
  const answer = await resume(varFolder, ...words);
  assert.is(answer.code, code, answer.said.join("\n"));
  assert.equal(contentsOf(varFolder), before);
  return answer;
}

test("--resume goes on with a run that was killed, says from where, and ends it as the night that it would have been", () =>
  withVar(killed, async (varFolder, run) => {
    const { code, printed, said } = await resume(varFolder);
    assert.is(code, EXIT.ok, said.join("\n"));
    assert.match(said[0]!, new RegExp(`^NORE ${NIGHT_ID} · paper night`));
    assert.match(said.join("\n"), /resumes {2}at event \d+ · the last was at 2026-11-21T22:00:0\d/);
    assert.is(printed[0], "PASS · prices: invented");
    assert.is((await called("verify", run, "--require-complete")).code, EXIT.ok);
    assert.is((await called("replay", run)).code, EXIT.ok);
    const whole = fieldsOf(`${complete}/runs/${NIGHT_ID}/report.json`);
    const report = fieldsOf(`${run}/report.json`);
    for (const name of ["virtual_pnl", "trades", "max_drawdown", "ended_ts", "uptime_s", "verdict"]) {
      assert.equal(report[name], whole[name], name);
    }
    assert.ok(existsSync(`${run}/queues/market_ticks/acks.jsonl.torn`));
    assert.match(readFileSync(`${run}/log.jsonl`, "utf8"), /"opened .* again, at event \d+"/);
    assert.not.ok(existsSync(`${varFolder}/STOP.flag`) || existsSync(`${varFolder}/ballast`));
    assert.is(readFileSync(`${varFolder}/lock`, "utf8"), "", "the lock lies free");
  }));

test("--resume paced by a clock goes on over the venue's protocol, and replays", () =>
  withVar(killed, async (varFolder, run) => {
    const words = ["--mode", "nore", "--resume", "latest", "--var", varFolder, "--speed", "5", "--json"];
    const { code, printed, said } = await called(...words);
    assert.is(code, EXIT.ok, said.join("\n"));
    assert.is(JSON.parse(printed.join("\n")).verdict, "PASS");
    assert.is((await called("verify", run, "--require-complete")).code, EXIT.ok);
    assert.is((await called("replay", run)).code, EXIT.ok);
  }));

test("--resume takes no setting: they are the run's own", () =>
  withVar(killed, async (varFolder) => {
    const table: readonly (readonly string[])[] = [
      ["--seed", "7"],
      ["--start", "2026-11-21T22:00:00Z"],
      ["--symbols", "BTCUSDT"],
      ["--config", "config/nore.v1.yaml"],
      ["--set", "risk.drawdown.limit=1"],
      ["--run-id", NIGHT_ID],
      ["--source", "embedded"],
      ["--duration", "1s"],
    ];
    for (const words of table) {
      const { said } = await refused(varFolder, EXIT.usage, ...words);
      assert.is(said[0], `${words[0]} is the run's own, it cannot be given with --resume`);
    }
    const { said } = await called("--mode", "nore", "--resume", "20200101_000000", "--var", varFolder);
    assert.match(said[0]!, /^No run "20200101_000000"/);
  }));

test("--resume finds nothing to do in a run that has ended, and nothing that it may do in one that was stopped", async () => {
  await withVar(complete, async (varFolder, run) => {
    const said = `${NIGHT_ID} has ended, there is nothing to resume: its log has come to its end`;
    assert.equal((await refused(varFolder, EXIT.ok)).printed, [said]);
    for (const name of ["report.json", "report.html", "metrics.json"]) rmSync(`${run}/${name}`);
    assert.equal((await refused(varFolder, EXIT.ok)).printed, [said]);
  });
  await withVar(killed, async (varFolder) => {
    assert.is((await called("recover", NIGHT_ID, "--var", varFolder)).code, EXIT.ok);
    const latched = await refused(varFolder, EXIT.stopped);
    assert.match(latched.said[0]!, /STOP\.flag is set\. It says: ROLE_DEAD/);
    assert.is((await called("unlatch", "--reason", "seen", "--var", varFolder)).code, EXIT.ok);
    const { said } = await refused(varFolder, EXIT.stopped);
    assert.match(said[0]!, / was stopped, there is nothing to resume: ROLE_DEAD: the process ended without/);
    assert.is(said[1], `If it is not complete: nore recover ${NIGHT_ID}`);
  });
});

test("--resume of a run that a watchdog has killed goes nowhere, though its latch is lifted", () =>
  withVar(killed, async (varFolder) => {
    const notice = {
      run_id: NIGHT_ID,
      ts: 1,
      component: "process",
      reason_code: "LOOP_STALLED",
      detail: "it hung",
    };
    writeFileSync(`${varFolder}/STOP.flag`, JSON.stringify(notice));
    assert.is((await called("unlatch", "--reason", "seen", "--var", varFolder)).code, EXIT.ok);
    const { said } = await refused(varFolder, EXIT.stopped);
    assert.match(said[0]!, /there is nothing to resume: LOOP_STALLED \(process\): it hung$/);
  }));

test("--resume refuses what is damaged, what cannot be signed and what another has", () =>
  withVar(killed, async (varFolder, run) => {
    const lock = await takeVarLock(varFolder);
    const held = await refused(varFolder, EXIT.lockHeld);
    assert.match(held.said[0]!, /belongs to a running night.*: it needs no other; see it with: nore status$/);
    lock.release();

    const key = readFileSync(`${varFolder}/keys/anchor.pem`);
    rmSync(`${varFolder}/keys/anchor.pem`);
    assert.match(
      (await refused(varFolder, EXIT.integrity)).said[0]!,
      /is not there: .*; nothing was written$/,
    );
    writeFileSync(`${varFolder}/keys/anchor.pem`, key, { mode: 0o600 });

    const inbox = `${run}/queues/market_ticks/inbox.jsonl`;
    const text = readFileSync(inbox, "utf8");
    writeFileSync(inbox, text.replace("embedded", "embeddeD"));
    assert.match((await refused(varFolder, EXIT.integrity)).said[0]!, /this is not what a crash leaves/);
    writeFileSync(inbox, text);

    assert.is((await resume(varFolder)).code, EXIT.ok);
  }));

test("--resume that must not start or cannot be opened leaves the run for the next one", () =>
  withVar(killed, async (varFolder) => {
    process.env["BINANCE_API_SECRET"] = "aB3".repeat(22).slice(0, 64);
    try {
      const { said } = await refused(varFolder, EXIT.stopped);
      assert.match(said[0]!, /cannot be resumed now, SECRET_FOUND: /);
    } finally {
      delete process.env["BINANCE_API_SECRET"];
    }
    rmSync(`${varFolder}/ballast`);
    mkdirSync(`${varFolder}/ballast`);
    const { code, said } = await resume(varFolder);
    assert.is(code, EXIT.failure);
    assert.match(said[0]!, new RegExp(`^Run ${NIGHT_ID} could not be opened: `));
    rmSync(`${varFolder}/ballast`, { recursive: true });
    assert.is((await resume(varFolder)).code, EXIT.ok);
  }));

test("--resume of a run that nobody can fold again says so, and that it can be ended", () =>
  withVar(killed, async (varFolder, run) => {
    rmSync(run, { recursive: true });
    const first = (await crashedNight({
      signer: openSigner(realFiles, `${varFolder}/keys/anchor.pem`),
      policy: repoPolicy,
    }, (_, path) => path.includes("lifecycle/inbox"))).crashes;
    saveVar(first.find(({ before }) => before.startsWith("write"))!.disk().contents, varFolder);
    const { said } = await refused(varFolder, EXIT.integrity);
    assert.match(said[0]!, /cannot be resumed: no event of it has reached the disk; nothing was written$/);
    assert.is(said[1], `It can be ended: nore recover ${NIGHT_ID}`);
  }));

test.run();
