import { type Random, randomStream } from "../../src/core/random.ts";

/**
 * Keys that never opened anything, of each kind that the guard knows. They are put together from pieces, so that no
 * scanner of code stops at them.
 */
export interface FakeKey {
  readonly kind: string;
  /** What it would be called in a configuration; for some kinds that alone makes it a key. */
  readonly name: string;
  readonly value: string;
}

const DIGITS = "0123456789";
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const WORD = DIGITS + LOWER + UPPER;

type Maker = (random: Random, index: number) => Omit<FakeKey, "kind">;

function pick<Item>(random: Random, from: ArrayLike<Item>): Item {
  return from[random.below(from.length)]!;
}

/** Of each kind of character at least one, as nearly every real key has. */
function characters(random: Random, count: number, from: string = WORD): string {
  const needed = [DIGITS, LOWER, UPPER].filter((kind) => from.includes(kind));
  while (true) {
    const drawn = Array.from({ length: count }, () => pick(random, from));
    if (needed.every((kind) => drawn.some((character) => kind.includes(character)))) return drawn.join("");
  }
}

const hex = (random: Random, count: number): string => characters(random, count, DIGITS + "abcdef");
const plain = (value: string) => ({ name: "note", value });

const MAKERS: Readonly<Record<string, Maker>> = {
  AWS: (random, index) =>
    index % 2 === 0
      ? plain(pick(random, ["AK", "AS"]) + "IA" + characters(random, 16, DIGITS + UPPER))
      : { name: pick(random, AWS_NAMES), value: characters(random, 40, WORD + "/+") },
  "exchange, 64 characters": (random) => plain(characters(random, 64)),
  Gate: (random, index) => ({
    name: pick(random, GATE_NAMES),
    value: hex(random, index % 2 === 0 ? 32 : 64),
  }),
  "private key": (random) => {
    const dashes = "-".repeat(5);
    const title = pick(random, PEM_TITLES) + "PRIVATE KEY" + dashes;
    return plain(`${dashes}BEGIN ${title}\n${characters(random, 64, WORD + "/+")}\n${dashes}END ${title}`);
  },
  GitHub: (random, index) =>
    plain(
      index % 2 === 0
        ? pick(random, ["ghp", "gho", "ghu", "ghs", "ghr"]) + "_" + characters(random, 36)
        : "github" + `_pat_${characters(random, 22)}_${characters(random, 59)}`,
    ),
  Slack: (random) =>
    plain(
      `xo${pick(random, ["xb", "xp", "xa"])}-${characters(random, 12, DIGITS)}-${characters(random, 24)}`,
    ),
  Google: (random) => plain("AI" + "za" + characters(random, 35, WORD + "_-")),
  Stripe: (random) => plain(pick(random, "sr") + "k_live" + "_" + characters(random, 24)),
  "JSON web token": (random) =>
    plain(
      [characters(random, 34), characters(random, 60)].map((part) => "ey" + "J" + part).join(".") +
        "." + characters(random, 43, WORD + "_-"),
    ),
  generic: (random) => ({ name: pick(random, KEY_NAMES), value: characters(random, 32) }),
};
const AWS_NAMES = ["AWS_SECRET_ACCESS_KEY", "aws_secret_access_key", "awsSecretKey", "aws-secret"];
const GATE_NAMES = ["gate_api_key", "GATE_API_SECRET", "GATEIO_KEY", "gate.io_secret", "MY_GATE_KEY"];
const PEM_TITLES = ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "];
const KEY_NAMES = ["api_key", "apiSecret", "CLIENT_SECRET", "auth_token", "DB_PASSWORD", "signing-key"];

export const FAKE_KINDS: readonly string[] = Object.keys(MAKERS);

export function fakeKeys(seed: number, perKind: number): readonly FakeKey[] {
  return Object.entries(MAKERS).flatMap(([kind, make]) => {
    const random = randomStream(seed, kind);
    return Array.from({ length: perKind }, (_, index) => ({ kind, ...make(random, index) }));
  });
}
