import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCommand } from "../../src/commands/command_table.ts";
import { EXIT } from "../../src/core/exit_codes.ts";
import type { Proposal } from "../../src/core/event.ts";
import { realFiles } from "../../src/edge/real_files.ts";
import type { OpenRun } from "../../src/night/open_run.ts";
import { assess, type Crash, crashedNight } from "../support/crashed_nights.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { BUSY } from "../support/night_to_replay.ts";
import { NIGHT_ID } from "../support/real_night.ts";
import { called, cutShort, recordedVar } from "../support/recorded_var.ts";
import { configWith } from "../support/repo_config.ts";
import { repoPolicy } from "../support/repo_policy.ts";
import { simNight } from "../support/sim_night.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const { folder: original, withRun } = recordedVar(test);

/** A run that somebody else's program has made, on the real disk: sound, signed, and decided otherwise. */
function withOtherRun(
  onOpened: (run: OpenRun) => OpenRun,
  use: (run: string) => Promise<void>,
): Promise<void> {
  return inTempFolder(async (varFolder) => {
    const config = configWith(BUSY);
    const { runFolder } = await simNight({ config, files: realFiles, varFolder, isDurable: false, onOpened });
    await use(runFolder);
  });
}

const replay = (...words: readonly string[]) => called("replay", ...words);

function contentsOf(folder: string): readonly (readonly [string, number])[] {
  const names = (readdirSync(folder, { recursive: true }) as string[]).sort();
  return names.map((name) => [name, statSync(`${folder}/${name}`).mtimeMs] as const);
}

test("replay gives a run again, whatever it is called by, and writes nothing", () =>
  withRun(async (varFolder, run) => {
    const before = contentsOf(varFolder);
    for (const words of [[run], [NIGHT_ID, "--var", varFolder], ["latest", "--var", varFolder]]) {
      const { code, printed } = await replay(...words);
      assert.is(code, EXIT.ok);
      assert.match(
        printed.join("\n"),
        new RegExp(
          `^REPLAYED ${NIGHT_ID}: \\d+ events from \\d+ inputs, portfolio and report, 0 differences$`,
        ),
      );
    }
    assert.equal(contentsOf(varFolder), before);
    const json = JSON.parse((await replay(run, "--json")).printed[0]!);
    assert.equal([json.ok, json.complete, json.run_id, json.difference, json.refusal], [
      true,
      true,
      NIGHT_ID,
      null,
      null,
    ]);
    const { last_n } = JSON.parse(readFileSync(`${run}/report.json`, "utf8"));
    assert.is(json.events, last_n + 1);
  }));

test("replay refuses what is damaged, and says what", () =>
  withRun(async (_, run) => {
    const inbox = `${run}/queues/market_ticks/inbox.jsonl`;
    writeFileSync(inbox, readFileSync(inbox, "utf8").replace('"price":"', '"price":"9'));
    const { code, printed, last } = await replay(run);
    assert.is(code, EXIT.integrity);
    assert.match(printed[0]!, /^queues\/market_ticks\/inbox\.jsonl:1: hash is/);
    assert.match(printed.at(-2)!, /^It is damaged, so it is not replayed: verify finds \d+ problems$/);
    assert.is(last, `NOT REPLAYED ${NIGHT_ID}`);
    const json = JSON.parse((await replay(run, "--json")).printed[0]!);
    assert.equal([json.ok, json.events], [false, 0]);
  }));

test("replay says how far it gets where a run was cut short", () =>
  withRun(async (varFolder, run) => {
    cutShort(varFolder);
    const whole = await replay(run);
    assert.is(whole.code, EXIT.ok);
    assert.match(
      whole.last!,
      new RegExp(`^REPLAYED AS FAR AS IT GOES ${NIGHT_ID}: the run was cut short; \\d+ events from`),
    );
  }));

test("replay says that the last turn is cut, and goes up to the one before", async () => {
  const crashed = await crashedNight({ policy: repoPolicy }, (call) => call === "write");
  const { turnEnds, night: { runFolder } } = crashed;
  const foundIn = ({ disk }: Crash) => assess(crashed, disk()).verification.events;
  const cut = crashed.crashes.find((crash) =>
    crash.kind === "killed" && assess(crashed, crash.disk()).need === "end" &&
    !turnEnds.includes(foundIn(crash))
  )!;
  const whole = turnEnds.findLast((end) => end < foundIn(cut))!;
  const missing = foundIn(cut) - whole;
  await inTempFolder(async (folder) => {
    for (const [path, bytes] of cut.disk().contents) {
      const target = path.replace(/^\/var/, folder);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, bytes);
    }
    const { code, printed } = await replay(runFolder.replace(/^\/var/, folder), "--json");
    const json = JSON.parse(printed[0]!);
    assert.equal([code, json.ok, json.complete, json.events, json.cutEvents], [
      0,
      true,
      false,
      whole,
      missing,
    ]);
    assert.equal(json.notes, [`the last turn is cut: ${missing} events of it are there, and as replayed`]);
  });
});

