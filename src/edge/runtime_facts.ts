import process from "node:process";

interface DenoFacts {
  readonly version: { readonly deno: string };
}

/** Which runtime runs the night; `deno` is null on Node. */
export function runtimeFacts(
  deno: DenoFacts | null = (globalThis as { readonly Deno?: DenoFacts }).Deno ?? null,
): Readonly<Record<string, string>> {
  return deno === null
    ? { name: "node", version: process.versions.node, platform: process.platform, arch: process.arch }
    : { name: "deno", version: deno.version.deno, platform: process.platform, arch: process.arch };
}
