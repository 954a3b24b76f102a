import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LimitAction } from "../../../src/core/config.ts";
import type { Proposal } from "../../../src/core/event.ts";
import type { Breach, RiskCheck } from "../../../src/streams/risk/risk_check.ts";
import {
  actionOf,
  blockOf,
  stand,
  type StandingBreaches,
  watchState,
} from "../../../src/streams/risk/standing_breaches.ts";
import { candidate, riskView } from "../../support/risk_views.ts";

function checkOf(code: string, action: LimitAction, found: () => readonly Breach[]): RiskCheck {
  return { code, action, state: found };
}

function breachOf(strategy_id: string | null, symbol: string | null, untilTs?: number): Breach {
  const breach = { detail: "1 of 2", strategy_id, symbol };
  return untilTs === undefined ? breach : { ...breach, untilTs };
}

function said(actions: readonly Proposal<"risk_action">[]): string {
  return actions.map(({ payload: { action, reason_code, strategy_id, symbol } }) =>
    `${action} ${reason_code} ${strategy_id} ${symbol}`
  ).join(", ");
}

test("watchState() announces a freeze when it begins and when it is over", () => {
  let breaches: readonly Breach[] = [];
  const standing: StandingBreaches = new Map();
  const checks = [checkOf("RISK_X", "FREEZE", () => breaches)];
  const watch = () => said(watchState(standing, checks, riskView()));
  assert.is(watch(), "");
  breaches = [breachOf(null, "AAAUSDT")];
  assert.is(watch(), "FREEZE RISK_X null AAAUSDT");
  assert.is(watch(), "");
  breaches = [breachOf(null, "AAAUSDT"), breachOf("beta", null)];
  assert.is(watch(), "FREEZE RISK_X beta null");
  breaches = [breachOf("beta", null)];
  assert.is(watch(), "UNFREEZE RISK_X null AAAUSDT");
  breaches = [];
  assert.is(watch(), "UNFREEZE RISK_X beta null");
  assert.is(watch(), "");
});

for (const action of ["DENY", "REDUCE"] as const) {
  test(`watchState() says nothing of a breach that is configured to ${action}, but lets it stand`, () => {
    let breaches: readonly Breach[] = [breachOf(null, null)];
    const standing: StandingBreaches = new Map();
    const checks = [checkOf("RISK_X", action, () => breaches)];
    assert.is(said(watchState(standing, checks, riskView())), "");
    assert.is(standing.size, 1);
    breaches = [];
    assert.is(said(watchState(standing, checks, riskView())), "");
    assert.is(standing.size, 0);
  });
}

test("watchState() says one STOP and nothing beside it", () => {
  const all = breachOf(null, null);
  const checks = [
    checkOf("RISK_X", "FREEZE", () => [all]),
    checkOf("RISK_Y", "STOP", () => [all, breachOf(null, "AAAUSDT")]),
    checkOf("RISK_Z", "STOP", () => [all]),
  ];
  assert.is(said(watchState(new Map(), checks, riskView())), "STOP RISK_Y null null");
});

test("watchState() takes a breach's own action before its check's", () => {
  let action: LimitAction = "FREEZE";
  const standing: StandingBreaches = new Map();
  const checks = [checkOf("RISK_X", "DENY", () => [{ ...breachOf(null, null), action }])];
  const watch = () => said(watchState(standing, checks, riskView()));
  assert.is(watch(), "FREEZE RISK_X null null");
  action = "STOP";
  assert.is(watch(), "STOP RISK_X null null");
  const lenient = [checkOf("RISK_X", "STOP", () => [{ ...breachOf(null, null), action: "FREEZE" }])];
  assert.is(said(watchState(new Map(), lenient, riskView())), "FREEZE RISK_X null null");
});

test("watchState() says that a freeze is over when only a denial is left of it", () => {
  let action: LimitAction = "FREEZE";
  const standing: StandingBreaches = new Map();
  const checks = [checkOf("RISK_X", "FREEZE", () => [{ ...breachOf(null, null), action }])];
  const watch = () => said(watchState(standing, checks, riskView()));
  assert.is(watch(), "FREEZE RISK_X null null");
  action = "DENY";
  assert.is(watch(), "UNFREEZE RISK_X null null");
  assert.is(standing.size, 1);
  action = "FREEZE";
  assert.is(watch(), "FREEZE RISK_X null null");
  assert.is(standing.size, 1);
});

test("stand() holds a breach until its time, though no state shows it", () => {
  const standing: StandingBreaches = new Map();
  const check: RiskCheck = { code: "RISK_X", action: "FREEZE" };
  const view = riskView();
  assert.is(said(stand(standing, { check, breach: breachOf(null, null, 100) })), "FREEZE RISK_X null null");
  view.ts = 99;
  assert.is(said(watchState(standing, [check], view)), "");
  view.ts = 100;
  assert.is(said(watchState(standing, [check], view)), "UNFREEZE RISK_X null null");
});

test("blockOf() finds the first breach whose scope holds the order", () => {
  const order = candidate("BUY", "1", "100"); // of alpha, in AAAUSDT
  for (
    const [strategy, symbol, blocks] of [
      [null, null, true],
      ["alpha", null, true],
      [null, "AAAUSDT", true],
      ["alpha", "AAAUSDT", true],
      ["beta", null, false],
      [null, "BBBUSDT", false],
      ["alpha", "BBBUSDT", false],
      ["beta", "AAAUSDT", false],
    ] as const
  ) {
    const standing: StandingBreaches = new Map();
    stand(standing, { check: { code: "RISK_X", action: "DENY" }, breach: breachOf(strategy, symbol) });
    assert.is(blockOf(standing, order) !== null, blocks, `${strategy} ${symbol}`);
  }
  assert.is(blockOf(new Map(), order), null);
});

test("actionOf() has the fields of the contract in their order", () => {
  const found = { check: { code: "RISK_X", action: "STOP" } as const, breach: breachOf(null, "AAAUSDT", 5) };
  assert.is(
    JSON.stringify(actionOf("STOP", found)),
    '{"type":"risk_action","payload":{"strategy_id":null,"symbol":"AAAUSDT","action":"STOP",' +
      '"reason_code":"RISK_X","detail":"1 of 2"}}',
  );
});

test.run();
