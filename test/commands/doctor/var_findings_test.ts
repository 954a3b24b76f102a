import { test } from "uvu";
import * as assert from "uvu/assert";
import { MORE_ROOM } from "../../../src/core/disk_estimate.ts";
import type { VarFacts } from "../../../src/commands/doctor/var_facts.ts";
import { unseenFinding, varFindings } from "../../../src/commands/doctor/var_findings.ts";

const GOOD: VarFacts = {
  folder: "/srv/var",
  probe: { existed: true, problem: null, syncMs: [9, 1, 0.456, 2], freeBytes: 80e9 },
  latch: null,
  holder: null,
  key: { path: "/srv/var/keys/anchor.pem", mode: 0o600, problem: null },
  mirror: { folder: "/mnt/mirror", isSameDisk: false },
};
const OPTIONS: Parameters<typeof varFindings>[1] = {
  volume: { eventsPerS: 20, symbols: 2, book: "every", durationMs: 7 * 3_600_000 },
  isVolumeAssumed: false,
  keepFreeBytes: 268_435_456,
  platform: "linux",
  invocation: "nore",
};

const textOf = (facts: VarFacts, options = OPTIONS): readonly string[] =>
  varFindings(facts, options).map(({ id, state, what, do: todo }) =>
    `${state} ${id}: ${what}${todo === null ? "" : ` → ${todo}`}`
  );

const GOOD_LINES = [
  "PASS var: /srv/var can be written",
  "PASS disk: about 340 MB for the night, 80 GB free",
  "PASS sync: files and folder can be synced; fdatasync takes 1.00 ms (p50 of 4)",
  "PASS latch: /srv/var/STOP.flag is not set",
  "PASS lock: no night runs in /srv/var",
  "PASS key: /srv/var/keys/anchor.pem, mode 0600",
  "PASS mirror: /mnt/mirror is on another disk than the runs",
];

test("varFindings() passes a var in which a night can start", () => {
  assert.equal(textOf(GOOD), GOOD_LINES);
});

const { probe, key } = GOOD;

/** What is different, and the lines that say so in place of the good ones. */
const TABLE: readonly (readonly [
  name: string,
  facts: Partial<VarFacts>,
  options: Partial<typeof OPTIONS>,
  lines: readonly string[],
])[] = [
  ["a var that is made at the first start", { probe: { ...probe, existed: false } }, {}, [
    "PASS var: /srv/var can be made and written",
  ]],
  ["free space that nobody tells", { probe: { ...probe, freeBytes: null } }, {}, [
    "WARN disk: about 340 MB for the night, free space unknown: a full disk shows only when a write fails → look at it by hand, such as `df`",
  ]],
  ["a disk that is too small", { probe: { ...probe, freeBytes: 500e6 } }, {}, [
    `FAIL disk: the night needs about 340 MB, 500 MB are free and 268 MB must stay so (logging.disk_free_bytes_min) → ${MORE_ROOM}`,
  ]],
  ["a venue that was not asked", {}, { isVolumeAssumed: true }, [
    "PASS disk: about 340 MB for the night, 80 GB free (assuming 20 messages a second, the venue has not said)",
  ]],
  ["a latch", { latch: "OPERATOR (operator): good night" }, {}, [
    "FAIL latch: /srv/var/STOP.flag is set: OPERATOR (operator): good night → " +
    'when its reason is understood: nore unlatch --reason "…"',
  ]],
  ["a running night", { holder: { who: "pid 4711, node", beatAgeMs: 9999 } }, {}, [
    "WARN lock: a night runs in /srv/var (pid 4711, node, last beat 9s ago): a second one is refused → " +
    "see it with: nore status",
  ]],
  ["a beat of a clock ahead of ours", { holder: { who: "pid 4711, node", beatAgeMs: -5 } }, {}, [
    "WARN lock: a night runs in /srv/var (pid 4711, node, last beat 0s ago): a second one is refused → " +
    "see it with: nore status",
  ]],
  ["a night that was cut short", { holder: { who: "pid 4711, node", beatAgeMs: 10_000 } }, {}, [
    "WARN lock: a night in /srv/var was cut short (pid 4711, node, last beat 10s ago) → " +
    "the next one takes its place; see what is left with: nore status",
  ]],
  ["no key", { key: { ...key, mode: null } }, {}, [
    "PASS key: /srv/var/keys/anchor.pem is made at the first start, mode 0600",
  ]],
  ["a key that others can read", { key: { ...key, mode: 0o640 } }, {}, [
    "FAIL key: /srv/var/keys/anchor.pem has mode 0640, expected 0600: who reads it can sign in its name → " +
    "chmod 600 /srv/var/keys/anchor.pem",
  ]],
  ["a key that nobody may write", { key: { ...key, mode: 0o400 } }, {}, [
    "PASS key: /srv/var/keys/anchor.pem, mode 0400",
  ]],
  ["a key with the least of modes", { key: { ...key, mode: 0o004 } }, {}, [
    "FAIL key: /srv/var/keys/anchor.pem has mode 0004, expected 0600: who reads it can sign in its name → " +
    "chmod 600 /srv/var/keys/anchor.pem",
  ]],
  ["a key where modes mean nothing", { key: { ...key, mode: 0o666 } }, { platform: "win32" }, [
    "PASS key: /srv/var/keys/anchor.pem (who may read it is not checked on win32)",
  ]],
  ["a key that is none", { key: { ...key, problem: "not PEM" } }, {}, [
    "FAIL key: /srv/var/keys/anchor.pem cannot be used: not PEM → " +
    "put the right key there, or choose another with audit.key_file",
  ]],
  ["a key that cannot be looked at", { key: { ...key, mode: null, problem: "not granted" } }, {}, [
    "FAIL key: /srv/var/keys/anchor.pem cannot be used: not granted → " +
    "put the right key there, or choose another with audit.key_file",
  ]],
  ["a mirror on standard output", { mirror: null }, {}, [
    "PASS mirror: anchors are mirrored to standard output",
  ]],
  ["a mirror that cannot be seen", { mirror: { folder: "/mnt/mirror", isSameDisk: null } }, {}, [
    "WARN mirror: whether /mnt/mirror is on another disk than the runs cannot be seen → " +
    "see to it by hand, such as with `df`",
  ]],
  ["a mirror on the same disk", { mirror: { folder: "/srv/var/mirror", isSameDisk: true } }, {}, [
    "WARN mirror: /srv/var/mirror is on the disk of the runs: who changes or loses the one has the other → " +
    "name a folder on another disk or machine in audit.anchor_mirror",
  ]],
];

for (const [name, facts, options, lines] of TABLE) {
  test(`varFindings() tells of ${name}, and of nothing else`, () => {
    const texts = textOf({ ...GOOD, ...facts }, { ...OPTIONS, ...options });
    assert.is(texts.length, GOOD_LINES.length);
    assert.equal(texts.filter((text) => !GOOD_LINES.includes(text)), lines);
  });
}

test("varFindings() fails a var that cannot be used, and does not speak of its disk", () => {
  const unusable = { ...GOOD, probe: { existed: false, problem: "EACCES", syncMs: [], freeBytes: null } };
  assert.equal(textOf(unusable), [
    "FAIL var: /srv/var cannot be used: EACCES → make it writable for this user, or choose another with --var",
    ...GOOD_LINES.slice(3),
  ]);
});

test("unseenFinding() fails a var that may not even be looked at", () => {
  const { state, what } = unseenFinding("/srv/var", "not granted");
  assert.equal([state, what], ["FAIL", "/srv/var cannot be looked at: not granted"]);
});

test.run();
