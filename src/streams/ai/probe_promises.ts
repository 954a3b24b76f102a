import { type AiBoundary, PROBE_ATTEMPTS, type ProbeAttempt } from "../../core/ai_mail.ts";

/** What each boundary promises to deny, and what of an attempt's results breaks its word. */
export type AttemptName = ProbeAttempt["name"];

/** Said honestly: what a boundary does not hold is not promised. */
const NOT_PROMISED: Readonly<Record<AiBoundary, readonly AttemptName[]>> = {
  linux_namespaces: [],
  /** Its permissions know no signals. */
  node_permission: ["signal_parent"],
  deno_no_grants: [],
};

export function isDenied(boundary: AiBoundary, attempt: AttemptName): boolean {
  return !NOT_PROMISED[boundary].includes(attempt);
}

/**
 * One line a leak, none where the boundary has kept its word. `arrived` is what the host has seen come through: it
 * counts whatever the process says of it, and so does an attempt that it does not tell of, or tells of twice.
 */
export function leaksOf(
  boundary: AiBoundary,
  attempts: readonly ProbeAttempt[],
  arrived: readonly string[] = [],
): readonly string[] {
  const names = new Set<string>(PROBE_ATTEMPTS);
  const timesTold = (name: string): number => attempts.filter((attempt) => attempt.name === name).length;
  const isBroken = ({ name, succeeded }: ProbeAttempt): boolean =>
    names.has(name) && succeeded !== false && isDenied(boundary, name);
  return [
    ...attempts.filter(isBroken).map(({ name, detail }) => `${name} worked: ${detail}`),
    ...arrived.map((name) => `${name} arrived at the host`),
    ...PROBE_ATTEMPTS.filter((name) => timesTold(name) !== 1)
      .map((name) => `${name} was told ${timesTold(name)} times, expected once`),
    ...attempts.filter(({ name }) => !names.has(name)).map(({ name }) =>
      `${name} is no attempt that is known`
    ),
  ];
}
