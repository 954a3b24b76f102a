import { spawn } from "node:child_process";
import { existsSync, readFileSync, statSync, watch } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCommand } from "../../src/commands/command_table.ts";
import { superviseNight, type Supervision } from "../../src/commands/supervise.ts";
import { EXIT } from "../../src/core/exit_codes.ts";
import { packageRoot } from "../../src/edge/package_files.ts";
import type { ProgramEnd } from "../../src/edge/own_program.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { NIGHT_ID, NIGHT_START } from "../support/real_night.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const KILLED: ProgramEnd = { code: null, signal: "SIGKILL" };
const ended = (code: number): ProgramEnd => ({ code, signal: null });
const NIGHT = ["--mode", "nore", "--duration", "7h"];

/** A night whose processes end as told, one after the other; each begins the run, the first one makes it. */
async function supervised(
  ends: readonly ProgramEnd[],
  options: Partial<Supervision> & { readonly onStarted?: (count: number) => void } = {},
) {
  const started: (readonly string[])[] = [];
  const waits: number[] = [];
  const signalled: string[] = [];
  const listeners = new Map<string, () => void>();
  let run: string | null = "20261120_220000";
  const terminal = fakeTerminal();
  const code = await superviseNight(terminal, {
    words: NIGHT,
    resumeWords: (runId) => ["--resume", runId],
    resumesMax: 3,
    start: (words) => {
      run = "20261121_220000";
      started.push(words);
      const end = ends[started.length - 1]!;
      return {
        kill: (signal) => void signalled.push(signal),
        ended: Promise.resolve().then(() => {
          options.onStarted?.(started.length);
          return end;
        }),
      };
    },
    lastRun: () => run,
    signals: {
      on: (name, listener) => void listeners.set(name, listener),
      off: (name) => void listeners.delete(name),
    },
    wait: (ms, done) => {
      waits.push(ms);
      done();
      return () => {};
    },
    ...options,
  });
  return { code, started, waits, signalled, listeners, said: terminal.said };
}

test("superviseNight() resumes a night whose process dies, each time later, until it ends", async () => {
  const { code, started, waits, said, listeners } = await supervised([
    KILLED,
    ended(1),
    ended(134),
    ended(0),
  ]);
  assert.is(code, EXIT.ok);
  const resume = ["--resume", "20261121_220000"];
  assert.equal(started, [NIGHT, resume, resume, resume]);
  assert.equal(waits, [1000, 2000, 4000]);
  assert.equal(said, [
    "20261121_220000: its process was killed by SIGKILL, resume 1 of 3 in 1 s",
    "20261121_220000: its process has ended with 1, resume 2 of 3 in 2 s",
    "20261121_220000: its process has ended with 134, resume 3 of 3 in 4 s",
  ]);
  assert.is(listeners.size, 0);
});

for (const code of [EXIT.ok, EXIT.usage, EXIT.stopped, EXIT.integrity, EXIT.lockHeld, 130, 143]) {
  test(`superviseNight() takes exit ${code} as the last word, of a night and of one that went on`, async () => {
    assert.equal(await supervised([ended(code)]).then(({ code, started }) => [code, started.length]), [
      code,
      1,
    ]);
    const resumed = await supervised([KILLED, ended(code)]);
    assert.equal([resumed.code, resumed.started.length], [code, 2]);
  });
}

test("superviseNight() gives up when the resumes are used up", async () => {
  const { code, started, said } = await supervised([KILLED, KILLED, KILLED, KILLED]);
  assert.equal([code, started.length], [EXIT.failure, 4]);
  assert.match(said.at(-1)!, /was killed by SIGKILL, not resumed: 3 resumes are all that it gets$/);
  const none = await supervised([KILLED], { resumesMax: 0 });
  assert.equal([none.code, none.started.length], [EXIT.failure, 1]);
});

test("superviseNight() never waits longer than half a minute", async () => {
  const { waits } = await supervised(Array.from({ length: 9 }, () => KILLED), { resumesMax: 8 });
  assert.equal(waits.slice(4), [16_000, 30_000, 30_000, 30_000]);
});

test("superviseNight() begins its own night anew where that has no event, and resumes no other", async () => {
  for (const run of [null, "20261120_220000"]) {
    const { code, started, said } = await supervised([KILLED, KILLED], { lastRun: () => run, resumesMax: 1 });
    assert.equal([code, started], [EXIT.failure, [NIGHT, NIGHT]]);
    const died = "the night: its process was killed by SIGKILL before its first event";
    assert.equal(said, [
      `${died}, begun anew, 1 of 1 in 1 s`,
      `${died}, not resumed: 1 resumes are all that it gets`,
    ]);
  }
});

