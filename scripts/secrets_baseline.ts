/** .secrets.baseline: what was found, looked at and accepted. It has no line numbers, so an edit elsewhere keeps it valid. */
import type { SecretFinding } from "./secret_findings.ts";

export const BASELINE = ".secrets.baseline";

export type Accepted = Pick<SecretFinding, "path" | "rule" | "sha256">;

export function formatBaseline(findings: readonly Accepted[]): string {
  const byKey = new Map(
    findings.map(({ path, rule, sha256 }) => [keyOf({ path, rule, sha256 }), { path, rule, sha256 }]),
  );
  const accepted = [...byKey.keys()].sort().map((key) => byKey.get(key));
  return JSON.stringify({ accepted }, null, 2) + "\n";
}

export function parseBaseline(text: string): readonly Accepted[] {
  const { accepted } = readObject(text);
  if (!Array.isArray(accepted)) throw new Error(`${BASELINE} has no list "accepted"`);
  return accepted.map((entry: Partial<Accepted>, index) => {
    const { path, rule, sha256 } = entry ?? {};
    if (typeof path !== "string" || typeof rule !== "string" || !/^[0-9a-f]{64}$/.test(sha256 ?? "")) {
      throw new Error(`${BASELINE}: entry ${index} is not {path, rule, sha256}`);
    }
    return { path, rule, sha256: sha256! };
  });
}

function readObject(text: string): { readonly accepted?: unknown } {
  try {
    return JSON.parse(text) ?? {};
  } catch (error) {
    throw new Error(`${BASELINE} is not JSON: ${(error as Error).message}`);
  }
}

/** Findings that nobody has accepted, and entries that nothing matches any more. */
export function compareWithBaseline(
  findings: readonly SecretFinding[],
  accepted: readonly Accepted[],
): { readonly unknown: readonly SecretFinding[]; readonly stale: readonly Accepted[] } {
  const known = new Set(accepted.map(keyOf));
  const found = new Set(findings.map(keyOf));
  return {
    unknown: findings.filter((finding) => !known.has(keyOf(finding))),
    stale: accepted.filter((entry) => !found.has(keyOf(entry))),
  };
}

function keyOf({ path, rule, sha256 }: Accepted): string {
  return JSON.stringify([path, rule, sha256]);
}
