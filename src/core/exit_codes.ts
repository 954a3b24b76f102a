/** What the program's exit code says; scripts rely on it. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  stopped: 3,
  integrity: 4,
  lockHeld: 5,
} as const;
