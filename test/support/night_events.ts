import * as assert from "uvu/assert";
import type { AnyDraft, Event } from "../../src/core/event.ts";
import { eventIds } from "../../src/core/event_id.ts";
import { QUEUES } from "../../src/core/queue_names.ts";
import type { Agenda } from "../../src/streams/sources/agenda.ts";
import type { MemoryFiles } from "./memory_files.ts";
import { linesOf } from "./open_journal.ts";
import type { SimNight } from "./sim_night.ts";
import { verifyInMemory } from "./verify_in_memory.ts";

/** Reading what a night has journaled, and saying something to one that runs. */

/** All events of a run that lie on the disk as whole lines, in n order. */
export function eventsOf(files: MemoryFiles, runFolder: string): readonly Event[] {
  const { numberOf } = eventIds(runFolder.slice(-15));
  return QUEUES.flatMap((queue) => linesOf(files, `${runFolder}/queues/${queue}`, "inbox"))
    .map((line) => line as unknown as Event)
    .sort((a, b) => numberOf(a.id) - numberOf(b.id));
}

/** A night on files in memory with all that it has journaled; the run must verify, whole unless said otherwise. */
export async function journaled(
  ending: Promise<SimNight>,
  expected: { readonly complete: boolean } = { complete: true },
): Promise<SimNight & { readonly files: MemoryFiles; readonly events: readonly Event[] }> {
  const night = await ending;
  const { findings, complete } = verifyInMemory(night);
  assert.equal(findings.problems, []);
  assert.is(complete, expected.complete);
  const files = night.files as MemoryFiles;
  return { ...night, files, events: eventsOf(files, night.runFolder) };
}

/** An operator's command. */
export function command(name: string, reason: string, ts: number = 0): AnyDraft {
  const payload = { command: name, reason };
  return { type: "operator_command", source: "operator", ts, cause: null, payload };
}

/** One draft at one time, then nothing. */
export function onceAt(ts: number, make: (ts: number) => AnyDraft): Agenda {
  let nextTs = ts;
  return {
    get nextTs() {
      return nextTs;
    },
    take(nowTs) {
      nextTs = Infinity;
      return [make(nowTs)];
    },
  };
}
