import { redact } from "../core/secrets.ts";
import type { DecisionCheck } from "../night/check_decisions.ts";
import type { Terminal } from "./command.ts";
import { paint } from "./paint.ts";

const DISAGREEMENTS_SHOWN_MAX = 20;

/** The first decisions that come out otherwise, a line each. */
export function tellDisagreements({ disagreements, differing }: DecisionCheck, terminal: Terminal): void {
  const shown = disagreements.slice(0, DISAGREEMENTS_SHOWN_MAX);
  for (const { n, entrypoint, reason } of shown) {
    terminal.print(redact(`event ${n}, ${entrypoint}: ${reason}`));
  }
  if (differing > shown.length) terminal.print(`… and ${differing - shown.length} more`);
}

/** The same, and how many there were. */
export function tellDecisions(check: DecisionCheck, terminal: Terminal): void {
  tellDisagreements(check, terminal);
  const { allowed, denied, differing } = check;
  const verdict = differing === 0
    ? paint("AGREED", "green", terminal.hasColor)
    : paint("DISAGREED", "red", terminal.hasColor);
  terminal.print(
    `${verdict} ${
      allowed + denied
    } decisions asked about again: ${allowed} allow, ${denied} deny, ${differing} differ`,
  );
}
