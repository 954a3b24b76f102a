import process from "node:process";
import type { WorkerRuntime } from "./isolated_command.ts";
import { runtimeFacts } from "./runtime_facts.ts";

/** The runtime that runs this process, to start another one with. */
export function ownRuntime(path: () => string = () => process.execPath): WorkerRuntime {
  const { name, version } = runtimeFacts() as Pick<WorkerRuntime, "name" | "version">;
  try {
    return { name, version, path: path() };
  } catch {
    return { name, version, path: name }; // Deno hides it without a grant to read; the system may find it
  }
}
