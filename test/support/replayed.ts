import * as assert from "uvu/assert";
import type { Files, PolicyGate } from "../../src/core/ports.ts";
import { type Replay, replayRun } from "../../src/night/replay_run.ts";
import { openRunGate, openRunRoles, readBasis, type RunBasis } from "../../src/night/run_basis.ts";
import type { StartFacts } from "../../src/night/start_facts.ts";
import type { RoleEntry } from "../../src/streams/operators/react.ts";
import { CONFIG_SCHEMA } from "./repo_config.ts";

/** A run replayed from its folder, by its own policy and the program's roles unless a test gives others. */
export interface ReplayOf {
  readonly files: Files;
  readonly runFolder: string;
  readonly isComplete?: boolean;
  /** A folder may keep a stand-in for the policy's wasm. */
  readonly gate?: PolicyGate;
  readonly roles?: readonly RoleEntry[];
  /** Where a night was run with what no file could say. */
  readonly basis?: RunBasis;
  readonly onProgress?: (events: number) => void;
}

export async function replayed(of: ReplayOf): Promise<Replay> {
  const { files, runFolder } = of;
  const basis = of.basis ?? readBasis(files, runFolder, CONFIG_SCHEMA);
  return replayRun({
    files,
    runFolder,
    basis,
    gate: of.gate ?? await openRunGate(files, runFolder, basis),
    roles: of.roles ?? openRunRoles(basis, basis.startFacts as StartFacts),
    isComplete: of.isComplete ?? true,
    onProgress: of.onProgress ?? (() => {}),
  });
}

/** Replays it, and wants all of it again. */
export async function replaysWhole(of: ReplayOf): Promise<Replay> {
  const replay = await replayed(of);
  assert.equal(replay.difference, null);
  assert.equal([replay.cutEvents, replay.failure], [0, null]);
  return replay;
}
