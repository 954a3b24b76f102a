import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event, Proposal } from "../../src/core/event.ts";
import type { OpenRun } from "../../src/night/open_run.ts";
import { readBasis } from "../../src/night/run_basis.ts";
import type { RoleEntry } from "../../src/streams/operators/react.ts";
import { diskOf } from "../support/crashed_nights.ts";
import { eventsOf } from "../support/night_events.ts";
import { BUSY, nightToReplay } from "../support/night_to_replay.ts";
import { replayed } from "../support/replayed.ts";
import { CONFIG_SCHEMA, configWith } from "../support/repo_config.ts";
import { resealed } from "../support/run_bytes.ts";

/** What a replay says of a run that is good in itself, but was not decided as this program decides. */

const busy = await nightToReplay([]);
const events = eventsOf(busy.files, busy.runFolder);

/** The night's roles, what one of them says changed. */
function rolesWith(role: string, change: (said: Proposal, n: number) => readonly Proposal[]) {
  return (run: OpenRun): readonly RoleEntry[] =>
    run.roles.map((entry) => {
      if (entry.role !== role) return entry;
      const { machine } = entry;
      let n = 0;
      const step: typeof machine.step = (state, event) => {
        const [next, said] = machine.step(state, event);
        return [next, said.flatMap((one) => change(one, n++))];
      };
      return { ...entry, machine: { ...machine, step } };
    });
}

function paying(fee: string): (said: Proposal) => readonly Proposal[] {
  return (said) => [said.type === "fill" ? { type: "fill", payload: { ...said.payload, fee } } : said];
}

type Otherwise = readonly [
  what: string,
  role: string,
  change: (said: Proposal, n: number) => readonly Proposal[],
  kind: string,
  type: string,
  field: string,
];
const again = (said: Proposal): Proposal => ({ ...said, payload: { ...said.payload } }) as Proposal;
const OTHERWISE: readonly Otherwise[] = [
  ["paid another fee", "execution_role", paying("0.5"), "other", "fill", "payload.fee"],
  [
    "gave another reason",
    "strategy_role",
    (said) => said.type !== "signal" ? [said] : [{ ...said, payload: { ...said.payload, score: 0.125 } }],
    "other",
    "signal",
    "payload.score",
  ],
  ["said nothing", "strategy_role", () => [], "one more", "signal", ""],
  [
    "said it twice",
    "watchdog_role",
    (said, n) => n === 4 ? [said, again(said)] : [said],
    "one less",
    "health",
    "",
  ],
  [
    "said it later",
    "risk_role",
    (said) => said.type === "risk_action" ? [] : [said],
    "other",
    "order_intent",
    "type",
  ],
];

for (const [what, role, change, kind, type, field] of OTHERWISE) {
  test(`replayRun() names the first event of a night in which the ${role} ${what}`, async () => {
    const night = await nightToReplay([], {
      onOpened: (run) => ({ ...run, roles: rolesWith(role, change)(run) }),
    });
    assert.is(night.verdict, "PASS");
    const { difference, events: same } = await replayed(night);
    assert.ok(difference !== null && "n" in difference);
    assert.equal([difference.kind, difference.type, difference.field], [kind, type, field]);
    assert.ok(difference.n >= same, "it stands in the turn that is not gone through");
    const log = eventsOf(night.files, night.runFolder);
    const first = events.findIndex((event, n) => JSON.stringify(event) !== JSON.stringify(log[n]));
    assert.is(difference.n, first, "it is the first one");
  });
}

test("replayRun() shows both values of the field", async () => {
  const onOpened = (run: OpenRun) => ({ ...run, roles: rolesWith("execution_role", paying("0.5"))(run) });
  const { difference } = await replayed(await nightToReplay([], { onOpened }));
  const fill = events.find(({ type }) => type === "fill") as Event<"fill">;
  assert.equal([difference?.recorded, difference?.replayed], ["0.5", fill.payload.fee]);
});

const VIEWS:
  readonly (readonly [file: string, field: string, change: (fields: Record<string, unknown>) => void])[] = [
    ["portfolio.json", "cash", (fields) => fields["cash"] = "1"],
    ["portfolio.json", "n", (fields) => fields["n"] = 1],
    [
      "report.json",
      "virtual_pnl.fees",
      (fields) => (fields["virtual_pnl"] as Record<string, string>)["fees"] = "0",
    ],
    ["report.json", "counts.fill", (fields) => (fields["counts"] as Record<string, number>)["fill"] = 0],
    ["report.json", "win_rate", (fields) => delete fields["win_rate"]],
  ];

for (const [file, field, change] of VIEWS) {
  test(`replayRun() finds that ${file} says another ${field}`, async () => {
    const files = diskOf(busy.files.contents);
    const path = `${busy.runFolder}/${file}`;
    files.contents.set(path, resealed(files.read(path), change));
    const { difference, events: same } = await replayed({ ...busy, files });
    assert.ok(difference !== null && "file" in difference);
    assert.equal([difference.file, difference.field, same], [file, field, events.length]);
  });
}

test("replayRun() decides by the run's own configuration", async () => {
  const config = configWith([...BUSY, "execution.fees.taker=0.002"]);
  const basis = { ...readBasis(busy.files, busy.runFolder, CONFIG_SCHEMA), config };
  const { difference } = await replayed({ ...busy, basis });
  assert.ok(difference !== null && "n" in difference);
  assert.is(difference.field, "payload.fee");
});

test.run();
