import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The files that come with the program: configuration, contracts, policy. Read once, at start. */
export const packageRoot: string = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

export function readText(path: string): string {
  return readFileSync(path, "utf8");
}

/** The registry and its schemas: path inside the contracts folder → bytes. */
export function readContractFiles(folder: string): ReadonlyMap<string, Uint8Array> {
  const paths = [
    "contracts.v1.yaml",
    ...readdirSync(`${folder}/schemas`).sort().map((name) => `schemas/${name}`),
  ];
  return new Map(paths.map((path) => [path, new Uint8Array(readFileSync(`${folder}/${path}`))]));
}
