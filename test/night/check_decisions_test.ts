import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event } from "../../src/core/event.ts";
import type { PolicyGate } from "../../src/core/ports.ts";
import { checkDecisions, type DecisionCheck } from "../../src/night/check_decisions.ts";
import { denialDraft, judgeAct } from "../../src/policy/acts.ts";
import { openRunGate, readBasis } from "../../src/night/run_basis.ts";
import { command, eventsOf, onceAt } from "../support/night_events.ts";
import { nightToReplay } from "../support/night_to_replay.ts";
import { CONFIG_SCHEMA } from "../support/repo_config.ts";
import { repoPolicy, tickDraft } from "../support/repo_policy.ts";
import { SIM_START_TS } from "../support/sim_night.ts";

/** A night that trades, and one tick of another venue that its policy has denied. */

const foreign = onceAt(SIM_START_TS + 500, (ts) => ({
  ...command("", "", ts),
  type: "market_tick",
  source: "market_role",
  payload: { ...tickDraft.payload as object, venue: "elsewhere", event_ts: ts },
} as never));
const night = await nightToReplay(["duration_ms=3000"], { agenda: foreign });
const trading = await nightToReplay([]);
const agreed = { allowed: 0, denied: 0, differing: 0, disagreements: [] };

async function checked(
  { files, runFolder }: Pick<typeof night, "files" | "runFolder">,
  changing: (gate: PolicyGate) => PolicyGate = (gate) => gate,
): Promise<DecisionCheck> {
  const basis = readBasis(files, runFolder, CONFIG_SCHEMA);
  const gate = changing(await openRunGate(files, runFolder, basis));
  return checkDecisions({ files, runFolder, basis, gate, onProgress: () => {} });
}

test("checkDecisions() asks the run's own policy about every gated event, and agrees", async () => {
  const gated = ["market_tick", "signal", "order_intent", "order_cancel"];
  const { length: allowed } = eventsOf(trading.files, trading.runFolder).filter(({ type }) =>
    gated.includes(type)
  );
  assert.ok(allowed > 400);
  assert.equal(await checked(trading), { ...agreed, allowed });
});

test("checkDecisions() asks about every denial, and agrees", async () => {
  const denials = eventsOf(night.files, night.runFolder).filter(({ type }) => type === "policy_denial");
  assert.is(denials.length, 1);
  assert.equal(await checked(night), { ...agreed, denied: 1 });
});

test("checkDecisions() agrees where nobody says what the rules read, too", async () => {
  const { files, runFolder } = night;
  const basis = readBasis(files, runFolder, CONFIG_SCHEMA);
  const wasm = files.read(`${runFolder}/policy/${basis.manifest.policy_sha256}.wasm`);
  const gate = await openRunGate(files, runFolder, basis, { wasm });
  const check = checkDecisions({ files, runFolder, basis, gate, onProgress: () => {} });
  assert.equal(check, { ...agreed, denied: 1 });
});

test("checkDecisions() counts all that differ, and keeps the first of them", async () => {
  const deny = { decide: () => ({ allow: false, codes: ["NO"], input: {} }) } as const;
  const { allowed, differing, disagreements } = await checked(trading, (gate) => ({ ...gate, ...deny }));
  assert.equal([differing, disagreements.length], [allowed, 100]);
});

test("checkDecisions() names what another policy would have decided", async () => {
  const strict = await checked(trading, (gate) => ({
    ...gate,
    decide: (entrypoint, draft) =>
      draft.type === "order_intent"
        ? { allow: false, codes: ["NO"], input: {} }
        : gate.decide(entrypoint, draft),
  }));
  const orders = eventsOf(trading.files, trading.runFolder).flatMap(({ type }, n) =>
    type === "order_intent" ? [n] : []
  );
  const reason = "order_intent stands in the log, the policy denies it: NO";
  assert.equal(strict.disagreements, orders.map((n) => ({ n, entrypoint: "nore/order/decision", reason })));
});

test("checkDecisions() names what a denial would be now", async () => {
  const [denial] = eventsOf(night.files, night.runFolder).filter((event): event is Event<"policy_denial"> =>
    event.type === "policy_denial"
  );
  const { input } = denial!.payload;
  const reasons: readonly (readonly [Partial<PolicyGate>, RegExp])[] = [
    [{ decide: () => ({ allow: true }) }, /^market_tick was denied \(INGEST_VENUE\), the policy allows it$/],
    [
      { decide: () => ({ allow: false, codes: ["X"], input }) },
      /^market_tick was denied with codes\[0\] "INGEST_VENUE", now it is "X"$/,
    ],
    [
      { decide: () => ({ allow: false, codes: ["INGEST_VENUE"], input: {} }) },
      /^market_tick was denied with input\.\w+ .*, now it is nothing$/,
    ],
  ];
  for (const [change, reason] of reasons) {
    const { disagreements } = await checked(night, (gate) => ({ ...gate, ...change }));
    assert.is(disagreements.length, 1);
    assert.match(disagreements[0]!.reason, reason);
  }
  const basis = readBasis(night.files, night.runFolder, CONFIG_SCHEMA);
  const gate = await openRunGate(night.files, night.runFolder, basis);
  const manifest = { ...basis.manifest, policy_sha256: "ab" };
  const other = checkDecisions({ ...night, basis: { ...basis, manifest }, gate, onProgress: () => {} });
  assert.match(other.disagreements[0]!.reason, /^was denied by the policy [0-9a-f]{64}, in force was ab$/);
});

test("checkDecisions() does not ask again what was denied because nobody answered", async () => {
  const unanswered = onceAt(SIM_START_TS + 500, (ts) => {
    const gate = {
      policySha256: repoPolicy.policySha256,
      decide: () => assert.unreachable("no memory") as never,
    };
    return denialDraft(judgeAct(gate, "dial", {})!, ts);
  });
  const silent = await nightToReplay(["duration_ms=3000"], { agenda: unanswered });
  assert.equal(await checked(silent), { ...agreed, denied: 1 });
});

test.run();
