import { test } from "uvu";
import * as assert from "uvu/assert";
import type { StopJournal } from "../../src/core/event.ts";
import { Ballast } from "../../src/sinks/ballast.ts";
import { DiskFaults } from "../../src/sinks/disk_faults.ts";
import { type MemoryFiles, memoryFiles, systemError } from "../support/memory_files.ts";

interface Opened {
  readonly disk: MemoryFiles;
  readonly faults: DiskFaults;
  /** What it gives as the next input: the code and the detail. */
  said(): readonly [code: string, detail: string] | null;
}

function opened(freeBytesMin = 0): Opened {
  const disk = memoryFiles();
  const ballast = new Ballast(disk, "/ballast");
  const faults = new DiskFaults({ files: disk, ballast, folder: "/run", freeBytesMin });
  return {
    disk,
    faults,
    said() {
      const draft = faults.take(7);
      if (draft === null) return null;
      const { component, reason_code, detail, origin } = draft.payload as StopJournal;
      assert.equal([draft.ts, draft.cause, component, origin], [7, null, "journal", "input"]);
      return [reason_code, detail];
    },
  };
}

/** Work that fails so often, and how often it was tried. */
function failing(code: string, times: number): { (): void; tries: number } {
  const work = () => {
    if (++work.tries <= times) throw systemError(code);
  };
  work.tries = 0;
  return work;
}

const CASES: readonly (readonly [
  code: string,
  times: number,
  kind: "must" | "may",
  tries: number,
  throws: boolean,
  said: string | null,
])[] = [
  ["EIO", 0, "must", 1, false, null],
  ["EIO", 1, "must", 1, true, null],
  ["EIO", 1, "may", 1, false, "SINK_IO"],
  ["ENOSPC", 1, "must", 2, false, "DISK_FULL"],
  ["ENOSPC", 1, "may", 2, false, "DISK_FULL"],
  ["ENOSPC", 2, "must", 2, true, "DISK_FULL"],
  ["ENOSPC", 2, "may", 2, false, "DISK_FULL"],
];

for (const [code, times, kind, tries, throws, said] of CASES) {
  const outcome = `${tries} tries, ${throws ? "it throws" : "it goes on"}, ${said ?? "nothing"} to say`;
  test(`${kind}() of what fails ${times} times with ${code}: ${outcome}`, () => {
    const open = opened();
    const work = failing(code, times);
    if (throws) assert.throws(() => open.faults[kind](work));
    else open.faults[kind](work);
    assert.is(work.tries, tries);
    assert.is(open.said()?.[0] ?? null, said);
    assert.is(open.disk.exists("/ballast"), code === "EIO");
  });
}

test("must() throws where the ballast cannot be given back", () => {
  const { disk, faults } = opened();
  disk.fault = () => {
    throw systemError("EIO");
  };
  assert.throws(() => faults.must(failing("ENOSPC", 1)), /EIO/);
});

test("take() says the first fault, and only one", () => {
  const { faults, said } = opened();
  faults.may(failing("EIO", 1));
  faults.may(failing("ENOSPC", 1));
  assert.is(said()?.[0], "SINK_IO");
  faults.may(failing("EIO", 1));
  assert.is(said(), null);
  faults.throwUnsaid();
});

test("throwUnsaid() throws a fault that nobody has taken", () => {
  const { faults } = opened();
  faults.throwUnsaid();
  faults.may(failing("EIO", 1));
  assert.throws(() => faults.throwUnsaid(), /EIO/);
});

for (const [free, min, code] of [[null, 5, null], [5, 5, null], [4, 5, "DISK_FULL"]] as const) {
  test(`checkFreeSpace() with ${free} bytes free of at least ${min}: ${code}`, () => {
    const { disk, faults, said } = opened(min);
    disk.freeBytesNow = free;
    faults.checkFreeSpace();
    assert.is(said()?.[0] ?? null, code);
    assert.is(disk.exists("/ballast"), code === null);
  });
}

test("checkFreeSpace() of a disk that does not say is a fault of its own", () => {
  const { disk, faults, said } = opened();
  disk.fault = () => {
    throw systemError("EIO");
  };
  faults.checkFreeSpace();
  assert.is(said()?.[0], "SINK_IO");
});

test.run();
