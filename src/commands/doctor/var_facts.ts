import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Config } from "../../core/config.ts";
import { openSigner } from "../../edge/ed25519_signer.ts";
import { type FolderProbe, probeFolder } from "../../edge/probe_folder.ts";
import { realFiles } from "../../edge/real_files.ts";
import { mirrorFolder } from "../../sinks/anchor_mirror.ts";
import { describeLatch, readLatch } from "../../sinks/stop_flag.ts";
import { anchorKeyPath } from "../anchor_key.ts";

/** What lies in `var` and beside it, looked at without taking its lock. */
export interface VarFacts {
  readonly folder: string;
  readonly probe: FolderProbe;
  /** What the latch says, null where there is none. */
  readonly latch: string | null;
  readonly holder: VarHolder | null;
  readonly key: KeyFacts;
  /** null: anchors are mirrored to standard output. Whether its disk is that of the runs is null where it cannot be seen. */
  readonly mirror: { readonly folder: string; readonly isSameDisk: boolean | null } | null;
}

export interface VarHolder {
  /** `pid 4711, node`, or that it cannot be read. */
  readonly who: string;
  /** Since its last sign of life. */
  readonly beatAgeMs: number;
}

export interface KeyFacts {
  readonly path: string;
  /** null where there is none. */
  readonly mode: number | null;
  /** Why it cannot be used. */
  readonly problem: string | null;
}

export function readVarFacts(config: Config, folder: string, nowTs: number): VarFacts {
  const latch = readLatch(realFiles, folder);
  return {
    folder,
    latch: latch === null ? null : describeLatch(latch),
    holder: holderOf(folder, nowTs),
    key: keyFacts(anchorKeyPath(config, folder)),
    mirror: mirrorFacts(mirrorFolder(config.audit.anchor_mirror, folder), folder),
    probe: probeFolder(folder),
  };
}

function holderOf(folder: string, nowTs: number): VarHolder | null {
  const path = `${folder}/lock`;
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (text === "") return null; // never held, or let go of
  const beats = [`${folder}/current.json`, path].filter((file) => existsSync(file));
  const beatAgeMs = Math.min(...beats.map((file) => nowTs - statSync(file).mtimeMs));
  return { who: whoIn(text), beatAgeMs };
}

function whoIn(text: string): string {
  try {
    const { pid, runtime } = JSON.parse(text) as { readonly pid: unknown; readonly runtime: unknown };
    return `pid ${pid}, ${runtime}`;
  } catch {
    return "its name cannot be read";
  }
}

function keyFacts(path: string): KeyFacts {
  let mode: number | null = null;
  try {
    if (existsSync(path)) {
      mode = statSync(path).mode & 0o777;
      openSigner(realFiles, path);
    }
    return { path, mode, problem: null };
  } catch (error) {
    return { path, mode, problem: (error as Error).message };
  }
}

function mirrorFacts(mirror: string | null, folder: string): VarFacts["mirror"] {
  if (mirror === null) return null;
  try {
    return { folder: mirror, isSameDisk: diskOf(mirror) === diskOf(folder) };
  } catch {
    return { folder: mirror, isSameDisk: null }; // outside what deno was granted
  }
}

/** The device that a folder is on, or will be. The root is always there. */
function diskOf(folder: string): number {
  let outer = folder;
  while (outer !== dirname(outer) && !existsSync(outer)) outer = dirname(outer);
  return statSync(outer).dev;
}
