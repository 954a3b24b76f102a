import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Command, readInput } from "../../src/commands/command.ts";
import { runCommand } from "../../src/commands/command_table.ts";
import { config } from "../../src/commands/config.ts";
import { doctor } from "../../src/commands/doctor.ts";
import { gates } from "../../src/commands/gates.ts";
import { nore } from "../../src/commands/nore.ts";
import { status } from "../../src/commands/status.ts";
import { stop } from "../../src/commands/stop.ts";
import { accept } from "../../src/commands/accept.ts";
import { night } from "../../src/commands/night.ts";
import { recover } from "../../src/commands/recover.ts";
import { bundle } from "../../src/commands/bundle.ts";
import { replay } from "../../src/commands/replay.ts";
import { supervise } from "../../src/commands/supervise.ts";
import { unlatch } from "../../src/commands/unlatch.ts";
import { verify } from "../../src/commands/verify.ts";
import { EXIT } from "../../src/core/exit_codes.ts";
import { takeVarLock } from "../../src/edge/var_lock.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const COMMANDS: readonly Command[] = [
  nore,
  verify,
  replay,
  bundle,
  status,
  stop,
  unlatch,
  recover,
  supervise,
  night,
  accept,
  config,
  doctor,
  gates,
];

/** The words that call a command. */
function wordsOf({ name }: Command): readonly string[] {
  return name === "" ? ["--mode", "nore"] : [name];
}

