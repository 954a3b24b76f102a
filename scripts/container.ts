/**
 * Builds the image, runs nights in it with the flags of compose.yaml, and with each of them dropped:
 * `scripts/container.ts`. Without an engine it checks nothing, and says so.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { codeVersion } from "../src/edge/code_version.ts";
import { type CheckedImage, checkedImage } from "./container/checked_image.ts";
import { findEngine, type Ran } from "./container/docker_engine.ts";
import { droppedFlags } from "./container/dropped_flags.ts";
import { readService } from "./container/run_flags.ts";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const service = readService(readFileSync(`${root}/compose.yaml`, "utf8"), "nore");
const { flags } = service;
const STOP_MS_MAX = 10_000;

let passed = 0;
let failed = 0;

function check(name: string, problem: string | null): boolean {
  if (problem === null) passed++;
  else failed++;
  process.stdout.write(`${problem === null ? "ok  " : "FAIL"} ${name}\n`);
  if (problem !== null) process.stdout.write(`${problem.trimEnd().replace(/^/gm, "       ")}\n`);
  return problem === null;
}

function checkRan(name: string, { code, output }: Ran, expected: number, says: RegExp = /^/): boolean {
  const isRight = code === expected && says.test(output);
  const wanted = `ended with ${code ?? "nothing in time"}, expected ${expected} and ${says}`;
  return check(name, isRight ? null : `${wanted}:\n${output}`);
}

function checkVerified(name: string, image: CheckedImage): void {
  checkRan(name, image.call(["verify", "latest", "--require-complete"]), 0, /^VERIFIED /m);
}

function checkRefusals(image: CheckedImage): void {
  for (const { name, facts, flags: others } of droppedFlags(flags)) {
    const { code, output } = image.night(["--duration", "10s"], others);
    const list = /^CONTAINER_UNHARDENED .* not proven: (.*)$/m.exec(output)?.[1] ?? "";
    const named = list.split("; ").map((text) => text.split(" (")[0]).join();
    const isRight = code === 3 && named === facts.join();
    check(`${name}: refused for ${facts}`, isRight ? null : `ended with ${code}, named ${named}:\n${output}`);
  }
  checkVerified("what was refused is verified", image);
}

function checkConfinement(image: CheckedImage): void {
  const writable =
    "find / \\( -path /proc -o -path /sys \\) -prune -o -writable ! -type l ! -type c -print -prune";
  checkRan(
    "nothing can be written but two volumes and memory",
    image.shell(`${writable} 2>&- | sort | xargs`),
    0,
    /^\/app\/var \/dev\/mqueue \/dev\/shm \/mirror \/tmp$/m,
  );
  checkRan(
    "the program cannot be changed",
    image.shell("echo >> src/main.ts"),
    2,
    /cannot create src\/main\.ts/,
  );
  const copied = image.shell("cp /bin/true /tmp && /tmp/true");
  checkRan("a program in /tmp cannot be run", copied, 126, /Permission denied/);
}

function checkWholeNight(image: CheckedImage): void {
  const settings = service.command.filter((word) => word !== "--mode" && word !== "nore");
  const examined = image.call(["doctor", "--offline", ...settings]);
  checkRan("doctor finds nothing to mend", examined, 0, /^PASS loop_watchdog [^]* 0 to mend$/m);
  const night = image.night(["--duration", "10s"]);
  checkRan("with all flags a night ends in order", night, 0, /^PASS · prices: invented$/m);
  checkRan(
    "it says that nothing here shuts an AI in",
    night,
    0,
    /^ {2}adviser {2}OFF: nothing here denies it/m,
  );
  const off = `grep -c '"role":"ai_role","state":"DOWN".*"off":true' var/runs/*/queues/health/inbox.jsonl`;
  checkRan("its journal says so, too", image.shell(off), 0, /(?:^|:)1$/m);
  checkRan("the AI's program is there", image.shell("ls policies/build"), 0, /^ai_worker\.mjs$/m);
  checkVerified("it is verified", image);
  const source = `"source_sha256":"${codeVersion(root).source_sha256}"`;
  const manifests = image.shell("cat var/runs/*/manifest.json");
  checkRan("its manifest names the source that the image was built from", manifests, 0, new RegExp(source));
}

/** Sends SIGTERM to the night that was begun, and says how it ended. */
function checkStopped(name: string, image: CheckedImage, expected: number, says?: RegExp): void {
  const from = performance.now();
  image.signal("stop");
  const tookMs = Math.round(performance.now() - from);
  checkRan(name, image.ended(), expected, says);
  check("in less than ten seconds", tookMs < STOP_MS_MAX ? null : `it took ${tookMs} ms`);
}

async function checkSignals(image: CheckedImage): Promise<void> {
  checkRan("a night is told to end before it has begun", image.begin([]), 0);
  check("it listens", await image.listens());
  checkStopped("SIGTERM ends it at once", image, 143);
  checkRan("a night of hours begins", image.begin([]), 0);
  check("it becomes healthy", await image.becomesHealthy());
  checkStopped("SIGTERM ends it in order", image, 0, /^PASS/m);
  checkVerified("it is verified", image);
}

async function checkCrash(image: CheckedImage): Promise<void> {
  checkRan("a night to be killed begins", image.begin(["--duration", "25s"]), 0);
  check("it becomes healthy", await image.becomesHealthy());
  image.signal("kill");
  checkRan("SIGKILL cuts it short", image.ended(), 137);
  const resume = ["--mode", "nore", "--resume", "latest"];
  const refused = image.call(resume, { ...flags, pids_limit: [] });
  checkRan("it does not go on without pids_limit", refused, 3, /CONTAINER_UNHARDENED: .* process_limit /);
  checkRan("with all flags it goes on to its end", image.call(resume), 0, /^PASS/m);
  checkVerified("it is verified", image);
}

/** Process 1 cannot be killed from inside: the night must be another. Leaves the latch. */
function checkStall(image: CheckedImage): void {
  const hang = "--env=NODE_OPTIONS=--import=data:text/javascript,setTimeout(()=>{for(;;);},10000)";
  const limits = ["watchdog.loop_lag_ms_max=3000", "watchdog.loop_stalled_ms=4000"];
  const words = limits.flatMap((limit) => ["--set", limit]);
  const stalled = image.night(words, { ...flags, environment: [hang] });
  checkRan("a night whose event loop hangs is killed from inside", stalled, 137, /^LOOP_STALLED/m);
  checkRan("it leaves the latch", image.call(["status"]), 0, /^STOP\.flag is set: LOOP_STALLED/m);
}

async function checkImage(image: CheckedImage): Promise<void> {
  if (!checkRan("the image is built", image.build(root), 0)) return;
  process.stdout.write(`     ${Math.round(image.sizeBytes() / 1e6)} MB, its base included\n`);
  checkRefusals(image);
  checkConfinement(image);
  checkWholeNight(image);
  await checkSignals(image);
  await checkCrash(image);
  checkStall(image);
}

const engine = findEngine();
if (engine === null) process.stdout.write("skipped: no container engine answers docker info\n");
else {
  const image = checkedImage(engine, service);
  try {
    await checkImage(image);
  } finally {
    image.clean();
    engine.stop();
  }
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
