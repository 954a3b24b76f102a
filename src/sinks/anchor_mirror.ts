import { ConfigError } from "../core/config.ts";
import type { Files } from "../core/ports.ts";
import { writeAtomic } from "./atomic_file.ts";
import { beforeHole } from "./log_reader.ts";
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
    const mirror = mirrorFile(files, folder, { ...options, bytes: 0 });
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
  const mirrored = prefixIn(files, path, anchors);
  if (beforeHole(mirrored).length < mirrored.length) writeAtomic(files, path, anchors);
  const handle = files.append(path);
  try {
    for (let rest = anchors.subarray(files.size(path)); rest.length > 0;) {
      rest = rest.subarray(handle.write(rest));
    }
    handle.sync();
  } finally {
    handle.close();
  }
  return mirrorFile(files, folder, { ...options, bytes: anchors.length });
}

/**
 * After a sync that failed nobody knows what the file holds, and a later line would stand behind a hole: then it is
 * made anew, of the anchors of the run, which were synced before they came here.
 */
function mirrorFile(
  files: Files,
  folder: string,
  { varFolder, runId, bytes }: { readonly varFolder: string; readonly runId: string; readonly bytes: number },
): AnchorMirror {
  const name = `${runId}.anchors.jsonl`;
  const open = (bytes: number) =>
    new SegmentedFile(files, folder, `${runId}.anchors`, Infinity, [{ name, bytes, lines: 0 }]);
  let file = open(bytes);
  let isLost = false;

  const makeAnew = () => {
    const anchors = files.read(`${varFolder}/runs/${runId}/audit/anchors.jsonl`);
    prefixIn(files, `${folder}/${name}`, anchors);
    writeAtomic(files, `${folder}/${name}`, anchors);
    file = open(anchors.length);
    isLost = false;
  };
  return {
    add: (line) => file.add(line),
    write: () => isLost ? makeAnew() : file.write(),
    sync() {
      try {
        file.sync();
      } catch (error) {
        isLost = true;
        throw error;
      }
    },
    close: () => file.close(),
  };
}

/** What a mirror holds. It is a witness: where it says something else than the run, nobody may replace it. */
function prefixIn(files: Files, path: string, anchors: Uint8Array): Uint8Array {
  const mirrored = files.read(path);
  if (!isPrefix(mirrored, anchors)) throw new Error(`${path} holds other anchors than its run`);
  return mirrored;
}

/** A mirror is written behind the run's own anchors, so a crash leaves it with the beginning of them, and a hole at most. */
export function isPrefix(mirrored: Uint8Array, anchors: Uint8Array): boolean {
  const whole = beforeHole(mirrored);
  const areWhole = beforeHole(anchors).length === anchors.length;
  return areWhole && Buffer.compare(whole, anchors.subarray(0, whole.length)) === 0;
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
