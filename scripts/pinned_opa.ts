import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The path of the pinned opa, which is installed where it is not there yet. */
export function pinnedOpa(): string {
  const script = fileURLToPath(new URL("get_opa.sh", import.meta.url));
  return execFileSync("bash", [script], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();
}
