/**
 * The text of docs/policies.md: what each gate is asked about, what it reads, and every reason for which it denies.
 * It stands in the metadata of the rules, in the registry of events and in the manifest of the build, and nowhere else.
 */

/** As `opa inspect -a` gives it. */
export interface Annotation {
  readonly annotations: {
    readonly scope: string;
    readonly title?: string;
    readonly description?: string;
    readonly custom?: { readonly code?: string; readonly severity?: string };
  };
  readonly path: readonly { readonly value: string }[];
}

export interface PolicyFacts {
  readonly annotations: readonly Annotation[];
  /** Package → its reasons. */
  readonly denials: Readonly<Record<string, readonly Denial[]>>;
  /** Entrypoint → the input fields that it reads. */
  readonly reads: Readonly<Record<string, readonly (readonly string[])[]>>;
  /** Type of event or act → its entrypoint. */
  readonly entrypoints: Readonly<Record<string, string>>;
}

export interface Denial {
  readonly code: string;
  readonly severity: string;
  readonly title: string;
  readonly description: string;
}

/** The codes of all rules in a module that deny, whether they say why or not. */
export function codesIn(source: string): readonly string[] {
  return [...source.matchAll(/^denials contains "(\w+)"/gm)].map(([, code]) => code!);
}

/** Every reason of a package, by code. Throws where a rule that denies does not say why, or says it of another code. */
export function denialsOf(
  annotations: readonly Annotation[],
  name: string,
  codes: readonly string[],
): readonly Denial[] {
  const denials = annotations.filter(({ path }) =>
    path[2]?.value === name && path.at(-1)?.value === "denials"
  )
    .map(({ annotations: { title, description, custom } }) => {
      const { code, severity } = custom ?? {};
      if (title === undefined || description === undefined || code === undefined || severity === undefined) {
        throw new Error(`A denial of nore.${name} has no title, description, code or severity`);
      }
      return { code, severity, title, description: oneLine(description) };
    })
    .sort((a, b) => (a.code < b.code ? -1 : 1));
  const [said, there] = [denials.map(({ code }) => code).join(), codes.toSorted().join()];
  if (said !== there) {
    throw new Error(`The rules of nore.${name} deny with ${there}, their metadata tells of ${said}`);
  }
  return denials;
}

export function policiesText({ annotations, denials, reads, entrypoints }: PolicyFacts): string {
  const parts = Object.entries(reads).map(([entrypoint, paths]) => {
    const name = entrypoint.split("/")[1]!;
    const { title, description } = annotations.find(({ annotations: { scope }, path }) =>
      scope === "package" && path[2]?.value === name
    )!.annotations;
    const asked = Object.keys(entrypoints).filter((type) => entrypoints[type] === entrypoint);
    const rows = denials[name]!.map((denial) =>
      `| \`${denial.code}\` | ${denial.severity} | ${denial.description} |`
    );
    return `## ${title}

${oneLine(description!)}

Package \`nore.${name}\`, asked about \`${asked.join("`, `")}\`. It reads ${
      paths.map((path) => `\`${path.join(".")}\``).join(", ")
    }.

| code | severity | denied because |
| --- | --- | --- |
${rows.join("\n")}
`;
  });
  return `# Policies

What may become an event, and whether the process may start, dial and write, is decided by rules in Rego
(\`policies/rego\`), compiled to \`policies/build/policy.wasm\`. A gate allows what is well formed and has nothing against it; every denial is an event of its own, with its codes and with the
fields that the gate has read. Ceilings stand in \`policies/data.json\`, whose \`limits\` the configuration sets at the
start. Made from the rules' own words by
\`scripts/build_policy.ts\`.

${parts.join("\n")}`;
}

const oneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, " ");
