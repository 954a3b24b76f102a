import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import type { Files } from "../core/ports.ts";
import { freeBytesOf } from "./free_bytes.ts";
import { makeFolders } from "./make_folders.ts";

/** The file port over node:fs, on Node and on Deno. Synchronous, so that nothing comes between a turn and its sync. */
export const realFiles: Files = {
  makeDirectory: makeFolders,
  exists: existsSync,
  list: (path) => readdirSync(path).sort(),
  read(path) {
    const { buffer, byteOffset, length } = readFileSync(path);
    return new Uint8Array(buffer, byteOffset, length);
  },
  writeNew(path, data, options) {
    const fd = openSync(path, "wx", options?.secret === true ? 0o600 : 0o644);
    try {
      for (let rest = data; rest.length > 0;) rest = rest.subarray(writeSync(fd, rest));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  },
  append(path) {
    const fd = openSync(path, "a");
    return {
      write: (data) => writeSync(fd, data),
      sync: () => fdatasyncSync(fd),
      close: () => closeSync(fd),
    };
  },
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
  size: (path) => statSync(path).size,
  readPart(path, offset, length) {
    const part = new Uint8Array(length);
    const fd = openSync(path, "r");
    try {
      let count = 0;
      while (count < length) {
        const read = readSync(fd, part, count, length - count, offset + count);
        if (read === 0) break;
        count += read;
      }
      return part.subarray(0, count);
    } finally {
      closeSync(fd);
    }
  },
  identity(path) {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined ? null : `${stat.dev} ${stat.ino}`;
  },
  syncDirectory(path) {
    const fd = openSync(path, "r");
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  },
  freeBytes: (path) => freeBytesOf(path),
};
