import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The files that come with the program: configuration, contracts, policy. Read once, at start. */
export const packageRoot: string = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

export function readText(path: string): string {
  return readFileSync(path, "utf8");
}

let parsedConfigSchema: unknown;

/** One object for all who ask: it is compiled once. */
export function configSchema(): unknown {
  return parsedConfigSchema ??= JSON.parse(readText(`${packageRoot}/config/nore.v1.schema.json`));
}

/** The registry and its schemas: path inside the contracts folder → bytes. */
export function readContractFiles(folder: string): ReadonlyMap<string, Uint8Array> {
  const paths = [
    "contracts.v1.yaml",
    ...readdirSync(`${folder}/schemas`).sort().map((name) => `schemas/${name}`),
  ];
  return new Map(paths.map((path) => [path, new Uint8Array(readFileSync(`${folder}/${path}`))]));
}
