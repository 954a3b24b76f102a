import { ConfigError } from "../core/config.ts";
import type { Files } from "../core/ports.ts";
import { SegmentedFile } from "./segmented_file.ts";

/** The second place for anchors: a cut-off tail shows only where somebody else has seen it. */
export interface AnchorMirror {
  add(line: string): void;
  write(): void;
  sync(): void;
  close(): void;
}

/** The folder that `audit.anchor_mirror` names, relative to `var`; null where it names standard output. */
export function mirrorFolder(setting: string, varFolder: string): string | null {
  if (setting === "stdout") return null;
  return setting.startsWith("/") ? setting : `${varFolder}/${setting}`;
}

export function openMirror(
  files: Files,
  setting: string,
  options: { readonly varFolder: string; readonly runId: string; readonly print: (line: string) => void },
): AnchorMirror {
  const folder = mirrorFolder(setting, options.varFolder);
  if (folder !== null) {
    files.makeDirectory(folder);
    const path = `${folder}/${options.runId}.anchors.jsonl`;
    if (files.exists(path)) {
      throw new ConfigError(`${path} is there already: another run of this name has its anchors in it`);
    }
    const mirror = new SegmentedFile(files, folder, `${options.runId}.anchors`, Infinity);
    files.syncDirectory(folder);
    return mirror;
  }
  return printed(options.print);
}

/**
 * The mirror of a run that goes on, with the anchors that a crash has kept from it.
 * Where it is gone none is made: a new one would be no witness.
 */
export function reopenMirror(
  files: Files,
  setting: string,
  options: {
    readonly varFolder: string;
    readonly runId: string;
    readonly print: (line: string) => void;
    readonly anchors: Uint8Array;
  },
): AnchorMirror {
  const { anchors, runId } = options;
  const folder = mirrorFolder(setting, options.varFolder);
  if (folder === null) return printed(options.print);
  const path = `${folder}/${runId}.anchors.jsonl`;
  if (!files.exists(path)) return printed(() => {});
  const mirrored = files.read(path);
  if (!isPrefix(mirrored, anchors)) throw new Error(`${path} holds other anchors than its run`);
  const handle = files.append(path);
  try {
    for (let rest = anchors.subarray(mirrored.length); rest.length > 0;) {
      rest = rest.subarray(handle.write(rest));
    }
    handle.sync();
  } finally {
    handle.close();
  }
  const segment = { name: `${runId}.anchors.jsonl`, bytes: anchors.length, lines: 0 };
  return new SegmentedFile(files, folder, `${runId}.anchors`, Infinity, [segment]);
}

/** A mirror is written behind the run's own anchors, so a crash leaves it with the beginning of them. */
export function isPrefix(mirrored: Uint8Array, anchors: Uint8Array): boolean {
  return Buffer.compare(mirrored, anchors.subarray(0, mirrored.length)) === 0;
}

function printed(print: (line: string) => void): AnchorMirror {
  const waiting: string[] = [];
  return {
    add: (line) => void waiting.push(line),
    write: () => waiting.splice(0).forEach(print),
    sync: () => {},
    close: () => {},
  };
}
