import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as assert from "uvu/assert";
import { runCommand } from "../../src/commands/command_table.ts";
import { fakeTerminal } from "./fake_terminal.ts";
import { NIGHT_ID, NIGHT_START, noreNight } from "./real_night.ts";
import { inTempFolder } from "./temp_folder.ts";

/** A var with one good run, made once for a file of tests, and copies of it for a test to spoil. */
export interface RecordedVar {
  readonly folder: string;
  readonly run: string;
  withRun(use: (varFolder: string, run: string) => void | Promise<void>): Promise<void>;
}

export function recordedVar(
  tests: { before(make: () => Promise<void>): void; after(remove: () => void): void },
  words: readonly string[] = ["--duration", "5s"],
): RecordedVar {
  const folder = mkdtempSync(`${tmpdir()}/nore-test-`);
  tests.before(async () => assert.is((await noreNight(folder, [...NIGHT_START, ...words])).code, 0));
  tests.after(() => rmSync(folder, { recursive: true }));
  const runIn = (varFolder: string) => `${varFolder}/runs/${NIGHT_ID}`;
  return {
    folder,
    run: runIn(folder),
    withRun: (use) =>
      inTempFolder(async (copy) => {
        cpSync(folder, copy, { recursive: true });
        await use(copy, runIn(copy));
      }),
  };
}

/** As if its process had been killed before its last anchor: without that and without views. */
export function cutShort(varFolder: string): void {
  const run = `${varFolder}/runs/${NIGHT_ID}`;
  for (const name of ["report.json", "report.html", "metrics.json", "portfolio.json"]) {
    rmSync(`${run}/${name}`);
  }
  const anchors = `${run}/audit/anchors.jsonl`;
  const cut = readFileSync(anchors, "utf8").split("\n").slice(0, -2).map((line) => line + "\n").join("");
  writeFileSync(anchors, cut);
  writeFileSync(`${varFolder}/mirror/${NIGHT_ID}.anchors.jsonl`, cut);
}

export interface Called {
  readonly code: number;
  readonly printed: readonly string[];
  readonly said: readonly string[];
  readonly last: string | undefined;
}

/** The program called with these words. */
export async function called(...words: readonly string[]): Promise<Called> {
  const terminal = fakeTerminal();
  const code = await runCommand(words, terminal);
  const { printed, said } = terminal;
  return { code, printed, said, last: printed.at(-1) };
}
