/** What looks like a secret in a text: secretlint's engine with its recommended rules and our own patterns. */
import { lintSource } from "@secretlint/core";
import { secretLintProfiler } from "@secretlint/profiler";
import { creator as patternRule } from "@secretlint/secretlint-rule-pattern";
import { rules as recommended } from "@secretlint/secretlint-rule-preset-recommend";
import { extname } from "node:path";
import { SECRET_PATTERNS } from "../src/core/secrets.ts";
import { sha256Hex } from "../src/core/sha256.ts";

/** Never the value: whoever reads this may be a log of CI. */
export interface SecretFinding {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly characters: number;
  /** Of what was found, so that it can be accepted without being repeated. */
  readonly sha256: string;
}

/** It would let a comment in the file excuse what the baseline alone may. */
const EXCUSING_RULE = "@secretlint/secretlint-rule-filter-comments";

const RULES = [
  ...recommended.filter(({ meta }) => meta.id !== EXCUSING_RULE)
    .map((rule) => ({ id: rule.meta.id, rule })),
  ...SECRET_PATTERNS.map(({ name, pattern }) => ({
    id: name,
    rule: patternRule,
    options: { patterns: [{ name, patterns: [String(pattern)] }] },
  })),
];

// It keeps a mark for each rule and file and searches all of them for the next: minutes for a repository.
secretLintProfiler.mark = () => {};

export async function findSecrets(path: string, text: string): Promise<readonly SecretFinding[]> {
  const { messages } = await lintSource({
    source: { content: text, filePath: path, ext: extname(path), contentType: "text" },
    options: { config: { rules: RULES }, noPhysicFilePath: true },
  });
  return messages.map(({ ruleId, range: [start, end], loc }) => ({
    path,
    line: loc.start.line,
    rule: ruleId.replace("@secretlint/secretlint-rule-", ""),
    characters: end - start,
    sha256: sha256Hex(text.slice(start, end)),
  }));
}
