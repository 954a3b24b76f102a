import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { sha256Hex } from "../src/core/sha256.ts";

/** What others have made comes in at one version with one digest, and starts nothing by itself that we have not named. */

const bytes = (path: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../${path}`, import.meta.url)));
const read = <Shape>(path: string): Shape => JSON.parse(new TextDecoder().decode(bytes(path))) as Shape;

type Names = Readonly<Record<string, string>>;
interface Package {
  readonly scripts: Names;
  readonly dependencies: Names;
  readonly devDependencies: Names;
}
interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

const { scripts, dependencies, devDependencies } = read<Package>("package.json");
const wanted: Names = { ...dependencies, ...devDependencies };
const { "": _ours, ...locked } =
  read<{ readonly packages: Readonly<Record<string, Locked>> }>("package-lock.json").packages;

test("package.json asks for each package at one version, which is the one that is locked", () => {
  const loose = Object.entries(wanted).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
  assert.equal(loose, []);
  const other = Object.entries(wanted).filter(([name, version]) =>
    locked[`node_modules/${name}`]?.version !== version
  );
  assert.equal(other, []);
});

test("deno.json asks for the versions of package.json", () => {
  const { imports } = read<{ readonly imports: Names }>("deno.json");
  const asked = Object.values(imports).map((target) => /^npm:\/?(.+)@([^/]+)\/?$/.exec(target)!);
  assert.ok(asked.length > 5);
  assert.equal(asked.filter(([, name, version]) => wanted[name!] !== version).map(([target]) => target), []);
});

test("package-lock.json holds a sha512 of every package", () => {
  assert.ok(Object.keys(locked).length > 100);
  const open = Object.entries(locked).filter(([, { integrity, link }]) =>
    link === true || !integrity?.startsWith("sha512-")
  );
  assert.equal(open.map(([path]) => path), []);
});

test("installing runs no script of ours but prepare, and of others those that bring a binary", () => {
  const hooks = Object.keys(scripts).filter((name) => /^(?:pre|post)|^(?:install|dependencies)$/.test(name));
  assert.equal(hooks, ["prepare"]);
  const theirs = Object.keys(locked).filter((path) => locked[path]!.hasInstallScript === true);
  assert.equal(theirs, ["node_modules/deno", "node_modules/esbuild"]);
});

test("policies/build holds the wasm that its manifest names, from the rules that are there", () => {
  const manifest = read<{ readonly wasm_sha256: string; readonly sources: Names }>(
    "policies/build/manifest.json",
  );
  assert.is(sha256Hex(bytes("policies/build/policy.wasm")), manifest.wasm_sha256);
  const changed = Object.entries(manifest.sources).filter(([path, sha256]) =>
    sha256Hex(bytes(path)) !== sha256
  );
  assert.equal(changed, []);
});

test.run();
