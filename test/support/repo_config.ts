import { readFileSync } from "node:fs";
import { type Config, type ConfigSources, loadConfig } from "../../src/core/config.ts";

/** The project's own configuration and its schema, read from config/. */

function read(path: string): string {
  return readFileSync(new URL(`../../config/${path}`, import.meta.url), "utf8");
}

export const CONFIG_TEXT: string = read("nore.v1.yaml");
export const CONFIG_SCHEMA: unknown = JSON.parse(read("nore.v1.schema.json"));

/** The configuration of a night with `path=value` flags over the project's file, or over what `sources` say. */
export function configWith(flags: readonly string[] = [], sources: Partial<ConfigSources> = {}): Config {
  const overrides = flags.map((flag) => {
    const at = flag.indexOf("=");
    return { path: flag.slice(0, at), value: flag.slice(at + 1) };
  });
  return loadConfig({ text: CONFIG_TEXT, form: "yaml", overrides, schema: CONFIG_SCHEMA, ...sources });
}
