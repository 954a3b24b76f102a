import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCommand } from "../../src/commands/command_table.ts";
import { GATE_NAMES } from "../../src/commands/gates.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";

/** docs/requirements.md says nothing that is not so: every row leads to files, tests and commands that are there. */

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const read = (path: string): string => readFileSync(`${root}/${path}`, "utf8");
const asked = `${root}/../shared/REQUIREMENTS.md`;

interface Row {
  readonly id: string;
  readonly clause: string;
  readonly where: string;
  readonly tests: string;
  readonly commands: string;
  readonly state: string;
}

const text = read("docs/requirements.md");

function rowsOf(markdown: string): readonly Row[] {
  const lines = markdown.split("\n").filter((line) => /^\| [A-Z]\d/.test(line));
  return lines.map((line) => {
    const cells = line.split("|").slice(1, -1).map((cell) => cell.trim());
    assert.is(cells.length, 6, `a row of six cells: ${line}`);
    const [id, clause, where, tests, commands, state] = cells as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    return { id, clause, where, tests, commands, state };
  });
}

const rows = rowsOf(text);

/** What stands in backticks; all else in these cells is commas, or a dash for nothing. */
function quoted(cell: string): readonly string[] {
  assert.match(cell, /^(?:—|`[^`]+`(?:, `[^`]+`)*)$/);
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
}

/** `row: what is wrong` of all that is named and not there. */
function dangling(
  named: (row: Row) => readonly string[],
  isThere: (name: string) => boolean,
): readonly string[] {
  return rows.flatMap((row) =>
    named(row).filter((name) => !isThere(name)).map((name) => `${row.id}: ${name}`)
  );
}

test("docs/requirements.md names files that exist", () => {
  assert.equal(dangling(({ where }) => quoted(where), (path) => existsSync(`${root}/${path}`)), []);
});

test("docs/requirements.md names tests that exist and are run", () => {
  const isTest = (path: string) => /^test\/[a-z0-9_/]+_test\.ts$/.test(path) && existsSync(`${root}/${path}`);
  assert.equal(dangling(({ tests }) => quoted(tests), isTest), []);
});

test("docs/requirements.md names gates, commands and scripts that exist", async () => {
  const terminal = fakeTerminal();
  await runCommand(["help"], terminal);
  const help = terminal.printed.flatMap((part) => part.split("\n"));
  const commands = help.map((line) => /^ {2}(--mode nore|[a-z]+) {2}/.exec(line)?.[1]).filter((name) =>
    name !== undefined
  );
  assert.ok(
    commands.includes("verify") && commands.includes("--mode nore"),
    "the commands are found in the help",
  );
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Readonly<Record<string, string>> };
  const known = new Set([
    ...GATE_NAMES,
    ...commands,
    ...Object.keys(scripts).map((name) => name === "test" ? "npm test" : `npm run ${name}`),
  ]);
  assert.equal(dangling((row) => quoted(row.commands), (name) => known.has(name)), []);
  assert.equal(GATE_NAMES.filter((gate) => !text.includes(`\`${gate}\``)), []);
});

test("docs/requirements.md says of each clause that it is done, or which later part brings what", () => {
  const parts = [...text.matchAll(/^- \*\*([^*]+)\*\*: /gm)].map(([, part]) => part!);
  assert.ok(parts.length > 0);
  const used = new Set<string>();
  for (const { id, where, tests, state } of rows) {
    if (state === "done") {
      assert.ok(
        quoted(where).length > 0 && quoted(tests).length > 0,
        `${id} is done: where, and by which test`,
      );
      continue;
    }
    for (const missing of state.split("; ")) {
      const [part, what] = missing.split(": ");
      assert.ok(parts.includes(part!), `${id}: ${part} is a later part`);
      assert.ok(what !== undefined && what.length > 3, `${id}: what ${part} brings`);
      used.add(part!);
    }
  }
  assert.equal(parts.filter((part) => !used.has(part)), [], "parts that bring nothing");
});

test("docs/requirements.md has every id once, in a few own words", () => {
  const ids = rows.map(({ id }) => id);
  assert.is(new Set(ids).size, ids.length);
  for (const { id, clause } of rows) assert.ok(clause.length > 10 && clause.length < 120, id);
});

if (existsSync(asked)) {
  test("docs/requirements.md answers every clause that was asked for, and no other", () => {
    const wanted = readFileSync(asked, "utf8").split("\n")
      .map((line) => /^\| ([A-Z]\d[\d.]*) \|/.exec(line)?.[1])
      .filter((id) => id !== undefined);
    assert.ok(wanted.length > 30);
    assert.equal(rows.map(({ id }) => id), wanted);
  });
} else {
  test.skip("docs/requirements.md against ../shared/REQUIREMENTS.md, which is not here", () => {});
}

test.run();
