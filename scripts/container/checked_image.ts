import { execFileSync } from "node:child_process";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import type { DockerEngine, Ran } from "./docker_engine.ts";
import type { RunFlags, Service } from "./run_flags.ts";

/** The image under test, and its one container at a time. All that it makes is called after it, and removed by that name. */
export interface CheckedImage {
  build(root: string): Ran;
  sizeBytes(): number;
  /** What compose.yaml says, with more words; with other flags where they are given. */
  night(words: readonly string[], flags?: RunFlags): Ran;
  /** Another command of the program. */
  call(words: readonly string[], flags?: RunFlags): Ran;
  shell(script: string): Ran;
  /** Begins a night. */
  begin(words: readonly string[]): Ran;
  /** Waits until the night that was begun listens to SIGTERM; what is wrong, or null. */
  listens(): Promise<string | null>;
  /** Waits until the engine calls the night that was begun healthy; what is wrong, or null. */
  becomesHealthy(): Promise<string | null>;
  signal(how: "stop" | "kill"): void;
  /** How the night that was begun has ended. */
  ended(): Ran;
  clean(): void;
}

const NAME = `nore-check-${process.pid}`;
const BUILD_MS_MAX = 300_000;
const NIGHT_MS_MAX = 120_000;
const READY_MS_MAX = 60_000;
const POLL_MS = 100;
const SIGTERM_BIT = 1n << 14n;

export function checkedImage(engine: DockerEngine, service: Service): CheckedImage {
  const remove = (): Ran => engine.run(["rm", "--force", "--volumes", NAME]);
  const start = (own: readonly string[], words: readonly string[], flags = service.flags): Ran => {
    // Nobody else's volumes are taken.
    const given = Object.values(flags).flat().map((word) => word.replace(/^--volume=/, `--volume=${NAME}-`));
    const all = ["run", "--name", NAME, ...given, ...own, NAME, ...words];
    const started = engine.run(all, { timeoutMs: NIGHT_MS_MAX });
    if (started.code === null) remove();
    return started;
  };
  const call: CheckedImage["call"] = (words, flags) => start(["--rm"], words, flags);
  const inspect = (format: string): string => engine.run(["inspect", "-f", format, NAME]).output.trim();
  async function comesTrue(otherwise: string, isTrue: () => boolean): Promise<string | null> {
    const until = performance.now() + READY_MS_MAX;
    while (!isTrue()) {
      if (performance.now() > until || inspect("{{.State.Running}}") !== "true") {
        return `${otherwise}: ${inspect("{{json .State}}")}\n${engine.run(["logs", NAME]).output}`;
      }
      await delay(POLL_MS);
    }
    return null;
  }
  return {
    build(root) {
      // Packages come from where this machine's npm takes them, by the way that this machine has.
      const npm = ["--network=host", "--build-arg", `npm_config_registry=${registry()}`];
      return engine.run(["build", ...npm, "--tag", NAME, root], { timeoutMs: BUILD_MS_MAX });
    },
    sizeBytes: () => Number(engine.run(["image", "inspect", "-f", "{{.Size}}", NAME]).output),
    night: (words, flags) => call([...service.command, ...words], flags),
    call,
    shell: (script) => start(["--rm", "--entrypoint=sh"], ["-c", script]),
    begin: (words) => start(["--detach", "--health-interval=1s"], [...service.command, ...words]),
    listens: () =>
      comesTrue("it never listened", () => {
        const caught = engine.run(["exec", NAME, "grep", "SigCgt", "/proc/1/status"]).output;
        return (BigInt(`0x${/[0-9a-f]{16}/.exec(caught)?.[0] ?? "0"}`) & SIGTERM_BIT) !== 0n;
      }),
    // The last beat of another night can still be young enough: this one has spoken, too.
    becomesHealthy: () =>
      comesTrue(
        "it was never healthy",
        () =>
          /^NORE /m.test(engine.run(["logs", NAME]).output) &&
          inspect("{{.State.Health.Status}}") === "healthy",
      ),
    signal: (how) => void engine.run([how, NAME]),
    ended() {
      const { code, output } = engine.run(["wait", NAME]);
      const logs = engine.run(["logs", NAME]);
      remove();
      return { code: code === 0 ? Number(output) : null, output: logs.output };
    },
    clean() {
      remove();
      const volumes = engine.run(["volume", "ls", "--quiet", "--filter", `name=${NAME}-`]).output.trim();
      if (volumes !== "") engine.run(["volume", "rm", ...volumes.split("\n")]);
      engine.run(["image", "rm", NAME]);
    },
  };
}

function registry(): string {
  return execFileSync("npm", ["config", "get", "registry"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}
