import { test } from "uvu";
import * as assert from "uvu/assert";
import { recovered } from "../support/crashed_nights.ts";
import { proveRecovered, sweepDisorder } from "../support/disorder_sweep.ts";
import { disorderedNight, recordDisorder } from "../support/disordered_nights.ts";

/**
 * The power goes while the disk writes what nobody has synced in an order of its own: any sectors of an end, any length,
 * any names. Whatever it leaves is ended or gone on with, and nothing that was synced is lost.
 */

/** Before each call of the night; what is left twice is taken once. */
export const STATES_PER_CALL = 3;
/** All are judged; of so many one is ended, or gone on with. */
export const RECOVER_EVERY = 5;
export const RESUME_EVERY = 8;
const SEED = 20261121;

const night = await disorderedNight(SEED, STATES_PER_CALL);
const { crashed, states } = night;

test("a disk leaves many different states, many with holes, at every stage of a night", () => {
  assert.ok(states.length >= 500, String(states.length));
  assert.ok(states.filter(({ isHoled }) => isHoled).length >= 200);
  assert.ok(new Set(states.map(({ durable }) => durable)).size > 10);
});

test("whatever a disk leaves that wrote in an order of its own is ended or gone on with, and no damage", async () => {
  const seen = await sweepDisorder(night, { recoverEvery: RECOVER_EVERY, resumeEvery: RESUME_EVERY });
  const said = JSON.stringify(seen);
  assert.ok(seen["found: end"]! > 300 && seen["found: views"]! > 50, said);
  assert.ok(seen["gone on with: resumed"]! > 20 && seen["gone on with: over"]! > 5, said);
});

test("recoverRun() that loses its power itself, on such a disk, is made good by the next one", async () => {
  const torn = states.filter(({ isHoled, durable }) => isHoled && durable > 20)[7]!;
  const disk = torn.disk();
  const again = recordDisorder(disk, { seed: SEED, perCall: 1 });
  const { length: kept } = (await recovered(crashed, disk, torn.what))!;
  disk.fault = null;
  assert.ok(again.length > 90, String(again.length));
  for (const [i, state] of again.entries()) {
    if (i % RECOVER_EVERY === 0) await proveRecovered(crashed, { ...state, durable: torn.durable }, kept);
  }
});

test.run();
