/** A Rego module with one of its denials or conditions taken away. */
export interface Mutant {
  /** Where it stood, counted from 1. */
  readonly line: number;
  readonly what: string;
  readonly text: string;
}

/**
 * By the layout that `opa fmt` gives: a rule begins in the first column and ends with a brace there or with its line,
 * and the conditions of its body are indented by one tab each.
 */
export function mutantsOf(source: string): readonly Mutant[] {
  const lines = source.split("\n");
  return lines.flatMap((line, i): readonly Mutant[] => {
    const without = (count: number, what: string): Mutant => ({
      line: i + 1,
      what,
      text: lines.toSpliced(i, count).join("\n"),
    });
    const denial = /^denials contains "(\w+)" if/.exec(line);
    if (denial !== null) return [without(lengthOfRule(lines, i), denial[1]!)];
    const helper = /^(\w.* if )(?!\{)(.+)$/.exec(line);
    if (helper !== null) {
      return [{ ...without(0, helper[2]!), text: lines.with(i, `${helper[1]}true`).join("\n") }];
    }
    return /^\t[^\t]/.test(line) && isInBody(lines, i) ? [without(1, line.trim())] : [];
  });
}

function lengthOfRule(lines: readonly string[], from: number): number {
  return lines[from]!.endsWith("{") ? lines.indexOf("}", from) - from + 1 : 1;
}

/** Of a rule with conditions, and not of a table or a set. */
function isInBody(lines: readonly string[], at: number): boolean {
  return /\bif \{$/.test(lines.slice(0, at).findLast((line) => /^\S/.test(line)) ?? "");
}
