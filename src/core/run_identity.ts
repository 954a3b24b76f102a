import type { Prices } from "./prices_of.ts";

/** What a run is, known before its first event and never changed: most of the manifest. */
export interface RunIdentity {
  readonly runId: string;
  readonly startedTs: number;
  readonly seed: number;
  readonly source: string;
  readonly venue: string;
  readonly prices: Prices;
  readonly commandLine: {
    readonly hash: string;
    readonly form: string;
    readonly words: readonly string[];
  };
  readonly codeVersion: Readonly<Record<string, unknown>>;
  readonly runtime: Readonly<Record<string, string>>;
}
