import { test } from "uvu";
import * as assert from "uvu/assert";
import { adviser } from "../../../../src/streams/ai/worker/adviser.ts";

test("adviser() answers each batch by its number", () => {
  const one = adviser({
    symbols: [],
    horizon_ms: 1000,
    advise_every_ms: 1000,
    pack_every_ms: 1000,
    snapshot_every_ms: 1000,
    rows_max: 1,
    model: null,
  });
  one.useModel(null);
  const said = one.batch({ type: "batch", seq: 7, ts: 0, dropped: 0, events: [] });
  assert.equal(said.at(-1)?.payload, { seq: 7, rows: 0, drift: false });
});

test.run();
