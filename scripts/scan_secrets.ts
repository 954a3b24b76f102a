/**
 * Fails where the repository in this folder holds what looks like a secret: `scripts/scan_secrets.ts [--staged | --update]`.
 * --staged looks at what would be committed, --update accepts all that is found. docs/secrets.md tells more.
 */
import process from "node:process";
import { type ScanMode, scanSecrets } from "./secrets_scan.ts";

const MODES: Readonly<Record<string, ScanMode>> = {
  "": "tracked",
  "--staged": "staged",
  "--update": "update",
};

const given = process.argv.slice(2).join(" ");
const mode = MODES[given];
if (mode === undefined) {
  console.log(`Unknown: ${given}. Known: --staged, --update, or nothing`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await scanSecrets(process.cwd(), mode, (line) => console.log(line));
  } catch (error) {
    console.log(`The repository could not be looked through: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
