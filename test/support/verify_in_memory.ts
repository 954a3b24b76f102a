import type { Files } from "../../src/core/ports.ts";
import { verifierOf } from "../../src/edge/ed25519_signer.ts";
import { openContracts } from "../../src/night/open_run.ts";
import { type Verification, verifyRun } from "../../src/verify/verify_run.ts";
import { simContractFiles, simSigner } from "./sim_night.ts";

const simVerifier = verifierOf(simSigner.public_key);

/** Verifies a run that lies in memory, with its mirror where it is a folder of `var`. */
export function verifyInMemory(
  night: { readonly files: Files; readonly runFolder: string; readonly varFolder: string },
  files: Files = night.files,
): Verification {
  const mirror = `${night.varFolder}/mirror/${night.runFolder.slice(-15)}.anchors.jsonl`;
  return verifyRun({
    files,
    runFolder: night.runFolder,
    mirror: files.exists(mirror) ? files.read(mirror) : null,
    publicKey: simSigner.public_key,
    openContracts: () => openContracts(simContractFiles),
    verifierOf: (key) => key === simSigner.public_key ? simVerifier : verifierOf(key),
    signatures: "all",
    onProgress: () => {},
  });
}
