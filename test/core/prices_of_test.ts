import { test } from "uvu";
import * as assert from "uvu/assert";
import { pricesOf } from "../../src/core/prices_of.ts";
import { configWith } from "../support/repo_config.ts";

const TABLE: readonly (readonly [sets: readonly string[], prices: string])[] = [
  [[], "invented"],
  [["binance.ws_url=ws://127.0.0.1:9"], "invented"],
  [["source=binance"], "live"],
  [["source=binance", "binance.rest_url=https://testnet.binance.vision"], "invented"],
  [["source=binance", "binance.ws_url=wss://demo-stream.binance.com"], "invented"],
  [["source=binance", "binance.ws_url=ws://127.0.0.1:9"], "recorded"],
  [["source=binance", "binance.rest_url=https://binance.com.example.org"], "recorded"],
];
for (const [sets, prices] of TABLE) {
  test(`pricesOf() ${prices} for ${sets.join(" ") || "the embedded market"}`, () => {
    assert.is(pricesOf(configWith(sets)), prices);
  });
}

test.run();