test("superviseNight() begins no night anew whose run can be made once only", async () => {
  for (const word of ["--run-id", "--start"]) {
    const words = [...NIGHT, word, "x"];
    const { code, started, said } = await supervised([KILLED], { words, lastRun: () => null });
    assert.equal([code, started], [EXIT.failure, [words]]);
    assert.match(said[0]!, /before its first event, not resumed: its run is told by --run-id or --start/);
  }
});

test("superviseNight() resumes the run that it was told to resume, though it is the last one already", async () => {
  const words = ["--mode", "nore", "--resume", "latest"];
  for (const run of ["20261121_220000", "20261119_220000", null]) { // the last one need not be that one yet
    const { code, started } = await supervised([KILLED, ended(0)], { words, lastRun: () => run });
    assert.equal([code, started], [EXIT.ok, [words, words]]);
  }
});

test("superviseNight() passes a signal on and resumes nothing more", async () => {
  const listeners = new Map<string, () => void>();
  const signals: Supervision["signals"] = {
    on: (name, listener) => void listeners.set(name, listener),
    off: (name) => void listeners.delete(name),
  };
  const onStarted = () => listeners.get("SIGTERM")!();
  const inOrder = await supervised([ended(0)], { signals, onStarted });
  assert.equal([inOrder.code, inOrder.signalled], [EXIT.ok, ["SIGTERM"]]);
  const dies = await supervised([KILLED], { signals, onStarted });
  assert.equal([dies.code, dies.started.length], [EXIT.failure, 1]);
  assert.match(dies.said[0]!, /not resumed: it was told to end$/);

  let cancelled = 0;
  const wait = () => {
    queueMicrotask(() => listeners.get("SIGINT")!());
    return () => void cancelled++;
  };
  const whileWaiting = await supervised([KILLED, ended(0)], { signals, wait });
  assert.equal([whileWaiting.code, whileWaiting.started.length, cancelled], [EXIT.failure, 1, 1]);
  assert.match(whileWaiting.said.at(-1)!, /not resumed: it was told to end$/);
});

test("supervise refuses what it cannot supervise", async () => {
  for (
    const [words, expected] of [
      [["--mode", "live"], /^Expected --mode nore, got "live"$/],
      [["--mode", "nore", "--resumes", "many"], /^Expected --resumes from 0 to 100, got "many"$/],
      [["--mode", "nore", "--resumes", "101"], /^Expected --resumes from 0 to 100, got "101"$/],
    ] as const
  ) {
    const terminal = fakeTerminal();
    assert.is(await runCommand(["supervise", ...words], terminal), EXIT.usage);
    assert.match(terminal.said[0]!, expected);
  }
});

test("supervise goes on with a night whose process is killed, to its end", () =>
  inTempFolder(async (varFolder) => {
    const { code, said } = await killedOnce(varFolder);
    assert.is(code, EXIT.ok, said);
    assert.match(said, /was killed by SIGKILL, resume 1 of 3 in 1 s/);
    const terminal = fakeTerminal();
    const verify = ["verify", "latest", "--var", varFolder, "--require-complete"];
    assert.is(await runCommand(verify, terminal), EXIT.ok, terminal.printed.join("\n"));
    const lifecycle = readFileSync(`${varFolder}/runs/${NIGHT_ID}/queues/lifecycle/inbox.jsonl`, "utf8");
    assert.match(lifecycle, /"what":"resumed"/);
  }));

/** Kills the night's own process when its first event is on the disk. */
function killedOnce(varFolder: string): Promise<{ code: number | null; said: string }> {
  const words = ["--duration", "10s", "--speed", "5", ...NIGHT_START, "--var", varFolder];
  const runtime = "Deno" in globalThis ? ["run", "--allow-all"] : process.execArgv;
  return new Promise((resolve, reject) => {
    const program = ["src/main.ts", "supervise", "--mode", "nore", ...words];
    const child = spawn(process.execPath, [...runtime, ...program], { cwd: packageRoot, stdio: "pipe" });
    let said = "";
    let watcher: ReturnType<typeof watch> | null = null;
    const lifecycle = `${varFolder}/runs/${NIGHT_ID}/queues/lifecycle`;
    const look = () => {
      if (statSync(`${lifecycle}/inbox.jsonl`).size === 0) return;
      watcher?.close();
      const { pid } = JSON.parse(readFileSync(`${varFolder}/lock`, "utf8"));
      process.kill(pid, "SIGKILL");
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (bytes) => {
        said += String(bytes);
        if (watcher !== null || !existsSync(lifecycle)) return; // its banner comes when the run lies open
        watcher = watch(lifecycle, look);
        look();
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, said }));
  });
}

test.run();
