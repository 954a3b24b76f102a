import process from "node:process";

/** What this process was given by its surroundings; null or undefined where Deno was not granted to read it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** All of it, or null: what we cannot see we cannot leak. */
export function readEnvironment(read: () => Environment = () => process.env): Environment | null {
  try {
    return { ...read() };
  } catch {
    return null;
  }
}

/** One variable: a grant may name it alone. */
export function readVariable(
  name: string,
  read: (name: string) => string | undefined = (name) => process.env[name],
): string | undefined {
  try {
    return read(name);
  } catch {
    return undefined;
  }
}
