import { test } from "uvu";
import * as assert from "uvu/assert";
import { entryFreezes } from "../../../src/streams/risk/entry_freezes.ts";
import { riskView } from "../../support/risk_views.ts";

const breachOf = (symbol: string) => ({ detail: `${symbol} is bad`, strategy_id: null, symbol });

test("entryFreezes() keeps a symbol from the entry that met a breach until one could pass", () => {
  const bad = new Set(["AAAUSDT", "BBBUSDT"]);
  const freezes = entryFreezes("FREEZE", (_, symbol) => bad.has(symbol) ? breachOf(symbol) : null);
  assert.equal(freezes.standing(riskView()), []);
  assert.is(freezes.met("CCCUSDT", null), null);
  assert.equal(freezes.met("AAAUSDT", breachOf("AAAUSDT")), breachOf("AAAUSDT"));
  assert.equal(freezes.standing(riskView()), [breachOf("AAAUSDT")]);
  bad.delete("AAAUSDT");
  assert.equal(freezes.standing(riskView()), []);
  bad.add("AAAUSDT");
  assert.equal(freezes.standing(riskView()), []);
});

for (const action of ["DENY", "STOP"] as const) {
  test(`entryFreezes() keeps nothing where the action is ${action}`, () => {
    const freezes = entryFreezes(action, (_, symbol) => breachOf(symbol));
    freezes.met("AAAUSDT", breachOf("AAAUSDT"));
    assert.equal(freezes.standing(riskView()), []);
  });
}

test.run();
