import { test } from "uvu";
import * as assert from "uvu/assert";
import { freeBytesOf, type Statfs } from "../../src/edge/free_bytes.ts";
import { inTempFolder } from "../support/temp_folder.ts";

/** A statfs that fails in a way of its own. */
function failing(fields: { readonly name?: string; readonly code?: string }): Statfs {
  return () => {
    throw Object.assign(new Error("no figure"), fields);
  };
}

test("freeBytesOf() gives what may be written, not what is kept for others", () =>
  inTempFolder((folder) => {
    assert.ok(freeBytesOf(folder)! > 0);
    assert.is(freeBytesOf(folder, () => ({ blocks: 9, bavail: 3, bsize: 4096 })), 12_288);
    assert.is(freeBytesOf(folder, () => ({ blocks: 9, bavail: 0, bsize: 4096 })), 0);
  }));

test("freeBytesOf() is null where nobody can say", () => {
  const table: readonly (readonly [what: string, statfs: Statfs])[] = [
    ["no grant", failing({ name: "NotCapable" })],
    ["not there", failing({ code: "ENOSYS" })],
    ["not here", failing({ code: "ENOTSUP" })],
    ["not on this file system", failing({ code: "EOPNOTSUPP" })],
    ["a file system without blocks", () => ({ blocks: 0, bavail: 0, bsize: 4096 })],
  ];
  for (const [what, statfs] of table) assert.is(freeBytesOf("/var", statfs), null, what);
});

test("freeBytesOf() throws what is a fault", () => {
  for (const code of ["EIO", "ENOENT"]) {
    assert.throws(
      () => freeBytesOf("/var", failing({ code })),
      (error: { code?: string }) => error.code === code,
    );
  }
});

test.run();
