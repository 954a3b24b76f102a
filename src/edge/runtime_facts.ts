import process from "node:process";

/** Which runtime runs the night. */
export function runtimeFacts(): Readonly<Record<string, string>> {
  const deno = (globalThis as { readonly Deno?: { readonly version: { readonly deno: string } } }).Deno;
  return deno === undefined
    ? { name: "node", version: process.versions.node, platform: process.platform, arch: process.arch }
    : { name: "deno", version: deno.version.deno, platform: process.platform, arch: process.arch };
}
