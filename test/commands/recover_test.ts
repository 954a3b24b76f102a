import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
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
import { SHORT_SEED, shortConfig } from "../support/short_night.ts";
import { SIM_START_TS, simMarket } from "../support/sim_night.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const { killed, complete } = cutShortVars(test);

const recover = (varFolder: string, run: string = NIGHT_ID) => called("recover", run, "--var", varFolder);
const verified = async (run: string) => (await called("verify", run, "--require-complete")).code;
const fieldsOf = (path: string) => openArtefact(readFileSync(path, "utf8"));

/** With this exit code, and nothing is written. */
async function refused(varFolder: string, code: number, run?: string) {
  const before = contentsOf(varFolder);
  const answer = await recover(varFolder, run);
  assert.is(answer.code, code, answer.said.join("\n"));
  assert.equal(contentsOf(varFolder), before);
  return answer;
}

test("recover ends a run that was killed, and then finds nothing more to do", () =>
  withVar(killed, async (varFolder, run) => {
    const { code, printed, said } = await recover(varFolder);
    assert.equal([code, said], [EXIT.ok, []]);
    assert.is(printed[0], `${NIGHT_ID} has ended: ROLE_DEAD (process): the process ended without a word`);
    assert.match(printed[1]!, /^Verified: \d+ events, \d+ anchors, head [0-9a-f]{64}$/);
    assert.is(await verified(run), EXIT.ok);
    const { verdict, detail } = fieldsOf(`${run}/report.json`);
    assert.equal([verdict, detail], ["STOPPED", "the process ended without a word"]);
    assert.is(fieldsOf(`${varFolder}/STOP.flag`)["reason_code"], "ROLE_DEAD");
    assert.ok(existsSync(`${run}/queues/market_ticks/acks.jsonl.torn`));
    assert.not(existsSync(`${varFolder}/ballast`));
    for (const word of ["latest", run]) {
      const again = await refused(varFolder, EXIT.ok, word);
      assert.equal(again.printed, [`${NIGHT_ID} is complete: there is nothing to recover`]);
    }
  }));

test("recover says nothing of an end in order but that, and writes the views that are missing", () =>
  withVar(complete, async (varFolder, run) => {
    const before = contentsOf(varFolder);
    for (const name of ["report.json", "report.html", "metrics.json"]) rmSync(`${run}/${name}`);
    const { code, printed } = await recover(varFolder);
    assert.is(code, EXIT.ok);
    assert.is(printed.length, 1);
    assert.match(printed[0]!, /^Verified: /);
    for (const [path, bytes] of before) {
      // How long the roles lived and what snapshots there are is not in the log.
      if (!/report|metrics/.test(path)) assert.is(contentsOf(varFolder).get(path), bytes, path);
    }
    rmSync(`${run}/report.html`);
    assert.is((await recover(varFolder)).code, EXIT.ok);
    assert.ok(existsSync(`${run}/report.html`));
  }));

test("recover refuses what is not what a crash leaves, and says where", () =>
  withVar(killed, async (varFolder, run) => {
    const inbox = `${run}/queues/market_ticks/inbox.jsonl`;
    const text = readFileSync(inbox, "utf8");
    writeFileSync(inbox, text.replace("embedded", "embeddeD"));
    const { printed, said } = await refused(varFolder, EXIT.integrity);
    assert.match(printed[0]!, /^queues\/market_ticks\/inbox\.jsonl:\d+: hash is /);
    assert.match(said[0]!, /^\d+ problems: this is not what a crash leaves, nothing was written$/);

    writeFileSync(inbox, text.replaceAll("embedded", "embeddeD"));
    assert.ok((await refused(varFolder, EXIT.integrity)).printed.length <= 20);
  }));

