import { fileURLToPath } from "node:url";
import type { AiBoundary } from "../core/ai_mail.ts";
import {
  isAtLeast,
  type IsolatedCommand,
  isolatedCommand,
  type IsolatedProgram,
  type Isolation,
  type WorkerRuntime,
} from "./isolated_command.ts";
import { lastLineOf, tailOf } from "./last_words.ts";
import { ownRuntime } from "./own_runtime.ts";
import { spawnIsolated } from "./spawn_isolated.ts";

/**
 * Finds the strongest boundary that this machine has around the AI process, by starting the process in it: whatever
 * does not let it start is not to be had here. It says nothing of what the boundary denies; the probe does.
 */
export interface Boundary {
  readonly name: AiBoundary;
  readonly isolation: Isolation;
  readonly runtime: WorkerRuntime;
  readonly programPath: string;
  /** For a reader: of what it is made. */
  readonly detail: string;
}

export interface FoundBoundary {
  /** null: nothing here denies the network. */
  readonly boundary: Boundary | null;
  /** Why there is no stronger one: a reason, and before it what did not let the process start for it. */
  readonly missed: readonly string[];
  /** How to get a better one; null where there is none. */
  readonly todo: string | null;
}

export interface BoundaryParts {
  readonly runtime: WorkerRuntime;
  readonly programPath: string;
  /** Starts it with nothing to read, upon which it must end well; gives the reason where it does not. */
  readonly tryOut: (command: IsolatedCommand) => Promise<string | null>;
}

export const WORKER_PATH: string = fileURLToPath(
  new URL("../../policies/build/ai_worker.mjs", import.meta.url),
);

/** Enough for any runtime to start in. */
const TRIAL_MEMORY_MB = 512;

type Form = Pick<Boundary, "name" | "isolation" | "detail">;

const NAMESPACES: readonly Form[] = [
  {
    name: "linux_namespaces",
    isolation: "root_namespaces",
    detail: "namespaces made by root, as nobody, a root folder of its own, resource limits",
  },
  {
    name: "linux_namespaces",
    isolation: "user_namespaces",
    detail: "namespaces of the user, a root folder of its own, resource limits",
  },
];

function formsFor(runtime: WorkerRuntime): readonly Form[] {
  const name = runtime.name === "deno" ? "deno_no_grants" : "node_permission";
  if (name === "node_permission" && !isAtLeast(runtime, 26, 0)) return NAMESPACES; // it leaves the network open
  const what = name === "deno_no_grants" ? "deno without a grant" : "permissions of node, network denied";
  return [
    ...NAMESPACES,
    { name, isolation: "limits", detail: `${what}, resource limits` },
    { name, isolation: "bare", detail: `${what}, without resource limits` },
  ];
}

export async function findBoundary(given: Partial<BoundaryParts> = {}): Promise<FoundBoundary> {
  const { runtime = ownRuntime(), programPath = WORKER_PATH, tryOut = tryCommand } = given;
  const missed = new Map<string, string[]>();
  const told = () => [...missed].map(([problem, forms]) => `${forms.join(", ")}: ${problem}`);
  for (const form of formsFor(runtime)) {
    const boundary = { ...form, runtime, programPath };
    const problem = await tryOut(commandFor(boundary, TRIAL_MEMORY_MB));
    if (problem === null) return { boundary, missed: told(), todo: todoFor(form.name, runtime) };
    missed.set(problem, [...missed.get(problem) ?? [], form.isolation]);
  }
  if (runtime.name === "node") {
    missed.set("its permissions leave the network open", [`node ${runtime.version}`]);
  }
  return { boundary: null, missed: told(), todo: todoFor(null, runtime) };
}

function todoFor(name: AiBoundary | null, runtime: WorkerRuntime): string | null {
  if (name === "linux_namespaces") return null;
  const ways = [
    "run on linux as root with CAP_SYS_ADMIN, or where user namespaces are allowed (util-linux installed)",
    ...(name === null && runtime.name === "node" ? ["use node 26 or later"] : []),
    ...(runtime.name === "deno"
      ? ["grant deno --allow-run=setpriv and what docs/ai.md names beside it"]
      : []),
  ];
  return ways.join("; ");
}

export function commandFor(
  { isolation, runtime, programPath }: Boundary,
  memoryMbMax: IsolatedProgram["memoryMbMax"],
): IsolatedCommand {
  return isolatedCommand(isolation, { runtime, programPath, memoryMbMax });
}

const TRIAL_MS_MAX = 10_000;

/** It reads the end of its input at once. */
export function tryCommand(
  command: IsolatedCommand,
  timeoutMs: number = TRIAL_MS_MAX,
): Promise<string | null> {
  return new Promise((resolve) => {
    try {
      const child = spawnIsolated(command);
      const timer = setTimeout(() => {
        resolve(`it does not end within ${timeoutMs} ms`);
        child.kill("SIGKILL");
      }, timeoutMs);
      let tail: Uint8Array = new Uint8Array();
      child.stdout.resume();
      child.stderr.on("data", (chunk: Uint8Array) => tail = tailOf(tail, chunk));
      child.on("error", (error) => {
        clearTimeout(timer);
        resolve(error.message);
      });
      child.on("close", (code, signal) => {
        clearTimeout(timer);
        resolve(code === 0 ? null : lastLineOf(tail) ?? `it ended with ${signal ?? `code ${code}`}`);
      });
      child.stdin.on("error", () => {}); // it was gone before
      child.stdin.end();
    } catch (error) {
      resolve((error as Error).message); // Deno asks for its grant before it starts anything
    }
  });
}
