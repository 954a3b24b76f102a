import { test } from "uvu";
import * as assert from "uvu/assert";
import { problemOf, rewriteForever } from "../../../src/commands/gates/rewrite_forever.ts";
import { memoryFiles } from "../../support/memory_files.ts";

const PATH = "/gate/cursor.json";

test("rewriteForever() leaves another whole artefact after each round", () => {
  const files = memoryFiles();
  const lengths = new Set<number>();
  rewriteForever(files, PATH, {
    rounds: 5,
    onWritten() {
      assert.is(problemOf(files, PATH), null);
      lengths.add(files.size(PATH));
    },
  });
  assert.is(lengths.size, 5);
});

test("problemOf() names a file that is cut short or missing", () => {
  const files = memoryFiles();
  assert.match(problemOf(files, PATH)!, /^\/gate\/cursor\.json: ENOENT/);
  rewriteForever(files, PATH, { rounds: 1, onWritten: () => {} });
  files.contents.set(PATH, files.read(PATH).subarray(0, 200));
  assert.match(problemOf(files, PATH)!, /^\/gate\/cursor\.json: sha256 is /);
});

test.run();