function rolesWith(change: (said: Proposal) => readonly Proposal[]): (run: OpenRun) => OpenRun {
  return (run) => ({
    ...run,
    roles: run.roles.map((entry) => {
      const step: typeof entry.machine.step = (state, event) => {
        const [next, said] = entry.machine.step(state, event);
        return [next, said.flatMap(change)];
      };
      return { ...entry, machine: { ...entry.machine, step } };
    }),
  });
}

const withFee = (said: Proposal): readonly Proposal[] =>
  said.type === "fill" ? [{ type: "fill", payload: { ...said.payload, fee: "0.5" } }] : [said];
const withoutSignals = (said: Proposal): readonly Proposal[] => said.type === "signal" ? [] : [said];
let told = 0;
const withMore = (said: Proposal): readonly Proposal[] =>
  said.type === "signal" && told++ === 0 ? [said, { ...said, payload: { ...said.payload } }] : [said];

const DIFFERENT: readonly (readonly [
  what: string,
  change: (said: Proposal) => readonly Proposal[],
  says: readonly RegExp[],
])[] = [
  ["another value", withFee, [
    /^Event \d+ \(fill\), payload\.fee:$/,
    /^ {2}recorded "0\.5"$/,
    /^ {2}replayed "0\.\d+"$/,
  ]],
  ["one more event", withoutSignals, [
    /^Event \d+ \(signal\): the replay gives one more$/,
    /^ {2}recorded nothing$/,
    /^ {2}replayed \{"schema":"nore\/signal"/,
  ]],
  ["another type of event", withMore, [
    /^Event \d+ \(signal\), type:$/,
    /^ {2}recorded "signal"$/,
    /^ {2}replayed "risk_action"$/,
    /^ {2}it gives \{"schema":"nore\/risk_action".*"payload":\{/,
  ]],
];

for (const [what, change, says] of DIFFERENT) {
  test(`replay names the first difference: ${what}`, () =>
    withOtherRun(rolesWith(change), async (run) => {
      const { code, printed, last } = await replay(run);
      assert.is(code, EXIT.integrity);
      says.forEach((line, i) => assert.match(printed[i]!, line));
      assert.match(
        printed.at(-2)!,
        /^note: it was recorded by another program: source (?:cd){32}, this one is [0-9a-f]{64}$/,
      );
      assert.match(last!, /^DIFFERS \d{8}_\d{6}: the same are \d+ events from \d+ inputs$/);
    }));
}

test("replay of a run that does not keep what its venue said proves nothing, and does not pass", () =>
  withOtherRun(
    (run) => ({ ...run, startFacts: { ...run.startFacts, policyReads: undefined as never } }),
    async (run) => {
      const { code, printed } = await replay(run);
      assert.is(code, EXIT.integrity);
      assert.match(printed[0]!, /^It cannot be replayed: its first event does not keep symbol_rules/);
      assert.match(printed[1]!, /^NOT REPLAYED /);
      const tried = await replay(run, "--until", "1s");
      assert.is(tried.code, EXIT.integrity);
      assert.match(tried.said[0]!, /^Nothing can be tried on it: its first event does not keep symbol_rules/);
    },
  ));

test("replay wants one run", async () => {
  for (const words of [[], ["a", "b"]]) {
    const { code, said } = await replay(...words);
    assert.is(code, EXIT.usage);
    assert.match(said[0]!, /^Expected RUN after replay, got \[/);
  }
  assert.is((await replay("20200101_000000", "--var", original)).code, EXIT.usage);
});

test("replay colours its verdict on a terminal", () =>
  withRun(async (_, run) => {
    const terminal = fakeTerminal({ hasColor: true });
    await runCommand(["replay", run], terminal);
    assert.ok(terminal.printed.at(-1)!.startsWith("\x1b[32mREPLAYED\x1b[0m "));
  }));

test.run();
