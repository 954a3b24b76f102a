import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The engine that answers, or one that is started for as long as it is used. */
export interface DockerEngine {
  run(words: readonly string[], options?: { readonly timeoutMs?: number }): Ran;
  /** Ends the engine where it was started here. */
  stop(): void;
}

export interface Ran {
  /** null: it did not end in time. */
  readonly code: number | null;
  readonly output: string;
}

const STARTER = fileURLToPath(new URL("../../../shared/bin/local-docker", import.meta.url));
/** Where the engine is that it starts. */
const FOLDER = process.env["LOCAL_DOCKER_DIR"] ?? `${tmpdir()}/local-docker`;
const STARTED_IN = { LOCAL_DOCKER_DIR: FOLDER };
const START_MS_MAX = 300_000;
const RUN_MS_MAX = 60_000;

/** null where none answers, and none can be started. */
export function findEngine(): DockerEngine | null {
  // Where it runs already, it is somebody else's, and not to be stopped.
  const answering = [{}, { DOCKER_HOST: `unix://${FOLDER}/docker.sock` }].find(answers);
  if (answering !== undefined) return engineWith(answering, () => {});
  if (!existsSync(STARTER)) return null;
  const { code, output } = ran(STARTER, ["start"], { variables: STARTED_IN, timeoutMs: START_MS_MAX });
  if (code !== 0) throw new Error(`${STARTER} start ended with ${code}:\n${output}`);
  const told = [...output.matchAll(/\b(DOCKER_\w+)=(\S+)/g)].map(([, name, value]) => [name!, value!]);
  return engineWith(Object.fromEntries(told), () => void ran(STARTER, ["stop"], { variables: STARTED_IN }));
}

type Variables = Readonly<Record<string, string>>;

function answers(variables: Variables): boolean {
  return ran("docker", ["info"], { variables, timeoutMs: 10_000 }).code === 0;
}

function engineWith(variables: Variables, stop: () => void): DockerEngine {
  return { run: (words, options) => ran("docker", words, { ...options, variables }), stop };
}

function ran(
  program: string,
  words: readonly string[],
  { variables = {}, timeoutMs = RUN_MS_MAX }: {
    readonly variables?: Variables;
    readonly timeoutMs?: number;
  } = {},
): Ran {
  const env = { ...process.env, ...variables };
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: "utf8", env, timeout: timeoutMs });
  return { code: status, output: `${stdout ?? ""}${stderr ?? ""}` };
}
