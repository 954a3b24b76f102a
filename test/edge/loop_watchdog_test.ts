import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openArtefact } from "../../src/core/journal_line.ts";
import type { PolicyGate } from "../../src/core/ports.ts";
import {
  type LoopWatchOptions,
  loopWatchProblem,
  type LoopWatchWork,
  watchLoop,
} from "../../src/edge/loop_watchdog.ts";
import { describeLatch } from "../../src/sinks/stop_flag.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const RUN_ID = "20261121_220000";
const PROGRAM = fileURLToPath(new URL("../support/hang_on_purpose.ts", import.meta.url));

/** Runs a program of its own to its end: what is proven here is that it dies. */
async function runWatched(varFolder: string, stalledMs: number, what: string) {
  const runtime = "Deno" in globalThis
    ? ["run", "--no-prompt", "--allow-read", `--allow-write=${varFolder}`]
    : ["--import", "tsx"];
  const child = spawn(process.execPath, [...runtime, PROGRAM, varFolder, String(stalledMs), what]);
  const [[code, signal], out, err] = await Promise.all([
    once(child, "close") as Promise<[number | null, string | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, signal, out, err };
}

test("watchLoop() sets the latch, says why and kills the process when its loop hangs", () =>
  inTempFolder(async (folder) => {
    const startTs = Date.now();
    const { code, signal, out, err } = await runWatched(folder, 300, "hang");
    assert.equal({ code, signal, out }, { code: null, signal: "SIGKILL", out: "" });
    assert.equal(readdirSync(folder), ["STOP.flag"]);
    const flag = readFileSync(`${folder}/STOP.flag`, "utf8");
    const { sha256: _, ts, detail, ...fields } = openArtefact(flag);
    assert.equal(Object.entries(fields), [
      ["schema", "nore/stop_flag"],
      ["v", 1],
      ["run_id", RUN_ID],
      ["component", "loop_watchdog"],
      ["reason_code", "LOOP_STALLED"],
    ]);
    assert.ok((ts as number) >= startTs && (ts as number) <= Date.now());
    assert.match(
      detail as string,
      /^the event loop has not run for 300 ms \(6 waits of 50 ms\) after its beat \d+, the limit is 300 ms$/,
    );
    assert.is(describeLatch(flag), `LOOP_STALLED (loop_watchdog): ${detail}`);
    assert.equal(err.split("\n"), [
      `LOOP_STALLED (loop_watchdog): ${detail}; this process is killed`,
      `The command \`recover ${RUN_ID}\` ends the run, \`unlatch\` lets the next one start`,
      "",
    ]);
  }));

test("watchLoop() knows a policy that does not answer: POLICY_ERROR", () =>
  inTempFolder(async (folder) => {
    const { signal, err } = await runWatched(folder, 300, "policy");
    assert.is(signal, "SIGKILL");
    const { reason_code, detail } = openArtefact(readFileSync(`${folder}/STOP.flag`, "utf8"));
    assert.is(reason_code, "POLICY_ERROR");
    assert.match(detail as string, /^the policy has not answered, the event loop has not run for 300 ms /);
    assert.ok(err.startsWith("POLICY_ERROR (loop_watchdog): "));
  }));

test("watchGate() is the gate that it watches, and is left behind by what that throws", async () => {
  const steps: unknown[] = [];
  let cells: Int32Array | null = null;
  const thread = Object.assign(new EventEmitter(), {
    ref() {},
    unref() {},
    terminate: () => Promise.resolve(),
  });
  const watch = watchLoop({
    varFolder: "",
    runId: RUN_ID,
    stalledMs: Infinity,
    onLost: () => {},
    startThread(work) {
      cells = new Int32Array(work.cells);
      return thread;
    },
  });
  const gate = watch.watchGate({
    policySha256: "ab",
    tally: { decisions: 1, evaluations: 1 },
    follow: (step) => void steps.push(step),
    decide(entrypoint) {
      assert.is(cells![2], 1);
      if (entrypoint === "throws") throw new Error("no memory");
      return { allow: true };
    },
  });
  assert.equal(gate.decide("x", {} as never), { allow: true });
  assert.throws(() => gate.decide("throws", {} as never), "no memory");
  assert.is(cells![2], 0);
  gate.follow!({ what: "started", detail: "" });
  assert.equal([gate.policySha256, gate.tally, steps.length], ["ab", { decisions: 1, evaluations: 1 }, 1]);
  await watch.close();
});

test("watchLoop() kills the process but leaves the words of a latch that is set", () =>
  inTempFolder(async (folder) => {
    writeFileSync(`${folder}/STOP.flag`, "not tonight");
    assert.is((await runWatched(folder, 300, "hang")).signal, "SIGKILL");
    assert.is(readFileSync(`${folder}/STOP.flag`, "utf8"), "not tonight");
    assert.equal(readdirSync(folder), ["STOP.flag"]);
  }));

test("watchLoop() sets an empty latch when there is no room for its words, and says so", () =>
  inTempFolder(async (folder) => {
    mkdirSync(`${folder}/STOP.flag.loop_watchdog.tmp`);
    const { signal, err } = await runWatched(folder, 300, "hang");
    assert.is(signal, "SIGKILL");
    assert.match(err, /\nThe latch .*STOP\.flag could not be written: EISDIR.*; it is empty\n/);
    assert.is(readFileSync(`${folder}/STOP.flag`, "utf8"), "");
  }));

test("watchLoop() kills the process when no latch can be set at all, and says so", () =>
  inTempFolder(async (folder) => {
    const { signal, err } = await runWatched(`${folder}/nowhere`, 300, "hang");
    assert.is(signal, "SIGKILL");
    assert.match(err, /\nThe latch .*STOP\.flag could not be written: ENOENT.*tmp'\n/);
  }));

for (const what of ["busy", "end"]) {
  test(`watchLoop() does nothing to a program that is ${what === "busy" ? "busy for less" : "at its end"}`, () =>
    inTempFolder(async (folder) => {
      const ended = await runWatched(folder, 1000, what);
      assert.equal(ended, { code: 0, signal: null, out: "", err: "" });
      assert.equal(readdirSync(folder), []);
    }));
}

test("watchLoop() ends its thread when it is closed, and that is no loss", () =>
  inTempFolder(async (folder) => {
    const lost: Error[] = [];
    const onLost = (error: Error) => void lost.push(error);
    const watch = watchLoop({ varFolder: folder, runId: RUN_ID, stalledMs: 60_000, onLost });
    await watch.close();
    assert.equal(lost, []);
    assert.not.ok(existsSync(`${folder}/STOP.flag`));
  }));

test("watchLoop() reports a thread that fails, once", async () => {
  const threads: Worker[] = [];
  const { message } = await new Promise<Error>((onLost) => {
    const startThread = (workerData: LoopWatchWork) => {
      const thread = new Worker(`throw new Error("no " + require("node:worker_threads").workerData.runId)`, {
        eval: true,
        workerData,
      });
      threads.push(thread);
      return thread;
    };
    watchLoop({ varFolder: "/nowhere", runId: RUN_ID, stalledMs: 60_000, onLost, startThread });
    threads[0]!.ref();
  });
  assert.match(message, new RegExp(`no ${RUN_ID}$`));
});

test("watchLoop() reports the first sign of a thread's end and nothing after close()", async () => {
  const table: readonly (readonly [play: (thread: EventEmitter) => void, lost: readonly string[]])[] = [
    [() => {}, []],
    [(thread) => thread.emit("exit"), ["its thread ended by itself"]],
    [(thread) => {
      thread.emit("error", new Error("out of memory"));
      thread.emit("exit");
    }, ["out of memory"]],
  ];
  for (const [play, expected] of table) {
    const lost: string[] = [];
    const calls: string[] = [];
    const thread = Object.assign(new EventEmitter(), {
      ref: () => void calls.push("ref"),
      unref: () => void calls.push("unref"),
      terminate: () => Promise.resolve(void calls.push("terminate")),
    });
    let work: LoopWatchWork | null = null;
    const watch = watchLoop({
      varFolder: "/var",
      runId: RUN_ID,
      stalledMs: 60_000,
      onLost: ({ message }) => void lost.push(message),
      startThread: (given) => {
        work = given;
        return thread;
      },
    });
    play(thread);
    await watch.close();
    thread.emit("exit");
    thread.emit("error", new Error("too late"));
    assert.equal(lost, expected);
    assert.equal(calls, ["unref", "ref", "terminate"]);
    const { cells, ...rest } = work! as LoopWatchWork;
    assert.equal(rest, { varFolder: "/var", runId: RUN_ID, stalledMs: 60_000 });
    assert.is(new Int32Array(cells)[1], 1);
  }
});

test("loopWatchProblem() finds none on this machine, and leaves no thread", async () => {
  assert.is(await loopWatchProblem(), null);
});

test("loopWatchProblem() says that process 1 cannot be killed, and starts nothing", async () => {
  const start = () => {
    throw new Error("started");
  };
  assert.match((await loopWatchProblem(start, 1, 1))!, /^this is process 1 of its container/);
});

test("loopWatchProblem() says what went wrong, and closes what it had started", async () => {
  const table: readonly (readonly [start: (options: LoopWatchOptions) => void, problem: string | null])[] = [
    [({ onWatching }) => onWatching!(), null],
    [({ onLost }) => onLost(new Error("no threads here")), "no threads here"],
    [() => {}, "its thread says nothing for 1 ms"],
  ];
  for (const [play, problem] of table) {
    let closes = 0;
    const start = (options: LoopWatchOptions) => {
      play(options);
      return { watchGate: (gate: PolicyGate) => gate, close: () => Promise.resolve(void closes++) };
    };
    assert.is(await loopWatchProblem(start, 1), problem);
    assert.is(closes, 1);
  }
  const refuse = () => {
    throw new Error("not granted");
  };
  assert.is(await loopWatchProblem(refuse), "not granted");
});

test.run();
