import { parseDocument } from "yaml";

/**
 * The value of a YAML text as files and flags may hold it: version 1.2, no key twice, no merge keys, few aliases.
 * What YAML would only warn of is refused too. Throws all faults, one a line.
 */
export function parseStrictYaml(text: string, options: { readonly allStrings?: boolean } = {}): unknown {
  const document = parseDocument(text, {
    version: "1.2",
    schema: options.allStrings === true ? "failsafe" : "core",
    strict: true,
    uniqueKeys: true,
  });
  const faults = [...document.errors, ...document.warnings];
  // The library adds a colon and an excerpt of the text on further lines.
  const lines = faults.map(({ message }) => message.split("\n")[0]!.replace(/:$/, ""));
  if (lines.length > 0) throw new Error(lines.join("\n"));
  return document.toJS({ maxAliasCount: 16 });
}
