import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { AI_READS } from "../../../src/core/ai_mail.ts";
import { mailbox } from "../../../src/streams/ai/mailbox.ts";
import { sampleEvents } from "../../support/sample_events.ts";

test("mailbox() takes what the AI may read, and nothing else", () => {
  const box = mailbox(100);
  for (const event of Object.values(sampleEvents)) box.put(event);
  const { events, dropped } = box.takeAll();
  assert.equal(events.map(({ type }) => type).sort(), [...AI_READS].sort());
  assert.is(dropped, 0);
  assert.equal(Object.keys(events[0]!), ["type", "ts", "payload"]); // no id, no hash of a command line
});

test("mailbox() keeps the newest in order, and counts what it lost", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.array(fc.nat(20), { maxLength: 12 }), (max, rounds) => {
      const box = mailbox(max);
      let ts = 0;
      let lost = 0;
      for (const count of rounds) {
        const put = Array.from({ length: count }, () => ++ts);
        for (const at of put) box.put({ ...sampleEvents.fill, ts: at });
        const { events, dropped } = box.takeAll();
        assert.equal(events.map((event) => event.ts), put.slice(-max));
        assert.is(dropped, Math.max(0, count - max));
        lost += dropped;
      }
      assert.is(box.dropped, lost);
    }),
  );
});

test.run();
