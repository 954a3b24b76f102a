/**
 * Takes the policy's rules away, one at a time (every denial, and every condition in a rule's body), and runs the Rego
 * tests each time: a change that no test notices fails. `scripts/policy_mutants.ts`
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { pinnedOpa } from "./pinned_opa.ts";
import { mutantsOf } from "./rego_mutants.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const opa = pinnedOpa();
const folder = mkdtempSync(join(tmpdir(), "nore-mutants-"));
/** 0: all pass, 2: one fails, 1: that is no policy. A package stands alone, so that its own tests are all there is to ask. */
const testStatus = (packageFolder: string) =>
  spawnSync(opa, ["test", "--fail-on-empty", packageFolder, "data.json"], { cwd: folder, stdio: "ignore" })
    .status;

let [killed, survived, unfit] = [0, 0, 0];
try {
  cpSync(join(ROOT, "policies/rego"), join(folder, "rego"), { recursive: true });
  cpSync(join(ROOT, "policies/data.json"), join(folder, "data.json"));
  const sources = readdirSync(join(folder, "rego"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".rego") && !path.endsWith("_test.rego")).sort();
  for (const path of sources) {
    const file = join(folder, "rego", path);
    const source = readFileSync(file, "utf8");
    const packageFolder = dirname(join("rego", path));
    if (testStatus(packageFolder) !== 0) {
      throw new Error(`${path}: its tests fail before anything is taken away`);
    }
    for (const { line, what, text } of mutantsOf(source)) {
      writeFileSync(file, text);
      const status = testStatus(packageFolder);
      if (status === 2) killed++;
      else if (status === 1) unfit++;
      else {
        survived++;
        process.stdout.write(`survived: ${path}:${line} without ${what}\n`);
      }
    }
    writeFileSync(file, source);
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.stdout.write(`mutants: ${killed} of ${killed + survived} killed, ${unfit} more are no policy\n`);
process.exitCode = survived === 0 && killed > 0 ? 0 : 1;
