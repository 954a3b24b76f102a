import { map, of } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { feedback } from "../../../src/streams/operators/feedback.ts";

/** What is due before a turn may have something to say first. */

const ANSWERS: Readonly<Record<string, readonly string[]>> = { b: ["y"], disk: ["stop"] };

test("feedback() makes what beginTurn gives the input before the one whose turn it was", () => {
  const log: string[] = [];
  const faults: Record<string, string> = { b: "disk" };
  const beginTurn = (input: string): string | null => {
    const fault = faults[input] ?? null;
    delete faults[input];
    log.push(`before ${input}`);
    return fault;
  };
  of("a", "b", "c").pipe(
    feedback<string, string>(
      (draft$) => draft$.pipe(map((draft) => ({ event: draft, drafts: ANSWERS[draft] ?? [] }))),
      { turnLengthMax: 10, waitingMax: 0, beginTurn, endTurn: () => null },
    ),
  ).subscribe((event) => log.push(event));
  assert.equal(log, ["before a", "a", "before b", "disk", "stop", "before b", "b", "y", "before c", "c"]);
});

test.run();
