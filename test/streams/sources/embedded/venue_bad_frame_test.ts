import { test } from "uvu";
import * as assert from "uvu/assert";
import { tickOfMessage } from "../../../../src/streams/sources/binance/tick_of_message.ts";
import { venueBadFrame } from "../../../../src/streams/sources/embedded/venue_bad_frame.ts";

const GOOD = [
  '{"e":"trade","E":12,"s":"BTCUSDT","t":7,"p":"1.50000000","q":"0.1","T":11,"m":true,"M":true}',
  '{"u":9,"s":"BTCUSDT","b":"1.40000000","B":"2","a":"1.60000000","A":"3"}',
];

/** What a client can make of a frame. */
function madeOf(frame: string | Uint8Array, isCombined: boolean): unknown {
  if (typeof frame !== "string") return "bytes";
  try {
    const parsed = JSON.parse(frame);
    return tickOfMessage(isCombined ? parsed.data : parsed, { venue: "v", priceSource: "p" });
  } catch {
    return "no JSON";
  }
}

test("venueBadFrame() gives each kind in turn, and never a tick", () => {
  for (const good of GOOD) {
    for (const isCombined of [false, true]) {
      const frame = isCombined ? `{"stream":"btcusdt@trade","data":${good}}` : good;
      assert.is(typeof madeOf(frame, isCombined), "object", "the good frame is a tick");
      const made = [0, 1, 2, 3, 4].map((turn) => madeOf(venueBadFrame(turn, frame), isCombined));
      assert.equal(made.slice(0, 3), ["no JSON", "bytes", "no JSON"]);
      assert.type(made[3], "string");
      assert.match(made[4] as string, /^(Price|Bid) is "not a number"/);
      assert.equal(venueBadFrame(5, frame), venueBadFrame(0, frame));
    }
  }
});

test("venueBadFrame() stays under the limit that a client has for a frame", () => {
  for (const turn of [0, 1, 2, 3, 4]) assert.ok(venueBadFrame(turn, GOOD[0]!).length < 65_536);
});

test.run();
