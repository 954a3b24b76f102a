// @ts-check
import { createHash } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, renameSync, write, writeSync } from "node:fs";
import process from "node:process";
import { parentPort, workerData } from "node:worker_threads";

/**
 * The thread of loop_watchdog.ts. It never returns to an event loop of its own, and imports nothing but what the
 * runtime brings: it must work when the rest does not.
 *
 * Time is counted in waits of its own, not read from a clock: while a machine is suspended, neither thread runs.
 */

/** @type {import("./loop_watchdog.ts").LoopWatchWork} */
const { varFolder, runId, stalledMs, cells } = workerData;

const BEATS = 0;
const CLOSED = 1;
const IN_POLICY = 2;
const WAIT_MS = 50;
const SAY_MS = 250;
const ZEROS = "0".repeat(64);

const shared = new Int32Array(cells);
let seen = Atomics.load(shared, BEATS);
let waits = 0;
parentPort?.postMessage("watching");
while (Atomics.wait(shared, CLOSED, 0, WAIT_MS) === "timed-out") {
  const beats = Atomics.load(shared, BEATS);
  waits = beats === seen ? waits + 1 : 0;
  seen = beats;
  if (waits * WAIT_MS >= stalledMs) endProcess();
}

function endProcess() {
  try {
    const isPolicy = Atomics.load(shared, IN_POLICY) === 1;
    const code = isPolicy ? "POLICY_ERROR" : "LOOP_STALLED";
    const detail = `${isPolicy ? "the policy has not answered, " : ""}the event loop has not run for ` +
      `${
        waits * WAIT_MS
      } ms (${waits} waits of ${WAIT_MS} ms) after its beat ${seen}, the limit is ${stalledMs} ms`;
    const problem = latch(code, detail);
    say([
      `${code} (loop_watchdog): ${detail}; this process is killed`,
      ...(problem === null ? [] : [`The latch ${varFolder}/STOP.flag could not be written: ${problem}`]),
      `The command \`recover ${runId}\` ends the run, \`unlatch\` lets the next one start`,
    ]);
  } finally {
    process.kill(process.pid, "SIGKILL");
  }
}

/**
 * Gives what went wrong, or null. Words that are there already are not overwritten.
 * @param {string} code @param {string} detail
 */
function latch(code, detail) {
  const path = `${varFolder}/STOP.flag`;
  try {
    if (!existsSync(path)) replaceDurably(path, sealed(code, detail));
    return null;
  } catch (error) {
    return `${error instanceof Error ? error.message : error}${latchEmpty(path)}`;
  }
}

/** An empty latch needs no room, and holds as well. @param {string} path */
function latchEmpty(path) {
  try {
    closeSync(openSync(path, "a"));
    return "; it is empty";
  } catch {
    return "";
  }
}

/** The form of sealArtefact in src/core/journal_line.ts. @param {string} code @param {string} detail */
function sealed(code, detail) {
  const open = JSON.stringify({
    sha256: ZEROS,
    schema: "nore/stop_flag",
    v: 1,
    run_id: runId,
    ts: Date.now(),
    component: "loop_watchdog",
    reason_code: code,
    detail,
  });
  return open.replace(ZEROS, createHash("sha256").update(open).digest("hex"));
}

/** A temporary file of its own: the loop may hang in the middle of writing a latch. @param {string} path @param {string} text */
function replaceDurably(path, text) {
  const temporary = `${path}.loop_watchdog.tmp`;
  const file = openSync(temporary, "w");
  try {
    for (let rest = Buffer.from(text); rest.length > 0;) rest = rest.subarray(writeSync(file, rest));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  const folder = openSync(varFolder, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Not waited for longer than a moment: the loop may hang because nobody reads our output. (Deno lets this thread wait
 * for the reader all the same; by then the latch is set.)
 * @param {string[]} lines
 */
function say(lines) {
  write(2, lines.map((line) => line + "\n").join(""), () => {});
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SAY_MS);
}
