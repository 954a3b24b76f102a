import { defer, of } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openArtefact } from "../../src/core/journal_line.ts";
import { type MemoryFiles, memoryFiles, systemError } from "../support/memory_files.ts";
import { command } from "../support/night_events.ts";
import { linesOf } from "../support/open_journal.ts";
import { configWith } from "../support/repo_config.ts";
import { SHORT_NIGHT, shortNight } from "../support/short_night.ts";
import type { SimNight, SimNightOptions } from "../support/sim_night.ts";
import { verifyInMemory } from "../support/verify_in_memory.ts";

type Closed = SimNight & { readonly files: MemoryFiles };

/** A night that ends at once: stopped by its operator, or in order. */
async function closed(
  how: "stop" | "end",
  options: Partial<SimNightOptions> & { readonly prepare?: (files: MemoryFiles) => void } = {},
): Promise<Closed> {
  const files = memoryFiles();
  options.prepare?.(files);
  const night = await shortNight({
    ...options,
    files,
    operator$: defer(() => of(command(how, "enough"))),
  });
  files.fault = null;
  return { ...night, files };
}

const inRun = (name: string) => (path: string) => path.includes("/runs/") && path.endsWith(`/${name}`);

/** Every call on such a path fails, so often. */
function failOn(isMeant: (path: string) => boolean, times = Infinity): (files: MemoryFiles) => void {
  return (files) => {
    let left = times;
    files.fault = (_call, path) => {
      if (isMeant(path) && left-- > 0) throw systemError("EIO");
    };
  };
}

const copyOf = ({ files, runFolder }: Closed) => openArtefact(files.text(`${runFolder}/STOP.flag`));
const reportOf = ({ files, runFolder }: Closed) => openArtefact(files.text(`${runFolder}/report.json`));

test("closeRun() after a normal end leaves a report and no trace of a stop or of the ballast", async () => {
  const night = await closed("end");
  assert.equal([night.verdict, night.stop, night.problems], ["PASS", null, []]);
  for (const path of ["/var/STOP.flag", "/var/ballast", `${night.runFolder}/STOP.flag`]) {
    assert.is(night.files.exists(path), false, path);
  }
  assert.is(reportOf(night)["verdict"], "PASS");
  assert.is(reportOf(night)["head"], night.report["head"]);
});

test("closeRun() after a stop sets the latch first, then the final anchor, the copy that quotes it, the report", async () => {
  const night = await closed("stop");
  assert.equal([night.verdict, night.stop?.reason_code], ["STOPPED", "OPERATOR"]);
  const renamed = (name: string) => night.files.calls.lastIndexOf(`rename ${name}.tmp`);
  const order = [
    renamed("/var/STOP.flag"),
    night.files.calls.lastIndexOf(`write ${night.runFolder}/audit/anchors.jsonl`),
    renamed(`${night.runFolder}/STOP.flag`),
    renamed(`${night.runFolder}/report.json`),
  ];
  assert.equal(order, [...order].sort((a, b) => a - b));
  assert.ok(order[0]! > 0);
  const { sha256: _, latch, ...copy } = copyOf(night);
  assert.equal(copy, { schema: "nore/stop_flag", v: 1, ...night.stop });
  assert.is(latch, night.files.text("/var/STOP.flag"));
  assert.is(reportOf(night)["detail"], "enough");
});

test("closeRun() leaves the words of a latch that was set by hand, and quotes them", async () => {
  const night = await closed("stop", {
    prepare: (files) => void files.contents.set("/var/STOP.flag", new TextEncoder().encode("by hand")),
  });
  assert.is(night.files.text("/var/STOP.flag"), "by hand");
  assert.is(copyOf(night)["latch"], "by hand");
});

test("closeRun() says what it could not write, and writes all the rest", async () => {
  const night = await closed("stop", { prepare: failOn((path) => path.startsWith("/var/STOP.flag")) });
  assert.equal(night.problems.map((problem) => problem.replace(/EIO.*/, "EIO")), [
    "var/STOP.flag: EIO",
    "var/STOP.flag: EIO",
  ]);
  assert.equal([night.verdict, night.stop?.reason_code], ["STOPPED", "OPERATOR"]);
  assert.equal([copyOf(night)["latch"], reportOf(night)["verdict"]], [null, "STOPPED"]);
  assert.is(verifyInMemory(night).ok, true);
});

test("closeRun() tries a second time what failed once", async () => {
  const night = await closed("stop", { prepare: failOn(inRun("STOP.flag.tmp"), 1) });
  assert.equal(night.problems.map((problem) => problem.slice(0, "report: EIO".length)), ["report: EIO"]);
  assert.equal([copyOf(night)["reason_code"], reportOf(night)["verdict"]], ["OPERATOR", "STOPPED"]);
  assert.is(verifyInMemory(night).ok, true);
});

