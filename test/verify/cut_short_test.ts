import { test } from "uvu";
import * as assert from "uvu/assert";
import { randomStream } from "../../src/core/random.ts";
import { memoryFiles } from "../support/memory_files.ts";
import { configWith } from "../support/repo_config.ts";
import {
  bytesIn,
  bytesOf,
  copyOf,
  linesOf,
  problemsOf,
  type RunBytes,
  verifyBytes,
  withArtefact,
  withFile,
  withLine,
} from "../support/run_bytes.ts";
import { SIM_START_TS, simNight } from "../support/sim_night.ts";

/** A run that was killed is good as far as it goes; what lies below its last anchor must be whole. */

/** A night's disk as a kill would leave it: at some of its calls, and in the middle of some of its writes. */
async function killedRuns(flags: readonly string[]): Promise<readonly RunBytes[]> {
  const disk = memoryFiles();
  const random = randomStream(1, "kills");
  const moments: Map<string, Uint8Array>[] = [];
  let isBegun = false;
  let written = { path: "", before: 0 };
  disk.fault = (call, path) => {
    const size = disk.contents.get(written.path)?.length ?? 0;
    isBegun ||= call === "write" && path.endsWith("/lifecycle/inbox.jsonl");
    if (isBegun && random.below(5) === 0) {
      const moment = new Map(disk.contents);
      if (size > written.before && !written.path.endsWith(".tmp")) {
        const torn = written.before + random.below(size - written.before);
        moment.set(written.path, disk.contents.get(written.path)!.slice(0, torn));
      }
      moments.push(moment);
    }
    written = call === "write" ? { path, before: disk.contents.get(path)!.length } : { path: "", before: 0 };
  };
  const config = configWith(["duration_ms=10000", "strategy.list.1.parameters.cooldown_ms=1000", ...flags]);
  const raw = new TextEncoder().encode("no tick");
  const night = await simNight({
    config,
    files: disk,
    onOpened(run) {
      const queue = "market_ticks";
      run.journal.deadletter({ ts: SIM_START_TS, queue, reason_code: "TICK_UNUSABLE", detail: "", raw });
      return run;
    },
  });
  return moments.map((contents) => ({ night, older: new Map(), ...bytesIn(contents, night) }));
}

const kills = await killedRuns([]);
const rotatedKills = await killedRuns(["logging.rotate_bytes=4096"]);
/** How many events stand behind the last anchor. */
function unsignedIn(run: RunBytes): number {
  const note = /the last (\d+) events stand behind/.exec(verifyBytes(run).findings.notes.join("\n"));
  return Number(note?.[1] ?? 0);
}
const late = kills.slice(kills.length / 2);
/** Killed late in the night, with the most behind its last anchor. */
const killed = late.reduce((a, b) => (unsignedIn(b) > unsignedIn(a) ? b : a));

test("verifyRun() finds nothing wrong in what a kill leaves at any moment", () => {
  let cut = 0;
  for (const [i, run] of [...kills, ...rotatedKills].entries()) {
    const result = verifyBytes(run);
    const views = ["is missing", "gives"];
    // Between the final anchor and the report the views are still to be written.
    const problems = problemsOf(result).filter((problem) =>
      !result.complete || !views.some((word) => problem.includes(word))
    );
    assert.equal(problems, [], `moment ${i}`);
    if (!result.complete) cut++;
  }
  assert.ok(cut > 40, `${cut} moments before the final anchor`);
});

test("verifyRun() says of a run cut short what no anchor covers and what the kill left", () => {
  const { ok, complete, findings, events, anchors } = verifyBytes(killed);
  assert.equal([ok, complete], [true, false]);
  assert.ok(events > 100 && anchors > 5);
  assert.match(findings.notes.join("\n"), /^the last \d+ events stand behind the last anchor/m);

  const inbox = "queues/market_ticks/inbox.jsonl";
  const lines = linesOf(killed.files.get(inbox)!);
  const gap = [...lines.slice(0, -2), lines.at(-1)!];
  const torn = new Uint8Array([...bytesOf(gap), ...new TextEncoder().encode("sha256:00")]);
  const left = verifyBytes(withFile(killed, inbox, torn));
  assert.is(left.ok, true);
  assert.match(
    left.findings.notes.join("\n"),
    new RegExp(`^${inbox} ends in the middle of line ${gap.length + 1}$`, "m"),
  );
  assert.match(left.findings.notes.join("\n"), /^\d+ lines behind event \d+ are what a crash left$/m);
});

