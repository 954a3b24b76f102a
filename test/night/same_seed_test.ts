import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseLine } from "../../src/core/journal_line.ts";
import { type MemoryFiles, memoryFiles } from "../support/memory_files.ts";
import { shortNight } from "../support/short_night.ts";
import type { SimNightOptions } from "../support/sim_night.ts";

/** Path below queues/ → text. */
async function queuesOf(options: Partial<SimNightOptions> = {}): Promise<ReadonlyMap<string, string>> {
  const files: MemoryFiles = memoryFiles();
  const { runFolder } = await shortNight({ ...options, files });
  const paths = [...files.contents.keys()].filter((path) => path.startsWith(`${runFolder}/queues/`)).sort();
  return new Map(paths.map((path) => [path.slice(runFolder.length), files.text(path)]));
}

/** Every line's JSON without its cmdline_hash, read from all lines that have one. */
function withoutHash(text: string): readonly unknown[] {
  return text.split("\n").slice(0, -1).map((line) => {
    const checked = parseLine(line);
    if (!checked.ok) throw new Error(checked.problem);
    const { cmdline_hash, ...rest } = JSON.parse(checked.json) as Record<string, unknown>;
    assert.ok(cmdline_hash === undefined || cmdline_hash === hashBefore || cmdline_hash === hashAfter);
    return rest;
  });
}
const hashBefore = "ab".repeat(32);
const hashAfter = "0f".repeat(32);

test("two nights with the same seed, start and run_id have the same queues, byte for byte", async () => {
  const first = await queuesOf();
  assert.equal([...await queuesOf()], [...first]);
  assert.equal([...await queuesOf({ varFolder: "/elsewhere" })], [...first]);
});

test("two nights with another seed differ", async () => {
  assert.not.equal([...await queuesOf({ seed: 15 })], [...await queuesOf()]);
});

test("another command line changes the cmdline_hash of each envelope, and nothing else", async () => {
  const first = await queuesOf({ cmdlineHash: hashBefore });
  const second = await queuesOf({ cmdlineHash: hashAfter });
  assert.equal([...second.keys()], [...first.keys()]);
  let inboxes = 0;
  for (const [path, text] of first) {
    if (!path.includes("/inbox.")) {
      assert.is(second.get(path), text, path);
      continue;
    }
    assert.equal(withoutHash(second.get(path)!), withoutHash(text), path);
    if (text !== "") assert.is.not(second.get(path), text, path);
    inboxes++;
  }
  assert.ok(inboxes >= 14);
});

test("a night that syncs has the same events as one in virtual time, which syncs at its end", async () => {
  const inboxesOf = async (isDurable: boolean) =>
    [...await queuesOf({ isDurable })].filter(([path]) => path.includes("/inbox."));
  const joined = (entries: readonly (readonly [string, string])[]) => {
    const byQueue = new Map<string, string>();
    for (const [path, text] of entries) {
      const queue = path.split("/")[2]!;
      byQueue.set(queue, (byQueue.get(queue) ?? "") + text);
    }
    return [...byQueue];
  };
  assert.equal(joined(await inboxesOf(true)), joined(await inboxesOf(false)));
});

test.run();
