import { test } from "uvu";
import * as assert from "uvu/assert";
import { ARTEFACT_WRITERS } from "../../../src/commands/gates/atomic_artefacts.ts";
import { memoryFiles } from "../../support/memory_files.ts";

/** Path → text of what a version leaves. */
function written(
  writer: typeof ARTEFACT_WRITERS[number],
  versions: readonly number[],
): ReadonlyMap<string, string> {
  const files = memoryFiles();
  for (const version of versions) writer.write(files, "/run", version);
  return new Map([...files.contents.keys()].map((path) => [path, files.text(path)]));
}

test("ARTEFACT_WRITERS write all that a run replaces", () => {
  const names = ARTEFACT_WRITERS.flatMap((writer) => [...written(writer, [1]).keys()])
    .map((path) => path.slice("/run/".length).replace(/[0-9a-f]{64}/, "…"));
  assert.equal([...new Set(names)].filter((name) => !name.endsWith(".jsonl")).sort(), [
    "STOP.flag",
    "config.json",
    "contracts/schemas/timer.v1.schema.json",
    "current.json",
    "manifest.json",
    "metrics.json",
    "policy/….data.json",
    "policy/….wasm",
    "portfolio.json",
    "queues/timers/cursor.json",
    "report.html",
    "report.json",
  ]);
});

for (const writer of ARTEFACT_WRITERS) {
  test(`ARTEFACT_WRITERS: ${writer.name} differs by version, else nothing would be seen`, () => {
    const [first, second] = [written(writer, [1]), written(writer, [2])];
    const same = [...first].filter(([path, text]) => !path.endsWith(".jsonl") && second.get(path) === text);
    assert.equal(same, []);
    const after = written(writer, [1, 2]);
    for (const [path, text] of writer.isFirst ? first : second) {
      if (!path.endsWith(".jsonl")) assert.is(after.get(path), text);
    }
  });
}

test.run();
