import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import type { Files, Signer } from "../core/ports.ts";
import { sha256Hex } from "../core/sha256.ts";

/** Ed25519 keys for anchors: the private one lies in `var/keys`, never in a run. */

// RFC 8410: what stands before the 32 raw bytes of an Ed25519 public key in its DER form.
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

export interface Verifier {
  readonly key_id: string;
  verify(text: string, signature: string): boolean;
}

/** Checks signatures with a raw public key, base64 of 32 bytes. */
export function verifierOf(publicKey: string): Verifier {
  const raw = Buffer.from(publicKey, "base64");
  if (raw.length !== 32 || raw.toString("base64") !== publicKey) {
    throw new Error(`Not an Ed25519 public key: ${JSON.stringify(publicKey)}, expected base64 of 32 bytes`);
  }
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: "der", type: "spki" });
  return {
    key_id: sha256Hex(raw).slice(0, 16),
    verify(text, signature) {
      const bytes = Buffer.from(signature, "base64");
      return bytes.toString("base64") === signature && verify(null, Buffer.from(text), key, bytes);
    },
  };
}

/** Opens the key at `path`; makes one where there is none. */
export function openSigner(files: Files, path: string): Signer {
  if (!files.exists(path)) {
    const pem = generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" });
    files.makeDirectory(path.slice(0, path.lastIndexOf("/")));
    files.writeNew(path, new TextEncoder().encode(pem.toString()), { secret: true });
  }
  return signerOf(createPrivateKey(Buffer.from(files.read(path))));
}

function signerOf(privateKey: KeyObject): Signer {
  if (privateKey.asymmetricKeyType !== "ed25519") {
    throw new Error(`The anchor key is of type ${privateKey.asymmetricKeyType}, expected ed25519`);
  }
  const der = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  const public_key = der.subarray(SPKI_PREFIX.length).toString("base64");
  return {
    algorithm: "Ed25519",
    public_key,
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString("base64"),
    ...verifierOf(public_key),
  };
}
