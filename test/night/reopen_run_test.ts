import { test } from "uvu";
import * as assert from "uvu/assert";
import { cutTails, openArtefacts, openJournal, openMirror, rebuild } from "../../src/night/reopen_run.ts";
import { Ballast } from "../../src/sinks/ballast.ts";
import { assess, type Crash, crashedNight } from "../support/crashed_nights.ts";
import { eventsOf } from "../support/night_events.ts";
import { optionsOn } from "../support/resumed_nights.ts";

/** A run that is taken up again, step by step. */

const crashed = await crashedNight();
const { runFolder } = crashed.night;
const isUnended = ({ disk }: Crash) => assess(crashed, disk()).need === "end";
/** Acks of an anchor, and then no anchor. */
const torn = crashed.crashes.findLast((crash) =>
  crash.kind === "killed" && crash.before === `syncDirectory ${runFolder}/queues/lifecycle` &&
  isUnended(crash) && eventsOf(crash.disk(), runFolder).length <= crashed.turnEnds.at(-2)!
)!;

test("rebuild() writes nothing, and gives what was known behind the last event", async () => {
  const disk = torn.disk();
  const { rebuilt: { position, tally, past, stop } } = await rebuild(optionsOn(crashed, disk));
  assert.equal(disk.calls, []);
  const events = eventsOf(disk, runFolder);
  assert.equal([position.nextN, position.ts], [events.length, events.at(-1)!.ts]);
  assert.equal([past.phase, past.tornSaid, stop], ["RUNNING", null, null]);
  assert.is(tally.counts.market_tick, events.filter(({ type }) => type === "market_tick").length);
});

test("cutTails() says what was ever cut off, until the log says the same", async () => {
  const disk = torn.disk();
  const options = optionsOn(crashed, disk);
  const { rebuilt } = await rebuild(options);
  const said = cutTails(options, rebuilt)!;
  assert.match(said, /^lines put aside: \d+ of queues\/[a-z_/]+\.jsonl/);
  assert.is(cutTails(options, rebuilt), said, "a crash may have come before it was said");
  rebuilt.past.tornSaid = said;
  assert.is(cutTails(options, rebuilt), null);
  rebuilt.past.tornSaid = "lines put aside: 1 of log.jsonl";
  assert.is(cutTails(options, rebuilt), said, "more was cut off since");
});

test("cutTails() has nothing to say where nothing is torn", async () => {
  const whole = crashed.crashes.findLast((crash) =>
    crash.kind === "killed" && /^write .*\/inbox/.test(crash.before) && isUnended(crash) &&
    crashed.turnEnds.includes(eventsOf(crash.disk(), runFolder).length) &&
    assess(crashed, crash.disk()).verification.events === eventsOf(crash.disk(), runFolder).length
  )!;
  const options = optionsOn(crashed, whole.disk());
  assert.is(cutTails(options, (await rebuild(options)).rebuilt), null);
});

test("openJournal() goes on with the next number, behind the same anchors, for the same readers", async () => {
  const disk = torn.disk();
  const options = optionsOn(crashed, disk);
  const { rebuilt } = await rebuild(options);
  cutTails(options, rebuilt);
  const { position } = rebuilt;
  const ballast = new Ballast(disk, "/var/ballast");
  const journal = openJournal(options, { position, ballast, diskFreeBytesMin: 0, isDurable: true });
  assert.equal([journal.lastN, journal.ts, journal.head], [
    position.nextN - 1,
    position.ts,
    position.anchors.head,
  ]);
  for (const queue of position.queues.keys()) {
    assert.ok(disk.calls.includes(`syncDirectory ${runFolder}/queues/${queue}`), queue);
  }
});

test("openArtefacts() and openMirror() go on behind what is there", () => {
  const disk = torn.disk();
  const options = optionsOn(crashed, disk);
  const before = disk.text(`${runFolder}/audit/anchors.jsonl`);
  openMirror(options).close();
  assert.is(disk.text(`/var/mirror/${runFolder.slice(-15)}.anchors.jsonl`), before);
  const everyMs = crashed.config.logging;
  assert.not.ok(
    openArtefacts(options, true).isDue(options.manifest.started_ts + everyMs.metrics_every_ms - 1),
  );
  assert.ok(openArtefacts(options, true).isDue(options.manifest.started_ts + everyMs.metrics_every_ms));
});

test.run();