test("closeRun() latches with an empty flag where its words cannot be written", async () => {
  const night = await closed("stop", { prepare: failOn((path) => path === "/var/STOP.flag.tmp") });
  assert.is(night.files.text("/var/STOP.flag"), "");
  assert.is(night.problems.length, 2);
});

test("closeRun() latches with its words where they can be written at the second try", async () => {
  const night = await closed("stop", { prepare: failOn((path) => path === "/var/STOP.flag.tmp", 1) });
  assert.is(openArtefact(night.files.text("/var/STOP.flag"))["detail"], "enough");
  assert.is(night.problems.length, 1);
});

test("closeRun() makes a night whose report cannot be written one that its disk has stopped", async () => {
  for (const times of [1, Infinity]) {
    const night = await closed("end", { prepare: failOn(inRun("report.json.tmp"), times) });
    assert.equal([night.verdict, night.stop?.reason_code], ["STOPPED", "SINK_IO"]);
    assert.is(openArtefact(night.files.text("/var/STOP.flag"))["reason_code"], "SINK_IO");
    const [said] = linesOf(night.files, "/var/mirror", `${night.runFolder.slice(-15)}.stop`);
    assert.equal([said!["schema"], said!["reason_code"]], ["nore/stop_journal", "SINK_IO"]);
    assert.is(copyOf(night)["reason_code"], "SINK_IO");
    assert.is(night.problems.length, times === 1 ? 1 : 2);
    if (times === Infinity) continue;
    assert.equal([reportOf(night)["verdict"], verifyInMemory(night).ok], ["STOPPED", true]);
  }
});

test("closeRun() makes a night that fails at its final anchor one that its disk has stopped: cut short", async () => {
  for (const how of ["end", "stop"] as const) {
    const night = await closed(how, {
      prepare: (files) => {
        files.fault = (call, path) => {
          if (call === "write" && path.endsWith("audit/anchors.jsonl")) throw systemError("EIO");
        };
      },
    });
    assert.equal([night.verdict, night.stop?.reason_code], ["STOPPED", "SINK_IO"]);
    assert.equal([copyOf(night)["reason_code"], reportOf(night)["verdict"]], ["SINK_IO", "STOPPED"]);
    const { ok, complete } = verifyInMemory(night);
    assert.equal([ok, complete], [true, false]);
  }
});

test("closeRun() gives back the ballast, and says where it could not", async () => {
  const night = await closed("end", {
    prepare: (files) => {
      files.fault = (call, path) => {
        if (call === "remove" && path === "/var/ballast") throw systemError("EIO");
      };
    },
  });
  assert.equal([night.verdict, night.stop?.reason_code], ["STOPPED", "SINK_IO"]);
  assert.ok(night.problems.every((problem) => problem.startsWith("ballast: EIO")));
});

test("closeRun() writes no second mirror where the mirror is standard output", async () => {
  const printed: string[] = [];
  const night = await closed("end", {
    config: configWith([...SHORT_NIGHT, "audit.anchor_mirror=stdout"]),
    print: (line) => void printed.push(line),
    prepare: failOn(inRun("report.json.tmp"), 1),
  });
  assert.equal([night.verdict, night.files.exists("/var/mirror")], ["STOPPED", false]);
  assert.is(printed.join(""), night.files.text(`${night.runFolder}/audit/anchors.jsonl`));
});

test("closeRun() after a broken invariant reports FAILED, latches nothing, and gives back the ballast", async () => {
  const night = await closed("end", {
    onOpened: (run) => ({
      ...run,
      tallying: {
        ...run.tallying,
        step: () => {
          throw new Error("the tally is not mine");
        },
      },
    }),
  });
  assert.equal([night.verdict, reportOf(night)["verdict"]], ["FAILED", "FAILED"]);
  for (const path of ["/var/STOP.flag", "/var/ballast", `${night.runFolder}/STOP.flag`]) {
    assert.is(night.files.exists(path), false, path);
  }
});

test("closeRun() latches a stop that the log has said, though an invariant broke behind it", async () => {
  const night = await closed("stop", {
    onOpened: (run) => ({
      ...run,
      tallying: {
        ...run.tallying,
        step(tally, event) {
          if (event.type === "lifecycle" && event.payload.what === "ended") throw new Error("not at its end");
          return run.tallying.step(tally, event);
        },
      },
    }),
  });
  assert.equal([night.verdict, reportOf(night)["verdict"]], ["FAILED", "FAILED"]);
  assert.match(night.stop!.detail, "not at its end");
  const latch = openArtefact(night.files.text("/var/STOP.flag"));
  assert.equal([latch["reason_code"], latch["detail"]], ["OPERATOR", "enough"]);
});

test.run();
