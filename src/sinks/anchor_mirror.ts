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
  const waiting: string[] = [];
  return {
    add: (line) => void waiting.push(line),
    write: () => waiting.splice(0).forEach(options.print),
    sync: () => {},
    close: () => {},
  };
}
