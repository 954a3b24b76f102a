import { realFiles } from "../edge/real_files.ts";
import { UsageError } from "./command.ts";

/** The file that an option names; one that cannot be read is a mistake in the call. */
export function readGiven(option: string, path: string): Uint8Array {
  try {
    return realFiles.read(path);
  } catch (error) {
    throw new UsageError(`--${option}: ${(error as Error).message}`);
  }
}
