import { test } from "uvu";
import * as assert from "uvu/assert";
import { logEnd, openOrSay } from "../../src/commands/night_to_end.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { systemError } from "../support/memory_files.ts";

test("logEnd() writes what went wrong and the verdict; a log that cannot be written is said", () => {
  const problems = ["report: EIO"];
  const stop = { run_id: "", ts: 0, component: "journal", reason_code: "SINK_IO", detail: "EIO" };
  const lines: string[] = [];
  const terminal = fakeTerminal();
  const log = {
    write: (_: number, level: string, message: string) => void lines.push(`${level} ${message}`),
    close: () => void lines.push("closed"),
  };
  logEnd(terminal, log, { verdict: "STOPPED", stop, report: {}, problems });
  assert.equal(lines, ["error report: EIO", "info STOPPED SINK_IO", "closed"]);

  const full = {
    ...log,
    write() {
      throw new Error("ENOSPC");
    },
  };
  logEnd(terminal, full, { verdict: "PASS", stop: null, report: {}, problems: [] });
  assert.equal(terminal.said, ["log.jsonl could not be written: ENOSPC"]);
});

test("openOrSay() says what the system does not allow, and lets nothing else pass for it", async () => {
  const terminal = fakeTerminal();
  assert.is(await openOrSay(terminal, "20261121_220000", () => "open"), "open");
  const full = () => {
    throw systemError("ENOSPC");
  };
  assert.is(await openOrSay(terminal, "20261121_220000", full), null);
  assert.match(terminal.said.join(), /^Run 20261121_220000 could not be opened: ENOSPC/);
  const broken = () => {
    throw new Error("a defect of ours");
  };
  const error = await openOrSay(terminal, "20261121_220000", broken).catch((error: unknown) => error);
  assert.is((error as Error).message, "a defect of ours");
});

test.run();
