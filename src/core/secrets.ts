/**
 * What a secret looks like. The guard refuses a start that shows one; the redactor keeps them out of every file.
 * SHA-256 hashes are not secrets: 64 characters count only with a letter outside a–f.
 */
export interface SecretPattern {
  readonly name: string;
  readonly pattern: RegExp;
}

/** Inside JSON a word may begin right behind `\n` or `\u0000`, whose last letter is not part of it. */
const ESCAPED = String.raw`\\(?:[bfnrt]|u[0-9a-f]{4})`;
const WORD = String.raw`(?:(?<![A-Za-z0-9_])|(?<=${ESCAPED}))`;
const GAP = String.raw`(?:\s|${ESCAPED})*`;
const QUOTE = String.raw`(?:\\*["'])?`;
/** A name's own ending, `:` or `=`, and its value's beginning; the value goes on to white space or a quote. */
const IS = `${QUOTE}${GAP}[:=]${GAP}${QUOTE}`;
const REST = String.raw`[^\s"'\\]*`;

/** A name in any case, for patterns that must tell the cases of a value apart. */
const anyCase = (name: string): string =>
  name.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
/** What random values nearly always have all of, and words and hashes do not. Looked for near its beginning only. */
const OF_ALL_KINDS = ["[0-9]", "[a-z]", "[A-Z]"].map((kind) => `(?=[A-Za-z0-9+/_=-]{0,100}${kind})`).join("");

/** Not within 64 bytes in base64, which a signature or a SHA-512 has: 86 characters and "==". */
const NOT_IN_64_BYTES = "(?![A-Za-z0-9+/]{0,22}(?<=(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86})==)";

/**
 * Every pattern takes time that grows with the text alone: it begins at a word or a name of its own, and what it
 * passes over twice has a longest length. All flags but `i` are the caller's.
 */
export const SECRET_PATTERNS: readonly SecretPattern[] = [
  {
    name: "private key", // to its last line, or as far as it looks like one; RSA with 8192 bits has 6,400 characters
    pattern:
      /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?:(?!-----BEGIN)[\s\S]){0,16384}?-----END [A-Z ]*PRIVATE KEY-----|[A-Za-z0-9+/=\s\\]*)/,
  },
  { name: "AWS access key id", pattern: new RegExp(String.raw`${WORD}(?:AKIA|ASIA)[0-9A-Z]{16}\b`) },
  {
    name: "AWS secret key",
    pattern: new RegExp(
      `aws[a-z_-]{0,20}(?:secret|key)[a-z_-]{0,20}${IS}[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/])`,
      "i",
    ),
  },
  {
    name: "GitHub token",
    pattern: new RegExp(`${WORD}(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})`),
  },
  { name: "Slack token", pattern: new RegExp(`${WORD}(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,}`) },
  { name: "Google API key", pattern: new RegExp(`${WORD}AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])`) },
  { name: "Stripe live key", pattern: new RegExp(`${WORD}[rs]k_live_[A-Za-z0-9]{16,}`) },
  {
    name: "JSON web token", // a part that may hold "-" must not begin behind one, else each "-" would begin it again
    pattern: new RegExp(
      String.raw`(?:(?<![\w-])|(?<=${ESCAPED}))eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}`,
    ),
  },
  {
    name: "Gate key", // hexadecimal, so its name alone tells it from a hash
    pattern: new RegExp(
      `(?:(?<![A-Za-z0-9])|(?<=${ESCAPED}))gate(?:[._-]?io)?[a-z0-9._-]{0,24}(?:key|secret)[a-z0-9_-]{0,12}${IS}` +
        "[0-9a-f]{32}(?:[0-9a-f]{32})?(?![0-9a-z])",
      "i",
    ),
  },
  {
    name: "exchange key (64 characters)",
    pattern: new RegExp(
      `(?:(?<![A-Za-z0-9])|(?<=${ESCAPED}))(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[g-zG-Z])[A-Za-z0-9]{64}(?![A-Za-z0-9])` +
        NOT_IN_64_BYTES,
    ),
  },
  {
    name: "value beside a key-like name", // which may end a longer one, such as AWS_SECRET_ACCESS_KEY
    pattern: new RegExp(
      `(?:api|access|secret|private)[_-]?(?:key|secret|token)${IS}[A-Za-z0-9+/_=-]{16}${REST}` +
        `|(?:secret|password|passphrase)${IS}[A-Za-z0-9+/_=!@#$%^&*-]{12}${REST}`,
      "i",
    ),
  },
  {
    name: "random value beside a key-like name",
    pattern: new RegExp(
      `(?:${["token", "auth", "credential", "credentials"].map(anyCase).join("|")}` +
        `|(?<!${anyCase("public")}[_-]?)${anyCase("key")})${IS}${OF_ALL_KINDS}[A-Za-z0-9+/_=-]{20}${REST}`,
    ),
  },
];

/** The name of the first pattern that `text` shows, or null. Never the secret itself. */
export function findSecret(text: string): string | null {
  for (const { name, pattern } of SECRET_PATTERNS) if (pattern.test(text)) return name;
  return null;
}

/** The same for one word of a command line, which may be the value of the flag before it. */
export function findSecretInWord(words: readonly string[], index: number): string | null {
  const [flag = "", word = ""] = [words[index - 1], words[index]];
  return findSecret(word) ?? (flag.startsWith("-") ? findSecret(`${flag}=${word}`) : null);
}

/** The text with everything that looks like a secret replaced. */
export function redact(text: string): string {
  let clean = text;
  // What stood beside a secret may show as one once that is gone. Each round leaves less of the text, so it ends.
  while (findSecret(clean) !== null) {
    for (const { name, pattern } of SECRET_PATTERNS) {
      clean = clean.replace(new RegExp(pattern.source, pattern.flags + "g"), `[redacted: ${name}]`);
    }
  }
  return clean;
}

/** A command line without its secrets, as many words as before. */
export function redactWords(words: readonly string[]): readonly string[] {
  return words.map((word, index) => {
    const clean = redact(word);
    const name = clean === word ? findSecretInWord(words, index) : null;
    return name === null ? clean : `[redacted: ${name}]`;
  });
}

const EXCHANGE_VARIABLE = new RegExp(
  "(?:^|_)(?:BINANCE|BYBIT|OKX|OKEX|KRAKEN|COINBASE|KUCOIN|BITGET|MEXC|HTX|HUOBI|BITFINEX|DERIBIT" +
    String.raw`|GATE(?:_?IO)?(?=_|\d|API|KEY|SECRET|TOKEN))` + // not GATEWAY
    ".*(?:KEY|SECRET|PASSPHRASE|PASSWORD|TOKEN)",
  "i",
);

/** An environment variable that by its name holds a key of an exchange. */
export function isExchangeVariable(name: string): boolean {
  return EXCHANGE_VARIABLE.test(name);
}
