import { test } from "uvu";
import * as assert from "uvu/assert";
import { guardActs, placesOf } from "../../src/commands/guarded_acts.ts";
import type { AnyDraft, PolicyDenial } from "../../src/core/event.ts";
import { configWith } from "../support/repo_config.ts";
import { openRepoGate } from "../support/repo_policy.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const gate = await openRepoGate();
const CLOCK = { now: () => 77 };
const ask = (acts: ReturnType<typeof guardActs>, url: string) =>
  acts.network.get(url, { timeoutMs: 1000, bytesMax: 1000 }).catch((error: Error) => error.message);

test("guardActs() refuses a host that is not on the list, and keeps the denial until the log takes it", async () => {
  const acts = guardActs(gate, {});
  const answer = await ask(acts, "https://api.binance.com/api/v3/ping");
  assert.is(answer, "Denied by policy (EGRESS_HOST): https://api.binance.com:443");
  assert.equal(acts.denials().map(({ codes }) => codes), [["EGRESS_HOST"]]);

  const taken: AnyDraft[] = [];
  const subscription = acts.denied$(CLOCK).subscribe((draft) => void taken.push(draft));
  assert.is(taken.length, 1);
  await ask(acts, "https://example.com:8443/");
  subscription.unsubscribe();
  const said = taken.map(({ type, ts, payload }) => [type, ts, (payload as PolicyDenial).codes]);
  assert.equal(said, [
    ["policy_denial", 77, ["EGRESS_HOST"]],
    ["policy_denial", 77, ["EGRESS_HOST", "EGRESS_PORT"]],
  ]);
  assert.equal(acts.denials(), [], "each is told once");
});

test("guardActs() keeps no more than a hundred denials that nobody takes", async () => {
  const acts = guardActs(gate, {});
  for (let i = 0; i < 110; i++) await ask(acts, "https://example.com/");
  assert.is(acts.denials().length, 100);
});

test("guardActs() writes only where the night may", () =>
  inTempFolder((folder) => {
    const acts = guardActs(gate, placesOf(configWith(), `${folder}/var`));
    acts.files.makeDirectory(`${folder}/var/mirror`);
    assert.throws(() => acts.files.makeDirectory(`${folder}/elsewhere`), /FILES_PLACE/);
    assert.not.ok(acts.files.exists(`${folder}/elsewhere`));
  }));

test("placesOf() names var, and the mirror where there is a folder for it", () => {
  assert.equal(placesOf(configWith(), "/v"), { var: "/v", mirror: "/v/mirror" });
  assert.equal(placesOf(configWith(["audit.anchor_mirror=/m"]), "/v"), { var: "/v", mirror: "/m" });
  assert.equal(placesOf(configWith(["audit.anchor_mirror=stdout"]), "/v"), { var: "/v" });
});

test.run();
