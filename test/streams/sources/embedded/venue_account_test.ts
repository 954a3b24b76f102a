import { test } from "uvu";
import * as assert from "uvu/assert";
import { venueAccount } from "../../../../src/streams/sources/embedded/venue_account.ts";

test("venueAccount() begins with nothing, and anew each time", () => {
  const account = venueAccount();
  assert.equal([...new Set(Object.values(account))], [0]);
  account.gaps++;
  assert.is(venueAccount().gaps, 0);
});

test.run();
