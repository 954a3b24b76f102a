import { test } from "uvu";
import * as assert from "uvu/assert";
import { helpOf, onlyOperand, type OptionSpec, readInput, UsageError } from "../../src/commands/command.ts";
import { commandOf, inputOf } from "../support/command_input.ts";

const OPTIONS: Readonly<Record<string, OptionSpec>> = {
  file: { value: "FILE", help: "what to read" },
  set: { value: "PATH=VALUE", help: "one value", isRepeated: true },
  json: { value: null, help: "as JSON" },
};

/** The message of the UsageError that the words bring; fails for any other outcome. */
function refusalOf(words: readonly string[], operands = "WHAT"): string {
  try {
    readInput(commandOf(OPTIONS, { operands }), words);
  } catch (error) {
    assert.instance(error, UsageError);
    return (error as UsageError).message;
  }
  throw new Error(`Expected a refusal of ${JSON.stringify(words)}`);
}

test("readInput() gives options, switches, lists and operands wherever they stand", () => {
  const forms = [
    ["a", "--file", "x", "--json", "--set", "p=1", "--set", "q=2"],
    ["--set=p=1", "--json", "--file=x", "a", "--set", "q=2"],
    ["--file", "x", "--json", "--set", "p=1", "--set", "q=2", "--", "a"],
  ];
  for (const words of forms) {
    const input = inputOf(OPTIONS, words);
    assert.is(input.option("file"), "x");
    assert.equal(input.optionList("set"), ["p=1", "q=2"]);
    assert.is(input.has("json"), true);
    assert.is(input.has("help"), false);
    assert.equal(input.operands, ["a"]);
  }
});

test("readInput() gives nothing for what is not said", () => {
  const input = inputOf(OPTIONS, []);
  assert.is(input.option("file"), undefined);
  assert.equal(input.optionList("set"), []);
  assert.is(input.has("json"), false);
  assert.equal(input.operands, []);
});

test("readInput() takes every word behind -- for an operand", () => {
  assert.equal(inputOf(OPTIONS, ["--", "--unknown", "--json"]).operands, ["--unknown", "--json"]);
});

test("readInput() takes a dash for a value where it stands behind an equals sign, or alone", () => {
  assert.is(inputOf(OPTIONS, ["--file=-5s"]).option("file"), "-5s");
  assert.is(inputOf(OPTIONS, ["--file", "-"]).option("file"), "-");
});

test("readInput() knows help without being told", () => {
  for (const word of ["--help", "-h"]) assert.is(inputOf({}, [word]).has("help"), true);
});

test("readInput() refuses what it cannot read, in one line", () => {
  const table: readonly (readonly [words: readonly string[], says: RegExp])[] = [
    [["--fil", "x"], /^Unknown option --fil, did you mean --file$/],
    [["--fil=x"], /^Unknown option --fil, did you mean --file$/],
    [["--jsno"], /^Unknown option --jsno$/], // two swapped letters are half of so short a word
    [["--hepl"], /^Unknown option --hepl$/],
    [["--quantity"], /^Unknown option --quantity$/],
    [["--toString"], /^Unknown option --toString$/],
    [["-x"], /^Unknown option -x$/],
    [["--file"], /^Expected --file FILE, got nothing$/],
    [["--file", "-5s"], /^Expected --file FILE, got "-5s"$/],
    [["--file", "--json"], /^Expected --file FILE, got "--json"$/],
    [["--file", "--"], /^Expected --file FILE, got "--"$/],
    [["--json=1"], /--json/],
    [["--file", "x", "--file", "x"], /^--file is given 2 times, expected once$/],
    [["--json", "--json", "--json"], /^--json is given 3 times, expected once$/],
  ];
  for (const [words, says] of table) {
    const message = refusalOf(words);
    assert.match(message, says);
    assert.not.match(message, /\n/);
  }
});

test("readInput() refuses an operand of a command that takes none", () => {
  assert.is(refusalOf(["/srv/var", "--json"], ""), 'Expected nothing after probe, got ["/srv/var"]');
});

test("onlyOperand() gives the one operand", () => {
  const probe = commandOf(OPTIONS);
  assert.is(onlyOperand(probe, readInput(probe, ["--json", "a"])), "a");
});

test("onlyOperand() refuses none and two", () => {
  const probe = commandOf(OPTIONS);
  for (const words of [[], ["a", "b"]]) {
    assert.throws(
      () => onlyOperand(probe, readInput(probe, words)),
      (error: Error) =>
        error instanceof UsageError &&
        error.message === `Expected WHAT after probe, got ${JSON.stringify(words)}`,
    );
  }
});

test("helpOf() shows usage, options in columns and examples", () => {
  const text = helpOf(
    commandOf({ ...OPTIONS }, { examples: ["probe a --json", 'probe a --file "b c"'] }),
    "npx nore",
  );
  assert.equal(text.split("\n"), [
    "Does nothing.",
    "",
    "Usage: npx nore probe WHAT [options]",
    "",
    "  --file FILE       what to read",
    "  --set PATH=VALUE  one value",
    "  --json            as JSON",
    "  --help            show this help",
    "",
    "Examples:",
    "  npx nore probe a --json",
    '  npx nore probe a --file "b c"',
  ]);
});

test("helpOf() leaves no gap where a command has no name or takes no operand", () => {
  const usageOf = (name: string, operands: string) =>
    helpOf(commandOf({}, { name, operands }), "nore").split("\n")[2];
  assert.is(usageOf("", "--mode nore"), "Usage: nore --mode nore [options]");
  assert.is(usageOf("status", ""), "Usage: nore status [options]");
});

test.run();
