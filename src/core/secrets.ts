/**
 * What a secret looks like. The guard refuses a start that shows one; the redactor keeps them out of every file.
 * SHA-256 hashes are not secrets: 64 characters count only with a letter outside a–f.
 */
export interface SecretPattern {
  readonly name: string;
  readonly pattern: RegExp;
}

const PATTERNS: readonly SecretPattern[] = [
  { name: "private key", pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { name: "AWS access key id", pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { name: "GitHub token", pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})/ },
  {
    name: "exchange key (64 characters)",
    pattern: /(?<![A-Za-z0-9])(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[g-zG-Z])[A-Za-z0-9]{64}(?![A-Za-z0-9])/,
  },
  {
    name: "value beside a key-like name",
    pattern:
      /\b(?:api|access|secret|private)[_-]?(?:key|secret|token)["']?\s*[:=]\s*["']?[A-Za-z0-9+/_=-]{16,}|\b(?:secret|password|passphrase)["']?\s*[:=]\s*["']?[A-Za-z0-9+/_=!@#$%^&*-]{12,}/i,
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
  for (const { name, pattern } of PATTERNS) {
    clean = clean.replace(new RegExp(pattern.source, pattern.flags + "g"), `[redacted: ${name}]`);
  }
  return clean;
}

const EXCHANGE_VARIABLE =
  /^(?:BINANCE|BYBIT|OKX|OKEX|GATE|GATEIO|KRAKEN|COINBASE|KUCOIN|BITGET|MEXC|HTX|HUOBI|BITFINEX|DERIBIT)_?.*(?:KEY|SECRET|PASSPHRASE|TOKEN)/i;

/** An environment variable that by its name holds a key of an exchange. */
export function isExchangeVariable(name: string): boolean {
  return EXCHANGE_VARIABLE.test(name);
}
