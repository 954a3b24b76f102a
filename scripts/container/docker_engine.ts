import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
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
const START_MS_MAX = 300_000;
const RUN_MS_MAX = 60_000;

/** null where none answers, and none can be started. */
export function findEngine(): DockerEngine | null {
  const answering = [{}, { DOCKER_HOST: localHost() }].find(answers);
  if (answering !== undefined) return engineWith(answering, () => {});
  if (!existsSync(STARTER)) return null;
  const { code, output } = ran(STARTER, ["start"], { timeoutMs: START_MS_MAX });
  if (code !== 0) throw new Error(`${STARTER} start ended with ${code}:\n${output}`);
  const told = [...output.matchAll(/\b(DOCKER_\w+)=(\S+)/g)].map(([, name, value]) => [name!, value!]);
  return engineWith(Object.fromEntries(told), () => void ran(STARTER, ["stop"]));
}

type Variables = Readonly<Record<string, string>>;

/** Where the starter puts its engine, which may run already: then it is somebody else's, and not to be stopped. */
function localHost(): string {
  return `unix://${process.env["LOCAL_DOCKER_DIR"] ?? "/tmp/local-docker"}/docker.sock`;
}

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
