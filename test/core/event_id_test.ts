import fc from "fast-check";
import { createHash } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { eventIds } from "../../src/core/event_id.ts";

const RUN_ID = "20261121_220000";
const N_MAX = 2 ** 48 - 1;

const anyNumber = fc.oneof(
  fc.integer({ min: 0, max: N_MAX }),
  fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 47, N_MAX - 1, N_MAX),
);
const anyRunId = fc.stringMatching(/^\d{8}_\d{6}$/);

/** The contract in whole numbers of any size and in bytes, written a second time. */
function idByHand(runId: string, n: number): string {
  const bytes = [...createHash("sha256").update(`nore-id-v1\n${runId}`).digest().subarray(0, 16)];
  for (let i = 0; i < 6; i++) bytes[i]! ^= Number(BigInt(n) >> BigInt(8 * (5 - i)) & 0xffn);
  bytes[6] = 0x40 + bytes[6]! % 0x10;
  bytes[8] = 0x80 + bytes[8]! % 0x40;
  const hex = bytes.map((byte) => (0x100 + byte).toString(16).slice(1)).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

test("idOf() gives the published vectors", () => {
  const { idOf } = eventIds(RUN_ID);
  assert.is(idOf(0), "43bf99f4-b3bc-4041-9dec-c812bd40166d");
  assert.is(idOf(1), "43bf99f4-b3bd-4041-9dec-c812bd40166d");
});

test("idOf() agrees with the contract written a second time", () => {
  fc.assert(fc.property(anyRunId, anyNumber, (runId, n) => {
    assert.is(eventIds(runId).idOf(n), idByHand(runId, n));
  }));
});

test("idOf() gives a UUID of version 4", () => {
  fc.assert(fc.property(anyRunId, anyNumber, (runId, n) => {
    assert.match(
      eventIds(runId).idOf(n),
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  }));
});

test("numberOf() undoes idOf() up to 2^48 − 1", () => {
  fc.assert(fc.property(anyRunId, anyNumber, (runId, n) => {
    const { idOf, numberOf } = eventIds(runId);
    assert.is(numberOf(idOf(n)), n);
  }));
});

test("idOf() changes nothing but the number's bytes from one event to the next", () => {
  fc.assert(fc.property(anyRunId, fc.integer({ min: 0, max: N_MAX - 1 }), (runId, n) => {
    const { idOf } = eventIds(runId);
    assert.is(idOf(n).slice(13), idOf(n + 1).slice(13));
    assert.is.not(idOf(n), idOf(n + 1));
  }));
});

test("numberOf() is −1 for the id of another run", () => {
  fc.assert(fc.property(anyRunId, anyRunId, anyNumber, (runId, other, n) => {
    fc.pre(runId !== other);
    assert.is(eventIds(runId).numberOf(eventIds(other).idOf(n)), -1);
  }));
});

test("numberOf() is −1 for what is no id", () => {
  const { idOf, numberOf } = eventIds(RUN_ID);
  const id = idOf(5);
  const foreign = [
    "",
    "5",
    id.toUpperCase(),
    id.slice(1),
    id.slice(0, -1),
    `${id}0`,
    ` ${id}`,
    id.replaceAll("-", ""),
    `g${id.slice(1)}`,
    "00000000-0000-0000-0000-000000000000",
  ];
  for (const text of foreign) assert.is(numberOf(text), -1, text);
});

test("numberOf() is another number or −1 when one digit is changed", () => {
  fc.assert(
    fc.property(anyNumber, fc.nat(35), fc.constantFrom(..."0123456789abcdef-"), (n, at, digit) => {
      const { idOf, numberOf } = eventIds(RUN_ID);
      const id = idOf(n);
      fc.pre(id[at] !== digit);
      assert.is.not(numberOf(id.slice(0, at) + digit + id.slice(at + 1)), n);
    }),
  );
});

test.run();
