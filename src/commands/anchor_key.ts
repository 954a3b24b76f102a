import { type Config, ConfigError } from "../core/config.ts";
import type { Signer } from "../core/ports.ts";
import { openSigner } from "../edge/ed25519_signer.ts";
import { realFiles } from "../edge/real_files.ts";

/** Where the key lies that anchors are signed with. */
export function anchorKeyPath({ audit }: Config, varFolder: string): string {
  return audit.key_file ?? `${varFolder}/keys/anchor.pem`;
}

/** Makes one where there is none. */
export function openAnchorKey(config: Config, varFolder: string): Signer {
  const path = anchorKeyPath(config, varFolder);
  try {
    return openSigner(realFiles, path);
  } catch (error) {
    throw new ConfigError(`audit.key_file: ${path}: ${(error as Error).message}`, { cause: error });
  }
}
