import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { clientOrderId, numberOfClientOrderId } from "../../src/core/client_order_id.ts";

const RUN_ID = "20261121_220000";

test("clientOrderId() is the run's id without _, and a counter", () => {
  assert.is(clientOrderId(RUN_ID, 1), "20261121220000-1");
});

test("numberOfClientOrderId() undoes clientOrderId()", () => {
  fc.assert(fc.property(fc.integer({ min: 1 }), (number) => {
    assert.is(numberOfClientOrderId(RUN_ID, clientOrderId(RUN_ID, number)), number);
  }));
});

for (
  const id of [
    "",
    "20261121220000",
    "20261121220000-",
    "20261121220000-0",
    "20261121220000-01",
    "20261121220000-1.5",
    "20261121220000--1",
    "20261121220000-1e3",
    "20261121220000- 1",
    "20261121220000-9007199254740993",
    "20261121220001-1",
    "20261121_220000-1",
  ]
) {
  test(`numberOfClientOrderId() is 0 for ${JSON.stringify(id)}`, () => {
    assert.is(numberOfClientOrderId(RUN_ID, id), 0);
  });
}

test.run();
