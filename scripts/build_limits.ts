/** Writes docs/limits.md from the schema of the configuration. With --check it writes nothing, and fails where it differs. */
import { readFileSync, writeFileSync } from "node:fs";
import { limitsText } from "./limits_text.ts";

const at = (path: string): URL => new URL(`../${path}`, import.meta.url);
const read = (path: string): string => readFileSync(at(path), "utf8");

const DOCUMENT = "docs/limits.md";
const text = limitsText(JSON.parse(read("config/nore.v1.schema.json")), read);

if (!process.argv.includes("--check")) {
  writeFileSync(at(DOCUMENT), text);
  console.log(`written: ${DOCUMENT}`);
} else if (read(DOCUMENT) === text) {
  console.log(`up to date: ${DOCUMENT}`);
} else {
  console.log(`${DOCUMENT} is not current, run "node --import tsx scripts/build_limits.ts"`);
  process.exitCode = 1;
}
