/** Installs the pre-commit hook into the repository in this folder. */
import process from "node:process";
import { installHook } from "./commit_hook.ts";

try {
  process.exitCode = installHook(process.cwd(), (line) => console.log(line));
} catch (error) {
  console.log(`The hook could not be installed: ${(error as Error).message}`);
  process.exitCode = 1;
}
