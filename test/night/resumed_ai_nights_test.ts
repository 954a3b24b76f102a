import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AiRow } from "../../src/core/ai_mail.ts";
import type { Event } from "../../src/core/event.ts";
import type { PolicyGate } from "../../src/core/ports.ts";
import type { OpenRun } from "../../src/night/open_run.ts";
import { aiFilePath } from "../../src/sinks/run_folder.ts";
import { advisingNight, roleOver } from "../support/advising_night.ts";
import { type Crash, type CrashedNight, recordCrashes } from "../support/crashed_nights.ts";
import { memoryFiles } from "../support/memory_files.ts";
import { eventsOf } from "../support/night_events.ts";
import { replaysWhole } from "../support/replayed.ts";
import { resumeOn } from "../support/resumed_nights.ts";
import { verifyInMemory } from "../support/verify_in_memory.ts";

/** A night with AI whose process was killed goes on, and learns on from what its packs have told. */

/** A crash before each of so many calls to the disk. */
const CALLS_EVERY = 3401;

async function crashed(): Promise<CrashedNight> {
  const files = memoryFiles();
  let calls = 0;
  const crashes: readonly Crash[] = recordCrashes(files, () => ++calls % CALLS_EVERY === 0);
  let gate: PolicyGate | null = null;
  const night = await advisingNight([], {}, {
    seed: 14,
    files,
    onOpened(run: OpenRun) {
      gate = run.gate;
      return run;
    },
  });
  files.fault = null;
  const { config } = night;
  const events = eventsOf(files, night.runFolder);
  return { night: { ...night, files }, events, turnEnds: [], config, gate: gate!, crashes };
}

const from = await crashed();

let wereTaken = false;

/** What strategies, risk and execution have decided, but for ids and causes. */
function decided(events: readonly Event[]): readonly string[] {
  const theirs = ["signal", "risk_action", "order_intent", "order_result", "fill"];
  return events.filter(({ type }) => theirs.includes(type)).map(({ type, ts, payload }) =>
    JSON.stringify({ type, ts, payload: { ...payload, cause: undefined } })
  );
}

for (const [i, crash] of from.crashes.entries()) {
  test(`a night with AI goes on (${i + 1}: ${crash.kind} before ${crash.before.slice(-30)})`, async () => {
    const files = crash.disk();
    const { config, night: { runFolder } } = from;
    let taken: readonly AiRow[] = [];
    const closed = await resumeOn(from, files, {
      adviser(run, past, clock) {
        const rows = taken = past.packs.flatMap(({ content_sha256 }) =>
          JSON.parse(files.text(`${runFolder}/${aiFilePath("pack", content_sha256)}`)) as readonly AiRow[]
        );
        assert.is(rows.length, past.packs.reduce((sum, pack) => sum + pack.rows, 0));
        const pace = { clock, setTs: (ts: number) => clock.set(ts), speed: 1 };
        return roleOver({ config, files, startTs: clock.now(), rows }, run, pace);
      },
    });
    if ("kind" in closed) throw new Error(closed.why);
    assert.equal([closed.verdict, closed.problems], ["PASS", []]);
    const events = eventsOf(files, runFolder);
    assert.equal(decided(events), decided(from.events));
    const place = { ...from.night, files };
    const { findings, complete } = verifyInMemory(place); // what was trained is checked against all packs
    assert.equal([findings.problems, complete], [[], true]);
    await replaysWhole(place);
    const snapshots = events.flatMap(({ type, payload }) =>
      type === "health" && payload.snapshot !== undefined ? [payload.snapshot.what] : []
    );
    assert.ok(!snapshots.includes("refused"), String(snapshots));
    assert.ok(snapshots.includes("trained"));
    wereTaken ||= taken.length > 0;
  });
}

test("nights went on from rows of their packs", () => assert.ok(wereTaken));

test.run();
