import process from "node:process";

/** The environment, or null where this runtime was not granted to read it: what we cannot see we cannot leak. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> | null {
  try {
    return { ...process.env };
  } catch {
    return null;
  }
}
