import { createHash, hash } from "node:crypto";
import { sha256 as portable } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/**
 * SHA-256 for lines, chains and files. node:crypto does the work (eight times as fast);
 * @noble/hashes is the reference that `proveHashes` holds it against before a run trusts it.
 */
export function sha256Hex(data: string | Uint8Array): string {
  return hash("sha256", data, "hex");
}

export function sha256Bytes(data: string | Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(data).digest());
}

/** Hash over several parts, without joining them first. */
export function sha256Parts(parts: readonly (string | Uint8Array)[]): string {
  const state = createHash("sha256");
  for (const part of parts) state.update(part);
  return state.digest("hex");
}

/** Throws when the fast hash and the portable one differ on any of a few awkward inputs. */
export function proveHashes(fast: (data: string) => string = sha256Hex): void {
  for (const text of ["", "abc", "€ 𝄞 \u0000", "a".repeat(63), "a".repeat(64), "a".repeat(1000)]) {
    const expected = bytesToHex(portable(new TextEncoder().encode(text)));
    if (fast(text) !== expected) {
      throw new Error(
        `SHA-256 of this runtime gives ${fast(text)} for ${JSON.stringify(text)}, expected ${expected}`,
      );
    }
  }
}
