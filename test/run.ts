/**
 * Runs every test/**\/*_test.ts in one process, on Node and on Deno, and counts what ran: `test/run.ts [PART OF A PATH]`.
 * uvu's own runners pass a file that runs no test in silence; this one fails it.
 */
import { readdirSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { refuseForeignDials } from "./support/refuse_foreign_dials.ts";

type Suite = () => Promise<[errors: string | true, ran: number, skipped: number, total: number]>;
interface UvuGlobals {
  UVU_DEFER?: number;
  UVU_INDEX?: number;
  UVU_QUEUE?: [string | null, ...Suite[]][];
}

const uvu = globalThis as UvuGlobals;
const queue: [string | null, ...Suite[]][] = [];
uvu.UVU_DEFER = 1;
uvu.UVU_QUEUE = queue;
refuseForeignDials();

const folder = fileURLToPath(new URL(".", import.meta.url));
const wanted = process.argv[2] ?? "";
const files = (readdirSync(folder, { recursive: true }) as string[])
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith("_test.ts") && path.includes(wanted))
  .sort();

let passed = 0;
let failed = 0;
let skipped = 0;
for (const [index, path] of files.entries()) {
  const group: [string | null, ...Suite[]] = [path];
  queue.push(group);
  uvu.UVU_INDEX = index;
  await import(new URL(path, import.meta.url).href);
  process.stdout.write(`${path} `);
  let ranHere = 0;
  for (const suite of group.slice(1) as Suite[]) {
    const [errors, ran, skips, total] = await suite();
    if (errors !== true) process.stdout.write(errors);
    passed += ran;
    failed += total - ran;
    skipped += skips;
    ranHere += total + skips;
  }
  if (ranHere === 0) {
    process.stdout.write("  FAIL  no test ran: is test.run() at its end?\n");
    failed++;
  }
}
const TESTS_MIN = 800;
if (wanted === "" && passed < TESTS_MIN) {
  process.stdout.write(
    `Only ${passed} tests passed, at least ${TESTS_MIN} are expected: are some not found?\n`,
  );
  failed++;
}
if (files.length === 0) {
  process.stdout.write(`No test file has ${JSON.stringify(wanted)} in its path\n`);
  failed++;
}
process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;
