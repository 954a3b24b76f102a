import type { Config } from "../core/config.ts";
import { EXIT } from "../core/exit_codes.ts";
import { openArtefact } from "../core/journal_line.ts";
import { readText } from "../edge/package_files.ts";
import { realFiles } from "../edge/real_files.ts";
import { type AcceptanceRow, type AcceptedReport, acceptNight, healthOf } from "../night/acceptance.ts";
import { formatProblem } from "../verify/findings.ts";
import { type Command, onlyOperand, type Terminal } from "./command.ts";
import { assess } from "./cut_short_run.ts";
import { paint } from "./paint.ts";
import { runFolderOf } from "./verify.ts";

/** Judges a night that has ended by all that a night owes, a line each. Takes no lock, writes nothing. */
export const accept: Command = {
  name: "accept",
  summary: "Judges an ended night: journal, length, roles, latency, feed, contracts, figures, stops, memory.",
  operands: "RUN",
  options: {
    var: { value: "DIR", help: "where RUN is looked up when it is an id or `latest` (default: var)" },
    json: { value: null, help: "print the result as JSON" },
  },
  examples: ["accept latest", "accept 20261121_220000 --json"],
  run(input, terminal) {
    const varFolder = input.option("var") ?? "var";
    return Promise.resolve(
      acceptRun(terminal, runFolderOf(onlyOperand(accept, input), varFolder), input.has("json")),
    );
  },
};

/** 0 where all is well, 4 where the run is damaged or has no end, else 1. */
export function acceptRun(terminal: Terminal, runFolder: string, isJson: boolean): number {
  const { need, verification } = assess(terminal, { varFolder: `${runFolder}/../..`, runFolder });
  if (need !== "nothing" || !verification.ok) {
    const [problem] = verification.findings.problems;
    const why = problem === undefined ? "it was cut short: `recover` ends it" : formatProblem(problem);
    terminal.say(`${runFolder} cannot be judged: ${why}`);
    return EXIT.integrity;
  }
  const config = JSON.parse(readText(`${runFolder}/config.json`)) as Config;
  const report = openArtefact(readText(`${runFolder}/report.json`)) as unknown as AcceptedReport;
  const rows = acceptNight({ config, report, health: healthOf(realFiles, runFolder) });
  if (isJson) terminal.print(JSON.stringify(rows));
  else tell(terminal, rows);
  return rows.every(({ passed }) => passed) ? EXIT.ok : EXIT.failure;
}

function tell(terminal: Terminal, rows: readonly AcceptanceRow[]): void {
  const width = Math.max(...rows.map(({ name }) => name.length)) + 2;
  for (const { name, passed, what } of rows) {
    terminal.print(`${verdict(terminal, passed)} ${name.padEnd(width)}${what}`);
  }
  const failed = rows.filter(({ passed }) => !passed).length;
  terminal.print(`${verdict(terminal, failed === 0)} ${rows.length - failed} passed, ${failed} failed`);
}

function verdict({ hasColor }: Terminal, passed: boolean): string {
  return passed ? paint("PASS", "green", hasColor) : paint("FAIL", "red", hasColor);
}
