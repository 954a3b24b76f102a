import { findSecret, findSecretInWord, isExchangeVariable } from "../core/secrets.ts";

/**
 * Refuses a start that shows a secret: paper needs no key, so any key that is in reach is one too many.
 * It names the place, never the value.
 */
export interface SecretsInput {
  readonly configText: string;
  readonly words: readonly string[];
  /** null where the environment cannot be read. */
  readonly environment: Readonly<Record<string, string | undefined>> | null;
  /** Variables that may hold a secret, such as a CI token; never those of an exchange. */
  readonly allowEnv: readonly string[];
  /** Where secrets are kept for others; null where there are none. */
  readonly folder: SecretsFolder | null;
}

/** Paths as the file system has them: absolute, every link followed. */
export interface SecretsFolder {
  readonly path: string;
  /** What is handed on, and so must not hold it. */
  readonly outside: readonly { readonly name: string; readonly path: string }[];
}

/** What was found and where, or null. */
export function checkSecrets(input: SecretsInput): string | null {
  for (const index of input.words.keys()) {
    const name = findSecretInWord(input.words, index);
    if (name !== null) return `argument ${index} looks like a secret: ${name}`;
  }
  const inConfig = findSecret(input.configText);
  if (inConfig !== null) return `the configuration holds what looks like a secret: ${inConfig}`;
  for (const [variable, value] of Object.entries(input.environment ?? {})) {
    if (value === undefined || value === "") continue;
    if (isExchangeVariable(variable)) {
      return `environment variable ${variable} holds an exchange key, unset it`;
    }
    const name = findSecret(`${variable}=${value}`);
    if (name !== null && !input.allowEnv.includes(variable)) {
      return `environment variable ${variable} looks like a secret (${name}), unset it or name it in guards.secrets.allow_env`;
    }
  }
  return input.folder === null ? null : checkFolder(input.folder);
}

/** A run is bundled and a repository is cloned: what lies in them goes along. */
function checkFolder({ path, outside }: SecretsFolder): string | null {
  const holder = outside.find((other) => isWithin(path, other.path));
  if (holder === undefined) return null;
  return `guards.secrets.dir ${path} lies in ${holder.name} ${holder.path}, move it out of there`;
}

function isWithin(path: string, folder: string): boolean {
  const [inner, outer] = [path, folder].map((each) => each.replaceAll("\\", "/").replace(/\/*$/, "/"));
  return inner!.startsWith(outer!);
}
