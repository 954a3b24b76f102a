import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { sha256Hex } from "../../src/core/sha256.ts";
import { packFiles } from "../../src/edge/pack_files.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { untarred } from "../support/untarred.ts";

const big = new Uint8Array(3 << 20).map((_, i) => i * 7 + (i >> 8));
const note = new TextEncoder().encode("read me\n");
const quiet = { modifiedTs: 1_795_298_400_000, onProgress: () => {} };

test("packFiles() packs files and bytes, tells how far it is, and gives the same archive each time", () =>
  inTempFolder(async (folder) => {
    writeFileSync(`${folder}/big`, big);
    writeFileSync(`${folder}/empty`, "");
    const files = [
      { path: "README.txt", from: note },
      { path: "run/big", from: `${folder}/big` },
      { path: "run/empty", from: `${folder}/empty` },
    ];
    const progress: number[] = [];
    const onProgress = (bytes: number) => void progress.push(bytes);
    const packed = await packFiles(`${folder}/a.tar.gz`, files, { ...quiet, onProgress });
    const archive = new Uint8Array(readFileSync(`${folder}/a.tar.gz`));
    assert.equal(packed, { sha256: sha256Hex(archive), bytes: archive.length });
    assert.equal([...untarred(archive)], [
      ["README.txt", note],
      ["run/big", big],
      ["run/empty", new Uint8Array()],
    ]);
    assert.equal(progress, [8, 8 + (1 << 20), 8 + (2 << 20), 8 + (3 << 20)]);
    assert.equal(await packFiles(`${folder}/b.tar.gz`, files, quiet), packed);
  }));

test("packFiles() leaves nothing where a file cannot be read or becomes shorter, and nothing of another's is touched", () =>
  inTempFolder(async (folder) => {
    const missing = [{ path: "a", from: note }, { path: "b", from: `${folder}/missing` }];
    await refused(packFiles(`${folder}/a.tar.gz`, missing, quiet), /ENOENT/);
    writeFileSync(`${folder}/big`, big);
    const shrinking = { ...quiet, onProgress: () => writeFileSync(`${folder}/big`, "") };
    const files = [{ path: "big", from: `${folder}/big` }];
    await refused(
      packFiles(`${folder}/a.tar.gz`, files, shrinking),
      /^big has become shorter while it was packed$/,
    );
    assert.equal(readdirSync(folder), ["big"]);

    writeFileSync(`${folder}/a.tar.gz.tmp`, "another's");
    await refused(packFiles(`${folder}/a.tar.gz`, [{ path: "a", from: note }], quiet), /EEXIST/);
    assert.is(readFileSync(`${folder}/a.tar.gz.tmp`, "utf8"), "another's");
    assert.not.ok(existsSync(`${folder}/a.tar.gz`));
  }));

async function refused(packing: Promise<unknown>, expected: RegExp): Promise<void> {
  const error = await packing.then(() => null, (failure: Error) => failure);
  assert.match(error?.message ?? "it was packed", expected);
}

test.run();
