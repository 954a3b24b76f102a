import process from "node:process";

interface DenoGlobal {
  readonly version: { readonly deno: string };
}

/** Which runtime runs the night. */
export function runtimeFacts(
  deno: DenoGlobal | undefined = (globalThis as { readonly Deno?: DenoGlobal }).Deno,
): Readonly<Record<string, string>> {
  const { platform, arch } = process;
  return deno === undefined
    ? { name: "node", version: process.versions.node, platform, arch }
    : { name: "deno", version: deno.version.deno, platform, arch };
}
