import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { EXIT } from "../../src/core/exit_codes.ts";
import { packageRoot } from "../../src/edge/package_files.ts";
import { fakeKeys } from "../support/fake_keys.ts";
import { NIGHT_ID, NIGHT_START } from "../support/real_night.ts";
import { called } from "../support/recorded_var.ts";
import { inTempFolder } from "../support/temp_folder.ts";

/** The real program in a process of its own, with a secret within its reach: no byte of it may come out. */

const CANARY = fakeKeys(4, 1).find(({ kind }) => kind === "GitHub")!.value;
/** Any part of it would be too much. */
const TRACE = CANARY.slice(8, 24);
const LIFE_MS_MAX = 120_000;

interface Ran {
  readonly code: number | null;
  readonly printed: string;
}

function run(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const runtime = "Deno" in globalThis ? ["run", "--allow-all"] : process.execArgv;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...runtime, "src/main.ts", ...words], {
      cwd: packageRoot,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: LIFE_MS_MAX,
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (bytes: Uint8Array) => printed += bytes);
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, printed }));
  });
}

/** Where a trace of it is: in what was printed, in a file or in a file's name. */
function tracesIn(folder: string, printed: readonly string[] = []): readonly string[] {
  const paths = (readdirSync(folder, { recursive: true }) as string[]).sort();
  const inFiles = paths.filter((path) =>
    path.includes(TRACE) ||
    statSync(`${folder}/${path}`).isFile() && readFileSync(`${folder}/${path}`).includes(TRACE)
  );
  return [...printed.filter((text) => text.includes(TRACE)), ...inFiles];
}

const night = (varFolder: string) => ["--mode", "nore", "--var", varFolder, ...NIGHT_START, "--speed", "max"];
const EXCUSED = ["--set", "guards.secrets.allow_env=[CI_TOKEN]"];

test("an excused secret in the environment is in nothing that a night and what follows it write or print", () =>
  inTempFolder(async (folder) => {
    const environment = { CI_TOKEN: CANARY };
    const runFolder = `${folder}/runs/${NIGHT_ID}`;
    const calls = [
      [...night(folder), "--duration", "30s", ...EXCUSED],
      ["verify", runFolder],
      ["replay", runFolder],
    ];
    const printed: string[] = [];
    for (const words of calls) {
      const ended = await run(words, environment);
      assert.is(ended.code, EXIT.ok, ended.printed);
      printed.push(ended.printed);
    }
    assert.ok(printed.every((text) => text !== ""));
    assert.equal(tracesIn(folder, printed), []);
  }));

const REFUSED: readonly (readonly [
  where: string,
  given: { readonly words?: readonly string[]; readonly environment?: Readonly<Record<string, string>> },
  said: RegExp,
])[] = [
  ["the environment", { environment: { NOTE: CANARY } }, /variable NOTE looks like a secret/],
  [
    "an argument that is a setting",
    { words: ["--set", `guards.secrets.dir=/${CANARY}`] },
    /argument \d+ looks like a secret: GitHub token/,
  ],
];

for (const [where, { words = [], environment = {} }, said] of REFUSED) {
  test(`a secret refuses the start and is in no file and no output: ${where}`, () =>
    inTempFolder(async (folder) => {
      const ended = await run([...night(folder), ...words], environment);
      assert.equal(tracesIn(folder, [ended.printed]), []);
      assert.is(ended.code, EXIT.stopped, ended.printed);
      assert.match(ended.printed, said);
    }));
}

const NOT_UNDERSTOOD: readonly (readonly string[])[] = [
  [`--${CANARY}`],
  ["--duration", CANARY],
  ["--set", `a.b=${CANARY}`],
  ["--set", `${CANARY}=1`],
];

test("a secret in words that nobody understands is not said again", () =>
  inTempFolder(async (folder) => {
    for (const words of NOT_UNDERSTOOD) {
      const { code, printed, said } = await called(...night(folder), ...words);
      assert.is(code, EXIT.usage);
      assert.ok(said.length > 0);
      assert.equal(tracesIn(folder, [...printed, ...said]), []);
    }
  }));

test("a secret in a file of settings refuses the start and is in no file and no output", () =>
  inTempFolder(async (folder) => {
    const settings = `${folder}/mine.yaml`;
    writeFileSync(settings, `guards: { secrets: { dir: "/${CANARY}" } }\n`);
    mkdirSync(`${folder}/var`);
    const ended = await run([...night(`${folder}/var`), "--config", settings]);
    assert.equal(tracesIn(`${folder}/var`, [ended.printed]), []);
    assert.is(ended.code, EXIT.stopped, ended.printed);
    assert.match(ended.printed, /the configuration holds what looks like a secret: GitHub token/);
  }));

test("tracesIn() finds a trace where there is one", () =>
  inTempFolder((folder) => {
    mkdirSync(`${folder}/a`);
    writeFileSync(`${folder}/a/b`, `x${CANARY}`);
    writeFileSync(`${folder}/${TRACE}`, "");
    assert.equal(tracesIn(folder, ["clean", `y${TRACE}`]).length, 3);
  }));

test.run();
