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

const PATTERNS: readonly SecretPattern[] = [
  {
    name: "private key", // to its last line, or as far as it looks like one
    pattern:
      /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----|[A-Za-z0-9+/=\s\\]*)/,
  },
  { name: "AWS access key id", pattern: new RegExp(String.raw`${WORD}(?:AKIA|ASIA)[0-9A-Z]{16}\b`) },
  {
    name: "GitHub token",
    pattern: new RegExp(`${WORD}(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})`),
  },
  {
    name: "exchange key (64 characters)",
    pattern: new RegExp(
      `(?:(?<![A-Za-z0-9])|(?<=${ESCAPED}))(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[g-zG-Z])[A-Za-z0-9]{64}(?![A-Za-z0-9])`,
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
];

/** The name of the first pattern that `text` shows, or null. Never the secret itself. */
export function findSecret(text: string): string | null {
  for (const { name, pattern } of PATTERNS) if (pattern.test(text)) return name;
  return null;
}

/** The text with everything that looks like a secret replaced. */
export function redact(text: string): string {
  let clean = text;
  // What stood beside a secret may show as one once that is gone. Each round leaves less of the text, so it ends.
  while (findSecret(clean) !== null) {
    for (const { name, pattern } of PATTERNS) {
      clean = clean.replace(new RegExp(pattern.source, pattern.flags + "g"), `[redacted: ${name}]`);
    }
  }
  return clean;
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
