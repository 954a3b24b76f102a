import { createHash } from "node:crypto";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readCommandLine } from "../../src/edge/command_line.ts";

const WORDS = ["/usr/bin/node", "src/main.ts", "--mode", "nore"];
const CANONICAL = { form: "canonical", words: WORDS };
const bytesOf = (text: string) => new TextEncoder().encode(text);
const hashOf = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");

function commandLineOf(proc: Uint8Array | Error, more: { platform?: string; isDeno?: boolean } = {}) {
  const readProc = () => {
    if (proc instanceof Error) throw proc;
    return proc;
  };
  return readCommandLine({ platform: "linux", isDeno: false, words: WORDS, readProc, ...more });
}

const PROC: readonly (readonly [text: string, words: readonly string[]])[] = [
  ["node\0main.ts\0", ["node", "main.ts"]],
  ["node\0--reason\0two words\0", ["node", "--reason", "two words"]],
  ["node\0--reason\0\0", ["node", "--reason", ""]],
  ["node\0--reason\0é€\0", ["node", "--reason", "é€"]],
  ["a title without zeros", ["a title without zeros"]],
];

test("readCommandLine() hashes the exact bytes that Linux shows", () => {
  for (const [text, words] of PROC) {
    for (const isDeno of [false, true]) {
      const expected = { hash: hashOf(bytesOf(text)), form: "proc", words, problem: null };
      assert.equal(commandLineOf(bytesOf(text), { isDeno }), expected, JSON.stringify(text));
    }
  }
});

test("readCommandLine() hashes bytes that are no UTF-8 as they are", () => {
  const bytes = new Uint8Array([0x6e, 0xff, 0x00]);
  assert.is(commandLineOf(bytes).hash, hashOf(bytes));
});

const REFUSED = new Error("EACCES: permission denied");
const WITHOUT_PROC: readonly (readonly [
  string,
  Uint8Array | Error,
  { platform?: string; isDeno?: boolean },
  problem: string | null,
])[] = [
  ["empty", bytesOf(""), {}, "/proc/self/cmdline is empty"],
  ["empty on Deno", bytesOf(""), { isDeno: true }, "/proc/self/cmdline is empty"],
  ["refused", REFUSED, {}, "/proc/self/cmdline cannot be read: EACCES: permission denied"],
  ["refused to Deno", REFUSED, { isDeno: true }, null],
  ["macOS", REFUSED, { platform: "darwin" }, null],
  ["Windows", bytesOf("not asked for"), { platform: "win32" }, null],
];

test("readCommandLine() falls back to canonical JSON, with a problem where Linux owes the bytes", () => {
  for (const [name, proc, more, problem] of WITHOUT_PROC) {
    const expected = { hash: hashOf(JSON.stringify(WORDS)), ...CANONICAL, problem };
    assert.equal(commandLineOf(proc, more), expected, name);
  }
});

test("readCommandLine() quotes whatever was thrown", () => {
  const readProc = () => {
    throw "no such thing";
  };
  const { problem } = readCommandLine({ platform: "linux", isDeno: false, words: WORDS, readProc });
  assert.is(problem, "/proc/self/cmdline cannot be read: no such thing");
});

test("readCommandLine() reads the command line of this very process", () => {
  const { hash, words, form, problem } = readCommandLine();
  assert.is(problem, null);
  const bytes = form === "proc" ? words.join("\0") + "\0" : JSON.stringify(words);
  assert.is(hash, hashOf(bytes));
  if (process.platform !== "linux") assert.is(form, "canonical");
  assert.ok(words.length >= 2);
});

test.run();