const ANCHORS = "audit/anchors.jsonl";
const at = (path: string, edit: (lines: string[]) => void): RunBytes => {
  const lines = linesOf(killed.files.get(path)!);
  edit(lines);
  return withFile(killed, path, bytesOf(lines));
};

const DAMAGE: readonly (readonly [what: string, run: () => RunBytes])[] = [
  ["an early line dropped", () => at("queues/market_ticks/inbox.jsonl", (lines) => void lines.splice(5, 1))],
  [
    "an early line doubled",
    () => at("queues/market_ticks/inbox.jsonl", (lines) => lines.splice(5, 0, lines[5]!)),
  ],
  ["an early event forged", () =>
    withLine(killed, "queues/market_ticks/inbox.jsonl", 5, (event) => {
      (event["payload"] as { event_ts: number }).event_ts--;
    })],
  [
    "the inbox cut in half",
    () => at("queues/market_ticks/inbox.jsonl", (lines) => void lines.splice(lines.length / 2)),
  ],
  ["the inbox gone", () => withFile(killed, "queues/market_ticks/inbox.jsonl", null)],
  [
    "acks cut in half",
    () => at("queues/market_ticks/acks.jsonl", (lines) => void lines.splice(lines.length / 2)),
  ],
  [
    "the last acks beyond the inbox",
    () => at("queues/market_ticks/acks.jsonl", (lines) => void lines.push(...lines.slice(-3))),
  ],
  ["deadletters gone", () => at("queues/market_ticks/deadletter.jsonl", (lines) => void lines.splice(0))],
  ["a cursor ahead of the acks", () =>
    withArtefact(killed, "queues/market_ticks/cursor.json", (cursor) => {
      const consumers = cursor["consumers"] as Record<string, { line: number }>;
      consumers["risk_role"]!.line += 200;
    })],
  [
    "a cursor of another queue",
    () =>
      withArtefact(killed, "queues/market_ticks/cursor.json", (cursor) => void (cursor["queue"] = "signals")),
  ],
  ["an anchor dropped", () => at(ANCHORS, (lines) => void lines.splice(3, 1))],
  ["the last anchors cut off", () => at(ANCHORS, (lines) => void lines.splice(-2))],
  ["the mirror torn where no anchor goes on", () => {
    const copy = copyOf(killed);
    copy.mirror = new Uint8Array([...killed.mirror!, ...new TextEncoder().encode("sha256:00")]);
    return copy;
  }],
  ["metrics.json damaged", () => withFile(killed, "metrics.json", new TextEncoder().encode("{}"))],
  ["a report without a final anchor", () => {
    const finished = kills.findLast((run) => run.files.has("report.json"))!;
    return withFile(killed, "report.json", finished.files.get("report.json")!);
  }],
];

for (const [what, run] of DAMAGE) {
  test(`verifyRun() finds damage in a run cut short: ${what}`, () => {
    assert.is(verifyBytes(run()).ok, false);
  });
}

test("verifyRun() names the line where an anchored event is missing, and reads on behind it", () => {
  const path = "queues/market_ticks/inbox.jsonl";
  const problems = problemsOf(verifyBytes(at(path, (lines) => void lines.splice(5, 1))));
  assert.match(problems[0]!, /^queues\/\w+\/inbox\.jsonl:\d+: event (\d+) is missing before event \d+$/);
  assert.is(problems.filter((problem) => problem.includes("is missing before")).length, 1);
  assert.not.match(problems.join("\n"), /the log ends at/);
});

test("verifyRun() does not mistake a night that still runs for damage when its files grow while they are read", () => {
  const earlier = kills[Math.floor(kills.length / 2)]!;
  const grown = copyOf(killed);
  // Read first, so as they were when reading began.
  for (const path of killed.files.keys()) {
    if (/anchors|cursor/.test(path)) grown.files.set(path, earlier.files.get(path)!);
  }
  grown.mirror = earlier.mirror;
  assert.equal(problemsOf(verifyBytes(grown)), []);
});

test.run();