/** A command line's words; quotes hold several together. */
function split(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

test("runCommand() prints the overview when asked for help, and with exit 2 when asked for nothing", async () => {
  const table: readonly (readonly [words: readonly string[], code: number])[] = [
    [[], EXIT.usage],
    [["help"], EXIT.ok],
    [["--help"], EXIT.ok],
    [["-h"], EXIT.ok],
  ];
  for (const [words, code] of table) {
    const terminal = fakeTerminal();
    assert.is(await runCommand(words, terminal), code);
    assert.is(terminal.printed.length, 1);
    assert.equal(terminal.said, []);
    const lines = terminal.printed[0]!.split("\n");
    for (const { name, operands, summary } of COMMANDS) {
      assert.ok(
        lines.some((line) => line.startsWith(`  ${name || operands} `) && line.endsWith(`  ${summary}`)),
      );
    }
    for (const code of Object.values(EXIT)) assert.match(lines.at(-1)!, new RegExp(`\\b${code} \\w`));
  }
});

for (const command of COMMANDS) {
  const name = command.name || command.operands;

  test(`runCommand() prints the help of ${name} with every option and example`, async () => {
    const terminal = fakeTerminal();
    assert.is(await runCommand([...wordsOf(command), "--help"], terminal), EXIT.ok);
    assert.equal(terminal.said, []);
    const text = terminal.printed.join("\n");
    for (const [option, { value, help }] of Object.entries(command.options)) {
      const head = value === null ? `  --${option} ` : `  --${option} ${value} `;
      assert.ok(text.split("\n").some((line) => line.startsWith(head) && line.endsWith(help)), head);
    }
    assert.ok(command.examples.length > 0);
    for (const example of command.examples) assert.ok(text.includes(`  nore ${example}`));
  });

  test(`runCommand() can read every example of ${name}`, () => {
    for (const example of command.examples) {
      const words = split(example);
      assert.equal(words.slice(0, wordsOf(command).length), wordsOf(command));
      readInput(command, command === nore ? words : words.slice(1));
    }
  });

  test(`runCommand() refuses an unknown option of ${name} with the nearest one and where help is`, async () => {
    const [option] = Object.keys(command.options).sort((a, b) => b.length - a.length);
    const terminal = fakeTerminal();
    assert.is(await runCommand([...wordsOf(command), `--${option}x`], terminal), EXIT.usage);
    assert.equal(terminal.said, [
      `Unknown option --${option}x, did you mean --${option}`,
      `Help: nore ${name} --help`,
    ]);
    assert.equal(terminal.printed, []);
  });
}

test("runCommand() refuses an unknown command with the nearest one, or with all", async () => {
  const table: readonly (readonly [word: string, says: string])[] = [
    ["verfy", 'Unknown command "verfy", did you mean verify'],
    ["stopp", 'Unknown command "stopp", did you mean stop'],
    ["Status", 'Unknown command "Status", did you mean status'],
    [
      "trade",
      'Unknown command "trade", commands are --mode nore, verify, replay, bundle, status, stop, unlatch, recover, supervise, night, accept, config, policy, ai, doctor, gates',
    ],
  ];
  for (const [word, says] of table) {
    const terminal = fakeTerminal();
    assert.is(await runCommand([word], terminal), EXIT.usage);
    assert.equal(terminal.said, [says, "Help: nore --help"]);
  }
});

test("runCommand() gives exit 2 and makes nothing when the configuration does not hold", async () => {
  const table: readonly (readonly [words: readonly string[], says: RegExp])[] = [
    [["--set", "risk.drawdown.limit=2"], /^risk\.drawdown\.limit: "2", expected /],
    [["--set", "risk"], /^Expected --set path=value, got "risk"$/],
    [["--duration", "soon"], /^Not a duration: "soon"/],
    [["--config", "/nowhere/nore.yaml"], /^Configuration cannot be read: .*\/nowhere\/nore\.yaml/],
    [["--symbols", "BTCUSTD"], /^symbols: embedded has no "BTCUSTD", did you mean BTCUSDT$/],
    [["--symbols", "BTCUSDT,ETHBTC"], /^symbols: BTCUSDT, ETHBTC are quoted in USDT and BTC/],
    [["--speed", "0"], /^Expected --speed above 0/],
    [["--seed", "-1"], /--seed/],
    [["--run-id", "tonight"], /^Expected --run-id such as/],
    [["--start", "22:00"], /^--start: Not a time: "22:00"/],
  ];
  await inTempFolder(async (folder) => {
    for (const [words, says] of table) {
      const terminal = fakeTerminal();
      const code = await runCommand(["--mode", "nore", "--var", `${folder}/var`, ...words], terminal);
      assert.is(code, EXIT.usage, words.join(" "));
      assert.is(terminal.said.length, 2);
      assert.match(terminal.said[0]!, says);
      assert.equal(terminal.printed, []);
      assert.not(existsSync(`${folder}/var`), words.join(" "));
    }
  });
});

test("runCommand() gives exit 1 and where it broke when something breaks", async () => {
  await inTempFolder(async (folder) => {
    writeFileSync(`${folder}/current.json`, "{}");
    const terminal = fakeTerminal();
    assert.is(await runCommand(["status", "--var", folder], terminal), EXIT.failure);
    assert.match(terminal.said.join("\n"), /^Error: does not begin with [\s\S]*status/);
  });
});

test("runCommand() says what broke even when it was thrown as no error", async () => {
  const terminal = {
    ...fakeTerminal(),
    print: () => {
      throw "paper jam";
    },
  };
  assert.is(await runCommand(["config", "check"], terminal), EXIT.failure);
  assert.equal(terminal.said, ["paper jam"]);
});

test("runCommand() says no secret, neither in a refusal nor in a failure", async () => {
  const key = "AKIA" + "ABCDEFGHIJKLMNOP";
  const refused = fakeTerminal();
  assert.is(await runCommand(["config", "check", "--duration", key], refused), EXIT.usage);
  assert.match(refused.said[0]!, /redacted: AWS/);
  const failed = fakeTerminal();
  const terminal = {
    ...failed,
    print: () => {
      throw new Error(`cannot print ${key}`);
    },
  };
  assert.is(await runCommand(["config", "check"], terminal), EXIT.failure);
  assert.match(failed.said[0]!, /redacted: AWS/);
  assert.not.match([...refused.said, ...failed.said].join("\n"), /AKIA/);
});

test("runCommand() gives exit 3 while the latch is set and 5 while a night runs", async () => {
  await inTempFolder(async (folder) => {
    const varFolder = `${folder}/var`;
    mkdirSync(varFolder);
    const night = ["--mode", "nore", "--var", varFolder, "--speed", "max", "--duration", "1s"];
    const lock = await takeVarLock(varFolder);
    const second = fakeTerminal();
    assert.is(await runCommand(night, second), EXIT.lockHeld);
    assert.match(second.said[0]!, /belongs to a running night/);
    lock.release();

    writeFileSync(`${varFolder}/STOP.flag`, "not tonight");
    const latched = fakeTerminal();
    assert.is(await runCommand(night, latched), EXIT.stopped);
    assert.match(latched.said[0]!, /not tonight/);
    assert.not(existsSync(`${varFolder}/runs`));
  });
});

test.run();