test("recover signs with the key of the run or not at all", () =>
  withVar(killed, async (varFolder) => {
    const key = `${varFolder}/keys/anchor.pem`;
    renameSync(key, `${varFolder}/anchor.pem`);
    const gone = await refused(varFolder, EXIT.integrity);
    assert.match(
      gone.said[0]!,
      /anchor\.pem is not there: only who has it can end this run; nothing was written$/,
    );

    openSigner(realFiles, key);
    const other = await refused(varFolder, EXIT.integrity);
    assert.match(other.said[0]!, /anchor\.pem is [0-9a-f]{16}, the run is signed with [0-9a-f]{16}; nothing/);

    writeFileSync(key, "no key");
    const broken = await refused(varFolder, EXIT.usage);
    assert.match(broken.said[0]!, /^audit\.key_file: .*anchor\.pem: /);
  }));

test("recover leaves a run alone whose var belongs to a running night", () =>
  withVar(killed, async (varFolder, run) => {
    const lock = await takeVarLock(varFolder);
    const { said } = await refused(varFolder, EXIT.lockHeld);
    assert.match(said[0]!, /belongs to a running night.*: a run is ended by its own night while that lives$/);
    lock.release();
    assert.is((await recover(varFolder)).code, EXIT.ok);
    assert.is(await verified(run), EXIT.ok);
    (await takeVarLock(varFolder)).release();
  }));

test("recover wants one run, in the runs of a var folder", () =>
  withVar(killed, async (varFolder, run) => {
    cpSync(run, `${varFolder}/elsewhere/${NIGHT_ID}`, { recursive: true });
    const before = contentsOf(varFolder);
    const table: readonly (readonly [words: readonly string[], says: RegExp])[] = [
      [[`${varFolder}/elsewhere/${NIGHT_ID}`], /does not lie in the runs of a var folder/],
      [["20200101_000000", "--var", varFolder], /^No run "20200101_000000"/],
      [[], /^Expected RUN after recover, got \[\]$/],
      [[run, run], /^Expected RUN after recover, got \[/],
    ];
    for (const [words, says] of table) {
      const { code, said } = await called("recover", ...words);
      assert.is(code, EXIT.usage);
      assert.match(said[0]!, says);
    }
    assert.equal(contentsOf(varFolder), before);
  }));

test("recover that cannot write all says so, and the next one goes on from there", () =>
  withVar(killed, async (varFolder, run) => {
    mkdirSync(`${run}/report.json.tmp`);
    const { code, said } = await recover(varFolder);
    assert.is(code, EXIT.failure);
    assert.match(said[0]!, /^Could not be written: report: /);
    assert.is(said.at(-1), `${NIGHT_ID} is still not complete: recover it again when the cause is gone`);
    rmdirSync(`${run}/report.json.tmp`);
    const again = await recover(varFolder);
    assert.equal([again.code, again.printed.length], [EXIT.ok, 1]);
    assert.is(await verified(run), EXIT.ok);
  }));

test("recover of a run with a venue's own symbols, and a mirror on standard output, prints the anchors there", async () => {
  const audit = { ...shortConfig.audit, anchor_mirror: "stdout" };
  const config = { ...shortConfig, audit, symbols: ["BTCUSDT", "FOOUSDT"] };
  const agenda = simMarket(shortConfig, { seed: SHORT_SEED, startTs: SIM_START_TS });
  await inTempFolder(async (folder) => {
    const signer = openSigner(realFiles, `${folder}/keys/anchor.pem`);
    const isAnchoring = (call: string, path: string) =>
      call === "rename" && path.includes("market_ticks/cursor");
    const { crashes } = await crashedNight({ signer, config, agenda, policy: repoPolicy }, isAnchoring);
    saveVar(crashes.findLast(({ kind }) => kind === "killed")!.disk().contents, folder);
    const { code, printed } = await recover(folder);
    assert.is(code, EXIT.ok);
    const anchors = readFileSync(`${folder}/runs/${NIGHT_ID}/audit/anchors.jsonl`, "utf8");
    const mirrored = printed.filter((line) => line.startsWith("sha256:"));
    assert.ok(mirrored.length > 0 && anchors.endsWith(mirrored.map((line) => line + "\n").join("")));
  });
});

test.run();
