import { readFileSync } from "node:fs";
import { compileContracts, type Contracts, parseRegistry, type Registry } from "../../src/core/contracts.ts";

/** The project's own registry and schemas, read from config/. */

function read(path: string): string {
  return readFileSync(new URL(`../../config/${path}`, import.meta.url), "utf8");
}

export const REGISTRY_TEXT: string = read("contracts.v1.yaml");

export const repoRegistry: Registry = parseRegistry(REGISTRY_TEXT);

/** Path in config/ → text. */
export const repoSchemas: ReadonlyMap<string, string> = new Map(
  [...repoRegistry.values()].map(({ schema }) => [schema, read(schema)]),
);

export const repoContracts: Contracts = compileContracts(repoRegistry, repoSchemas);
