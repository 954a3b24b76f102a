import { readFileSync } from "node:fs";
import process from "node:process";
import { sha256Hex } from "../core/sha256.ts";

/** What this process was started as, read before anything can change its title. */
export interface CommandLine {
  readonly hash: string;
  readonly form: "proc" | "canonical";
  readonly words: readonly string[];
  /** Why the form that this platform owes could not be had; null where it could. */
  readonly problem: string | null;
}

/** On Linux the exact bytes of /proc/self/cmdline; elsewhere, and under Deno without the grant for /proc, canonical JSON. */
export function readCommandLine(
  options: {
    readonly platform: string;
    readonly isDeno: boolean;
    readonly readProc: () => Uint8Array;
    readonly words: readonly string[];
  } = {
    platform: process.platform,
    isDeno: "Deno" in globalThis,
    readProc: () => readFileSync("/proc/self/cmdline"),
    words: [process.execPath, ...process.argv.slice(1)],
  },
): CommandLine {
  const { words } = options;
  const canonical = { hash: sha256Hex(JSON.stringify(words)), form: "canonical", words } as const;
  if (options.platform !== "linux") return { ...canonical, problem: null };
  try {
    const bytes = options.readProc();
    if (bytes.length === 0) return { ...canonical, problem: "/proc/self/cmdline is empty" };
    const text = new TextDecoder().decode(bytes);
    return {
      hash: sha256Hex(bytes),
      form: "proc",
      words: text.replace(/\0$/, "").split("\0"),
      problem: null,
    };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { ...canonical, problem: options.isDeno ? null : `/proc/self/cmdline cannot be read: ${detail}` };
  }
}
