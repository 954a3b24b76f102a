import { test } from "uvu";
import * as assert from "uvu/assert";
import { disorderedNight } from "../support/disordered_nights.ts";
import { bytesIn, problemsOf, type RunBytes, verifyBytes } from "../support/run_bytes.ts";
import { hasPython, RunsOnDisk } from "../support/verify_py.ts";

/** Both verifiers say the same of what a disk leaves that wrote in an order of its own. */

export const STATES = 12;

if (hasPython()) {
  const { crashed, states } = await disorderedNight(7, 1);
  const holed = states.filter(({ isHoled, durable }) => isHoled && durable > 0);

  test("verify.py and verifyRun() agree on files with holes", async () => {
    assert.ok(holed.length > 3 * STATES);
    const disk = new RunsOnDisk();
    try {
      for (let i = 0; i < STATES; i++) {
        const { what, disk: diskThen } = holed[Math.floor((i + 0.5) * holed.length / STATES)]!;
        const { contents } = diskThen();
        const run: RunBytes = { night: crashed.night, older: new Map(), ...bytesIn(contents, crashed.night) };
        const ours = verifyBytes(run);
        const theirs = await disk.verify(run);
        const said = `${what}\n${problemsOf(ours).slice(0, 3).join("\n")}\n${
          JSON.stringify(theirs.problems)
        }`;
        assert.equal(
          [theirs.ok, theirs.complete, theirs.events, theirs.anchors, theirs.head],
          [ours.ok, ours.complete, ours.events, ours.anchors, ours.head],
          said,
        );
      }
    } finally {
      disk.remove();
    }
  });
} else test.skip("verify.py and verifyRun() agree on files with holes", () => {});

test.run();
