import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { firstValueFrom } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCommand } from "../../src/commands/command_table.ts";
import { loadRules } from "../../src/commands/load_rules.ts";
import { policyReloads, type ReloadSetting, takeReload } from "../../src/commands/policy_reload.ts";
import type { AnyDraft, Lifecycle } from "../../src/core/event.ts";
import { sealArtefact } from "../../src/core/journal_line.ts";
import { packageRoot } from "../../src/edge/package_files.ts";
import { realFiles } from "../../src/edge/real_files.ts";
import { switchingGate } from "../../src/policy/switching_gate.ts";
import { type FakeTerminal, fakeTerminal } from "../support/fake_terminal.ts";
import { configWith } from "../support/repo_config.ts";
import { inTempFolder } from "../support/temp_folder.ts";

interface Stage extends ReloadSetting {
  readonly folder: string;
  readonly terminal: FakeTerminal;
  /** Puts another text in the place of one in the policy's data. */
  readonly edit: (from: string, to: string) => void;
  /** What an operator types. */
  readonly ask: () => Promise<{ readonly code: number; readonly terminal: FakeTerminal }>;
}

/** A night that runs in `folder`/var, by a policy in `folder`/policies. */
function staged(act: (stage: Stage) => Promise<void>): Promise<void> {
  return inTempFolder(async (folder) => {
    cpSync(`${packageRoot}/policies`, `${folder}/policies`, { recursive: true });
    for (const made of ["run/policy", "var"]) mkdirSync(`${folder}/${made}`, { recursive: true });
    const directory = `policy.directory=${folder}/policies`;
    const config = configWith([directory, `queues.base_dir=${folder}/var`, "watchdog.stop_poll_ms=50"]);
    const rules = loadRules(config);
    const { policySha256: policy_sha256, policyDataSha256: policy_data_sha256 } = rules.policy;
    await act({
      folder,
      config,
      varFolder: `${folder}/var`,
      runFolder: `${folder}/run`,
      files: realFiles,
      clock: { now: () => 5000 },
      gate: switchingGate({ policy_sha256, policy_data_sha256 }, await rules.openGate()),
      livedSinceTs: 2000,
      terminal: fakeTerminal(),
      edit(from, to) {
        const path = `${folder}/policies/data.json`;
        const text = readFileSync(path, "utf8");
        assert.ok(text.includes(from));
        writeFileSync(path, text.replace(from, to));
      },
      async ask() {
        const terminal = fakeTerminal();
        const words = ["policy", "reload", "--var", `${folder}/var`, "--set", directory];
        return { code: await runCommand(words, terminal), terminal };
      },
    });
  });
}

/** As a night that runs leaves it. */
function beat(varFolder: string): void {
  writeFileSync(`${varFolder}/current.json`, sealArtefact({ run_id: "x", pid: 1, beat_ts: Date.now() }));
}

const asReload = (draft: AnyDraft | null) => draft!.payload as Required<Lifecycle>;

test("takeReload() keeps the other policy in the run, and says that it decides from here on", () =>
  staged(async (stage) => {
    const { runFolder, gate, terminal, edit } = stage;
    const own = gate.inForce;
    edit('"symbols_max": 16', '"symbols_max": 3');
    const draft = await takeReload(stage);
    assert.equal([draft!.type, draft!.ts, draft!.cause], ["lifecycle", 5000, null]);
    const { what, policy, policy_before } = asReload(draft);
    assert.equal([what, policy_before], ["policy_reloaded", own]);
    assert.is(policy.policy_sha256, own.policy_sha256);
    const names = [`${policy.policy_data_sha256}.data.json`, `${policy.policy_sha256}.wasm`];
    assert.equal(readdirSync(`${runFolder}/policy`).sort(), names.sort());
    const data = readFileSync(`${runFolder}/policy/${policy.policy_data_sha256}.data.json`, "utf8");
    assert.is(JSON.parse(data).nore.modes.NORE.run.symbols_max, 3);
    assert.match(terminal.said.join(), /decides from here on$/);

    assert.is(gate.inForce, own, "not before the log says so");
    gate.follow!(asReload(draft));
    assert.equal(gate.inForce, policy);
    assert.is(await takeReload(stage), null, "it decides already");
    edit('"symbols_max": 3', '"symbols_max": 16');
    assert.equal(asReload(await takeReload(stage)).policy, own, "and back again");
  }));

test("takeReload() takes nothing that does not fit, and says why as health", () =>
  staged(async (stage) => {
    stage.edit('"symbols_max": 16', '"symbols": 3');
    const draft = await takeReload(stage);
    const { role, state, uptime_s, origin, detail } = draft!.payload as unknown as Record<string, string>;
    assert.equal([role, state, uptime_s, origin], ["watchdog_role", "DEGRADED", 3, "input"]);
    assert.match(
      detail!,
      /^the policy was not read again, the one before it decides: .*symbols_max is missing/,
    );
    assert.equal(readdirSync(`${stage.runFolder}/policy`), []);
  }));

test("takeReload() takes no policy under which this night could not go on", () =>
  staged(async (stage) => {
    stage.edit('"places": ["var", "mirror"]', '"places": ["mirror"]');
    const writes = await takeReload(stage);
    assert.match(
      (writes!.payload as { detail: string }).detail,
      /does not let this night go on: FILES_PLACE$/,
    );
    stage.edit('"places": ["mirror"]', '"places": ["var", "mirror"]');
    stage.edit('"symbols_max": 16', '"symbols_max": 1');
    const start = await takeReload(stage);
    assert.match(
      (start!.payload as { detail: string }).detail,
      /does not let this night go on: RUN_SYMBOLS$/,
    );
  }));

test("takeReload() removes whatever stands under the flag's name", () =>
  staged(async (stage) => {
    mkdirSync(`${stage.varFolder}/RELOAD.flag/inner`, { recursive: true });
    assert.is(await takeReload(stage), null);
    assert.not.ok(existsSync(`${stage.varFolder}/RELOAD.flag`));
  }));

test("policyReloads() looks for the flag that `policy reload` leaves, and takes it away", () =>
  staged(async (stage) => {
    const { varFolder, edit, ask } = stage;
    assert.is((await ask()).code, 1, "no night has run there");
    beat(varFolder);
    edit('"symbols_max": 16', '"symbols_max": 2');
    writeFileSync(`${varFolder}/RELOAD.flag`, "");
    const first = firstValueFrom(policyReloads(stage));
    assert.not.ok(existsSync(`${varFolder}/RELOAD.flag`), "meant for a night that was");
    const { code, terminal } = await ask();
    assert.is(code, 0);
    assert.match(terminal.printed.join(), /reads its policy again/);
    assert.is(asReload(await first).what, "policy_reloaded");
    assert.not.ok(existsSync(`${varFolder}/RELOAD.flag`));
  }));

test("policy reload refuses what no night would take, and leaves no flag", () =>
  staged(async ({ varFolder, edit, ask }) => {
    beat(varFolder);
    edit('"symbols_max": 16', '"symbols": 3');
    let refused: unknown = null;
    await ask().then(({ code }) => refused = code === 0 ? null : code, (error) => refused = error);
    assert.ok(refused !== null);
    assert.not.ok(existsSync(`${varFolder}/RELOAD.flag`));
  }));

test.run();
