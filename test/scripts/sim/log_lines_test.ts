import { test } from "uvu";
import * as assert from "uvu/assert";
import { certainLines, cursorProblem, linesByNumber } from "../../../scripts/sim/log_lines.ts";
import { eventIds } from "../../../src/core/event_id.ts";
import { formatLine, sealArtefact } from "../../../src/core/journal_line.ts";
import { type MemoryFiles, memoryFiles } from "../../support/memory_files.ts";

const RUN = "/var/runs/20261121_220000";
const { idOf } = eventIds("20261121_220000");
const bytesOf = (text: string) => new TextEncoder().encode(text);
const json = (n: number, cause?: string) =>
  JSON.stringify({ id: idOf(n), payload: cause === undefined ? {} : { cause } });

function disk(files: Readonly<Record<string, string>>): MemoryFiles {
  const made = memoryFiles();
  for (const [path, text] of Object.entries(files)) made.writeNew(`${RUN}/queues/${path}`, bytesOf(text));
  return made;
}

const log = disk({
  "market_ticks/inbox.000001.jsonl": formatLine(json(0)),
  "market_ticks/inbox.jsonl": formatLine(json(2)) + formatLine(json(5)) + formatLine(json(6)).slice(0, 99),
  "signals/inbox.jsonl": formatLine(json(1, "a")) + formatLine(json(3, "b")),
  "fills/inbox.jsonl": `${"\0".repeat(20)}\n`,
});

test("linesByNumber() has every whole line of all segments", () => {
  assert.equal([...linesByNumber(log, RUN).keys()].sort(), [0, 1, 2, 3, 5]);
});

test("certainLines() ends before the last turn of the part without a gap", () => {
  assert.equal(certainLines(log, RUN), [json(0), json(1, "a")]);
  assert.equal(certainLines(disk({}), RUN), []);
});

test("cursorProblem() finds a cursor that is ahead of what is durable", () => {
  const cursor = (line: number) =>
    sealArtefact({ schema: "nore/cursor", consumers: { a: { file: "inbox.jsonl", line: 0 }, b: { line } } });
  const inboxes = {
    "fills/inbox.000001.jsonl": "x\ny\n",
    "fills/inbox.jsonl": "z\n",
  };
  const live = (line: number) => disk({ ...inboxes, "fills/cursor.json": cursor(line) });
  assert.is(cursorProblem(live(3), live(3), RUN), null);
  assert.match(cursorProblem(live(4), live(4), RUN)!, /^fills: line 4, the inbox has 3$/);
  assert.match(cursorProblem(live(3), disk({}), RUN)!, /^fills: line 3, the inbox has 0$/);
  assert.is(cursorProblem(live(0), disk({}), RUN), null);
});

test.run();
