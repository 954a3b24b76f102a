import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  bytesText,
  diskNeedBytes,
  diskShortage,
  diskText,
  type NightVolume,
} from "../../src/core/disk_estimate.ts";

const HOUR_MS = 3_600_000;
const NIGHT: NightVolume = { eventsPerS: 20, symbols: 2, book: "every", durationMs: 7 * HOUR_MS };

const NEEDS: readonly (readonly [name: string, changes: Partial<NightVolume>, needBytes: number | null])[] = [
  ["every quote", {}, 2_000_000 + 25_200 * (2500 + 20 * 545)],
  ["a busy symbol of the venue", { eventsPerS: 145, symbols: 1 }, 2_000_000 + 25_200 * (2500 + 145 * 545)],
  ["changed quotes: 12 a second become 3.6", { book: "changed" }, 2_000_000 + 25_200 * (2500 + 11.6 * 545)],
  ["a quote a second and symbol", { book: 1000 }, 2_000_000 + 25_200 * (2500 + 10 * 545)],
  ["an interval shorter than quotes come", { book: 1 }, 2_000_000 + 25_200 * (2500 + 20 * 545)],
  ["a market that says nothing", { eventsPerS: 0 }, 2_000_000 + 25_200 * 2500],
  ["a millisecond", { durationMs: 1 }, 2_000_014],
  ["until stopped", { durationMs: 0 }, null],
];

for (const [name, changes, needBytes] of NEEDS) {
  test(`diskNeedBytes() counts ${name}`, () => {
    assert.is(diskNeedBytes({ ...NIGHT, ...changes }), needBytes);
  });
}

test("diskNeedBytes() is what half an hour of the embedded market took, and not much more", () => {
  const tookBytes = 22_168_391 + 1_045_010 + 1_048_576; // its run, its mirror and the ballast
  const needBytes = diskNeedBytes({ ...NIGHT, durationMs: HOUR_MS / 2 })!;
  assert.ok(needBytes >= tookBytes && needBytes < 1.15 * tookBytes, String(needBytes));
});

test("diskNeedBytes() grows with events, symbols and time, and leaving quotes out never makes it larger", () => {
  const volume = fc.record({
    eventsPerS: fc.integer({ min: 0, max: 100_000 }),
    symbols: fc.integer({ min: 1, max: 100 }),
    book: fc.oneof(
      fc.constantFrom("every" as const, "changed" as const),
      fc.integer({ min: 1, max: 60_000 }),
    ),
    durationMs: fc.integer({ min: 1, max: 7 * 24 * HOUR_MS }),
  });
  fc.assert(fc.property(volume, (given) => {
    const need = diskNeedBytes(given)!;
    assert.ok(Number.isSafeInteger(need));
    assert.ok(need <= diskNeedBytes({ ...given, book: "every" })!);
    for (const key of ["eventsPerS", "symbols", "durationMs"] as const) {
      assert.ok(need <= diskNeedBytes({ ...given, [key]: given[key] + 1 })!);
    }
  }));
});

test("diskText() says what is needed and what is free", () => {
  const table: readonly (readonly [changes: Partial<NightVolume>, freeBytes: number | null, text: string])[] =
    [
      [{}, 80e9, "about 340 MB for the night, 80 GB free"],
      [{ eventsPerS: 90 }, 1.26e9, "about 1.3 GB for the night, 1.3 GB free"],
      [{ durationMs: 0 }, 80e9, "about 48 MB an hour until it is stopped, 80 GB free"],
      [{}, null, "about 340 MB for the night, free space unknown: a full disk shows only when a write fails"],
    ];
  for (const [changes, freeBytes, text] of table) {
    assert.is(diskText({ ...NIGHT, ...changes }, freeBytes), text);
  }
});

test("diskShortage() refuses from the first byte that is too many", () => {
  const needBytes = diskNeedBytes(NIGHT)!;
  const keepFreeBytes = 268_435_456;
  const rest = "must stay so (logging.disk_free_bytes_min)";
  const table: readonly (readonly [durationMs: number, freeBytes: number | null, shortage: string | null])[] =
    [
      [NIGHT.durationMs, needBytes + keepFreeBytes, null],
      [
        NIGHT.durationMs,
        needBytes + keepFreeBytes - 1,
        `the night needs about 340 MB, 608 MB are free and 268 MB ${rest}`,
      ],
      [NIGHT.durationMs, 0, `the night needs about 340 MB, 0 bytes are free and 268 MB ${rest}`],
      [NIGHT.durationMs, null, null],
      [0, keepFreeBytes, null],
      [0, keepFreeBytes - 1, `268 MB are free and 268 MB ${rest}`],
    ];
  for (const [durationMs, freeBytes, shortage] of table) {
    assert.is(diskShortage({ ...NIGHT, durationMs }, { freeBytes, keepFreeBytes }), shortage);
  }
});

test("bytesText() keeps two figures or whole numbers", () => {
  const table: readonly (readonly [bytes: number, text: string])[] = [
    [0, "0 bytes"],
    [999, "999 bytes"],
    [1000, "1.0 kB"],
    [9_949, "9.9 kB"],
    [9_951, "10 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [1_234_000_000, "1.2 GB"],
    [80e9, "80 GB"],
    [2.5e12, "2.5 TB"],
    [1.5e16, "15000 TB"],
  ];
  for (const [bytes, text] of table) assert.is(bytesText(bytes), text);
});

test.run();
