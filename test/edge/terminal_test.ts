import { test } from "uvu";
import * as assert from "uvu/assert";
import { invocationOf, realTerminal } from "../../src/edge/terminal.ts";

interface Given {
  readonly out?: boolean;
  readonly err?: boolean;
  readonly columns?: number;
  readonly noColor?: string | undefined;
}

/** A terminal over two streams, `out` and `err` say which is one itself; what each was given; a way to break it. */
function terminalOn({ out = true, err = true, columns, noColor }: Given = {}) {
  const written = { out: "", err: "" };
  const onError = new Map<string, (error: Error) => void>();
  const streamOf = (name: "out" | "err", isTTY: boolean) => ({
    isTTY,
    ...(columns === undefined ? {} : { columns }),
    write: (text: string) => void (written[name] += text),
    on: (_: "error", listener: (error: Error) => void) => void onError.set(name, listener),
  });
  const terminal = realTerminal({
    stdout: streamOf("out", out),
    stderr: streamOf("err", err),
    noColor,
    invocation: "nore",
  });
  const lose = (name: "out" | "err") => onError.get(name)!(new Error("EPIPE"));
  return { terminal, written, lose };
}

const CLEAR = "\r\x1b[K";

test("print() and say() write whole lines, results to one stream and progress to the other", () => {
  for (const isTTY of [true, false]) {
    const { terminal, written } = terminalOn({ out: isTTY, err: isTTY });
    terminal.print("result");
    terminal.say("progress");
    assert.equal(written, { out: "result\n", err: "progress\n" });
  }
});

test("status() rewrites its line, and an empty one takes it away", () => {
  const { terminal, written } = terminalOn();
  terminal.status("one");
  terminal.status("two");
  terminal.status("");
  terminal.status("");
  assert.equal(written, { out: "", err: `one${CLEAR}two${CLEAR}` });
});

test("print() and say() clear the status first, once", () => {
  const { terminal, written } = terminalOn();
  terminal.status("at work");
  terminal.say("progress");
  terminal.say("more");
  terminal.status("at work");
  terminal.print("result");
  terminal.print("another");
  assert.is(written.err, `at work${CLEAR}progress\nmore\nat work${CLEAR}`);
  assert.is(written.out, "result\nanother\n");
});

test("status() writes nothing on a pipe", () => {
  const { terminal, written } = terminalOn({ err: false });
  terminal.status("at work");
  terminal.status("");
  assert.equal(written, { out: "", err: "" });
  assert.is(terminal.isTerminal, false);
});

test("status() leaves the last column free, else the line would wrap", () => {
  const cases: readonly (readonly [columns: number | undefined, length: number])[] = [
    [10, 9],
    [undefined, 79],
    [0, 79], // a terminal that was given no size
    [200, 150],
  ];
  for (const [columns, length] of cases) {
    const { terminal, written } = terminalOn(columns === undefined ? {} : { columns });
    terminal.status("x".repeat(150));
    assert.is(written.err.length, length, `${columns} columns`);
  }
});

test("print() fails once nobody reads the results, and say() goes on without a reader", () => {
  const { terminal, written, lose } = terminalOn();
  lose("err");
  terminal.say("progress");
  terminal.print("result");
  lose("out");
  assert.throws(() => terminal.print("another"), /^EPIPE$/);
  terminal.say("more");
  assert.equal(written, { out: "result\n", err: "progress\nmore\n" });
});

test("hasColor needs results on a terminal, and nobody who says no", () => {
  const cases: readonly (readonly [out: boolean, noColor: string | undefined, hasColor: boolean])[] = [
    [true, undefined, true],
    [true, "", true],
    [true, "1", false],
    [true, "0", false],
    [false, undefined, false],
    [false, "1", false],
  ];
  for (const [out, noColor, hasColor] of cases) {
    assert.is(terminalOn({ out, noColor }).terminal.hasColor, hasColor, `${out} ${noColor}`);
  }
});

test("realTerminal() stands on this process's own streams where none are given", () => {
  const { isTerminal, hasColor, invocation } = realTerminal();
  assert.type(isTerminal, "boolean");
  assert.type(hasColor, "boolean");
  assert.ok(["nore", "npx tsx src/main.ts", "deno task cli"].includes(invocation), invocation);
});

const INVOCATIONS: readonly (readonly [script: string, isDeno: boolean, expected: string])[] = [
  ["/usr/local/bin/nore", false, "nore"],
  ["/app/bin/nore.mjs", false, "nore"],
  ["C:\\app\\bin\\nore.mjs", false, "nore"],
  ["nore", false, "nore"],
  ["/app/src/main.ts", false, "npx tsx src/main.ts"],
  ["/nore/src/main.ts", false, "npx tsx src/main.ts"],
  ["/bin/ignore", false, "npx tsx src/main.ts"],
  ["", false, "npx tsx src/main.ts"],
  ["/app/src/main.ts", true, "deno task cli"],
  ["/app/bin/nore.mjs", true, "deno task cli"],
];

test("invocationOf() gives the words that the user can type again", () => {
  for (const [script, isDeno, expected] of INVOCATIONS) {
    assert.is(invocationOf(script, isDeno), expected, script);
  }
});

test.run();
