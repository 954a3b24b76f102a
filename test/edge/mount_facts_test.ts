import { test } from "uvu";
import * as assert from "uvu/assert";
import { mountFacts } from "../../src/edge/mount_facts.ts";

/** As an engine mounts them for a container with a read-only root, `--tmpfs /tmp` and a volume. */
const ROOT = "76 52 0:39 / / ro,relatime master:2 - overlay overlay rw,lowerdir=/l/X:/l/E,workdir=/work";
const CONTAINER: readonly string[] = [
  ROOT,
  "77 76 0:42 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw",
  "78 76 0:43 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755",
  "81 80 0:46 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,mode=755",
  "92 78 0:47 / /dev/shm rw,nosuid,nodev,noexec,relatime - tmpfs shm rw,size=65536k",
  "93 76 0:48 / /tmp rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,size=65536k",
  "94 76 254:0 /volumes/var/_data /app/var rw,relatime master:1 - ext4 /dev/vda rw,discard",
  "57 77 0:49 / /proc/acpi ro,relatime - tmpfs tmpfs ro",
  "58 77 0:43 /null /proc/keys rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755",
  "60 80 0:50 / /sys/firmware ro,relatime - tmpfs tmpfs ro",
];
const factsOf = (...lines: readonly string[]) => mountFacts(lines.map((line) => `${line}\n`).join(""));
const HELD = ["rw", "nosuid", "nodev", "noexec", "relatime"];

test("mountFacts() tells a container's read-only root, and each tmpfs that it could keep files in", () => {
  assert.equal(factsOf(...CONTAINER), {
    isRootReadOnly: true,
    writableTmpfs: [{ path: "/dev/shm", options: HELD }, { path: "/tmp", options: HELD }],
  });
});

const TMPFS: readonly (readonly [name: string, line: string, paths: readonly string[]])[] = [
  ["counts one with a source that has no name", "9 8 0:48 / /tmp rw - tmpfs  rw", ["/tmp"]],
  ["counts ramfs", "9 8 0:48 / /r rw - ramfs none rw", ["/r"]],
  ["counts one that others share", "9 8 0:48 / /s rw shared:1 master:2 - tmpfs tmpfs rw", ["/s"]],
  ["counts /dev where all may write in it", "9 8 0:43 / /dev rw - tmpfs tmpfs rw,mode=1777", ["/dev"]],
  ["tells a path with a space", "9 8 0:48 / /a\\040b rw - tmpfs tmpfs rw", ["/a b"]],
  ["leaves out one that is mounted read-only", "9 8 0:48 / /tmp ro - tmpfs tmpfs rw", []],
  ["leaves out one that is read-only itself", "9 8 0:48 / /tmp rw - tmpfs tmpfs ro", []],
  ["leaves out a part of one", "9 8 0:48 /part /data rw - tmpfs tmpfs rw", []],
  ["leaves out what lies on a disk", "9 8 254:0 / /tmp rw - ext4 /dev/vda rw", []],
];

for (const [name, line, paths] of TMPFS) {
  test(`mountFacts() ${name}`, () => {
    assert.equal(factsOf(ROOT, line).writableTmpfs?.map(({ path }) => path), paths);
  });
}

test("mountFacts() tells a root that can be written, and takes the one that was mounted last", () => {
  const writable = ROOT.replace(" ro,", " rw,");
  assert.is(factsOf(writable).isRootReadOnly, false);
  assert.is(factsOf(ROOT, writable).isRootReadOnly, false);
  assert.is(factsOf(writable, ROOT).isRootReadOnly, true);
  assert.is(factsOf("27 1 254:0 / / rw - ext4 /dev/vda ro").isRootReadOnly, true);
});

test("mountFacts() knows nothing when there is no root, no text, or a line that it does not understand", () => {
  const nothing = { isRootReadOnly: null, writableTmpfs: null };
  assert.equal(mountFacts(null), nothing);
  assert.equal(mountFacts(""), nothing);
  assert.equal(factsOf(...CONTAINER.slice(1)), nothing);
  assert.equal(factsOf(...CONTAINER, "93 76 0:48 / /tmp"), nothing);
});

test.run();
