/**
 * Puts the promises of the program to the proof, prints one table and writes docs/proof.md:
 * `scripts/proof.ts [--short] [--seeds N] [--kills N] [--hours N]`. The short form is for CI and writes nothing.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { arch, cpus, platform, tmpdir, totalmem } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const NUMBER = { type: "string" } as const;
const { values } = parseArgs({
  options: { short: { type: "boolean" }, seeds: NUMBER, kills: NUMBER, hours: NUMBER },
});
const isShort = values.short === true;
const numberOf = (name: "seeds" | "kills" | "hours", short: number, whole: number): string => {
  const value = Number(values[name] ?? (isShort ? short : whole));
  if (Number.isSafeInteger(value) && value > 0) return String(value);
  process.stderr.write(`Expected --${name} N above 0, got ${JSON.stringify(values[name])}\n`);
  process.exit(2);
};
const seeds = numberOf("seeds", 120, 1000);
const kills = numberOf("kills", 20, 1000);
const hours = numberOf("hours", 1, 7);

const root = fileURLToPath(new URL("..", import.meta.url));
const varFolder = mkdtempSync(`${tmpdir()}/nore-proof-`);
const RUN = `${varFolder}/runs/20261121_220000`;
const TSX = [process.execPath, "--import", "tsx"];
const script = (name: string, ...words: readonly string[]) => [...TSX, `scripts/${name}.ts`, ...words];
const nore = (...words: readonly string[]) => [...TSX, "src/main.ts", ...words];
const NIGHT = ["--speed", "max", "--seed", "7", "--start", "2026-11-21T22:00:00Z", "--symbols", "BTCUSDT"];

interface Row {
  readonly what: string;
  readonly program: readonly string[];
  /** The part of what it says that stands in the table. */
  readonly figure: RegExp;
  /** Found by `npm test` too, or too long for CI. */
  readonly isLong?: true;
}

const ROWS: readonly Row[] = [
  {
    what: `a night of ${hours} h in virtual time, accepted`,
    program: nore("night", "--accept", ...NIGHT, "--duration", `${hours}h`, "--var", varFolder),
    figure: /\d+ passed, \d+ failed/,
  },
  { what: "its replay", program: nore("replay", RUN), figure: /REPLAYED \S+: (.*)/ },
  {
    what: "its verification",
    program: nore("verify", RUN, "--require-complete"),
    figure: /VERIFIED \S+: (\d+ events, \d+ anchors)/,
  },
  {
    what: "its verification by tools/verify.py",
    program: ["python3", "-S", "tools/verify.py", RUN, "--require-complete"],
    figure: /VERIFIED \S+: (\d+ events, \d+ anchors)/,
  },
  {
    what: `a night of ${hours} h over the venue's protocol with faults, and its replay`,
    program: script("faulty_night", hours),
    figure: /(in [\d.]+ s \(.*)/,
  },
  {
    what: "recorded on Node and Deno, replayed on both",
    program: script("replay_across", "1h"),
    figure: /\d+ passed, \d+ failed/,
  },
  {
    what: `${kills} kills with SIGKILL`,
    program: script("kill_nights", "--kills", kills),
    figure: /\d+ kills in .*/,
  },
  { what: `${seeds} simulated nights`, program: script("sim", "--seeds", seeds), figure: /\d+ events, .*/ },
  {
    what: "an AI process that loops, hoards, ends, stands still or lies",
    program: script("ai_faults"),
    figure: /\d+ passed, \d+ failed/,
    isLong: true,
  },
  {
    what: "ten planted bugs",
    program: script("planted_bugs"),
    figure: /\d+ passed, \d+ failed/,
    isLong: true,
  },
];

interface Found {
  readonly what: string;
  readonly figure: string;
  readonly seconds: number;
  readonly passed: boolean;
  readonly said: string;
}

function prove({ what, program, figure }: Row): Promise<Found> {
  const started = performance.now();
  const [executable, ...words] = program;
  const child = spawn(executable!, words, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => said += String(bytes));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      const found = figure.exec(said);
      resolve({
        what,
        figure: found?.[1] ?? found?.[0] ?? "nothing was said",
        seconds: (performance.now() - started) / 1000,
        passed: code === 0 && found !== null,
        said,
      });
    });
  });
}

const all: Found[] = [];
try {
  for (const row of ROWS.filter(({ isLong }) => !(isShort && isLong === true))) {
    const found = await prove(row);
    all.push(found);
    if (!found.passed) process.stdout.write(`${found.said}\n`);
    const verdict = found.passed ? "ok  " : "FAIL";
    process.stdout.write(
      `${verdict} ${found.seconds.toFixed(1).padStart(7)} s  ${found.what}: ${found.figure}\n`,
    );
  }
} finally {
  rmSync(varFolder, { recursive: true });
}
const failed = all.filter(({ passed }) => !passed).length;
if (!isShort && failed === 0) {
  writeFileSync(`${root}/docs/proof.md`, page(all));
  execFileSync(process.execPath, ["scripts/deno.mjs", "fmt", "--quiet", "docs/proof.md"], { cwd: root });
}
process.stdout.write(`${all.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

function page(found: readonly Found[]): string {
  const git = (...words: readonly string[]) =>
    execFileSync("git", words, { cwd: root, encoding: "utf8" }).trim();
  const [cpu] = cpus();
  const lines = found.map(({ what, figure, seconds }) => `| ${what} | ${figure} | ${seconds.toFixed(1)} |`);
  const bugs = found.find(({ what }) => what === "ten planted bugs")!.said.split("\n")
    .map((line) => /^(.+?) {2,}caught by (\S+): (.*)$/.exec(line)).filter((match) => match !== null)
    .map(([, bug, part, test]) => `| ${bug} | test/${part}_test.ts | ${test} |`);
  return `# Proof

What \`npm run proof\` found on ${new Date().toISOString().slice(0, 10)}, commit ${
    git("rev-parse", "--short", "HEAD")
  }, on
${cpus().length} cores of ${cpu?.model ?? "an unknown processor"}, ${
    Math.round(totalmem() / 2 ** 30)
  } GiB, ${platform()} ${arch()}, Node ${process.version}.
Seeds: 7 for the nights, their kills and faults, 1 to ${seeds} for the simulation. Written by the program; CI proves
the short form (\`npm run proof -- --short\`) each time.

| what | found | seconds |
| --- | --- | ---: |
${lines.join("\n")}

## Planted bugs

Each is planted in a copy of the program, and the tests named here must fail.

| bug | caught in | by |
| --- | --- | --- |
${bugs.join("\n")}
`;
}
