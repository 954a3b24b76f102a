import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { openSigner } from "../../src/edge/ed25519_signer.ts";
import { realFiles } from "../../src/edge/real_files.ts";
import { crashedNight } from "./crashed_nights.ts";
import { saveVar } from "./disk_copies.ts";
import { NIGHT_ID } from "./real_night.ts";
import { repoPolicy } from "./repo_policy.ts";
import { inTempFolder } from "./temp_folder.ts";

/** Two vars on the real disk, made once for a file of tests, with the key that signed them. */
export interface CutShortVars {
  /** Crashed in its middle, acks written for an anchor that did not come. */
  readonly killed: string;
  /** The same night to its end. */
  readonly complete: string;
}

export function cutShortVars(
  tests: { before(make: () => Promise<void>): void; after(remove: () => void): void },
): CutShortVars {
  const killed = mkdtempSync(`${tmpdir()}/nore-test-`);
  const complete = mkdtempSync(`${tmpdir()}/nore-test-`);
  tests.before(async () => {
    const signer = openSigner(realFiles, `${killed}/keys/anchor.pem`);
    cpSync(`${killed}/keys`, `${complete}/keys`, { recursive: true });
    const isAnchoring = (call: string, path: string) =>
      call === "rename" && path.includes("market_ticks/cursor");
    const { crashes, night } = await crashedNight({ signer, policy: repoPolicy }, isAnchoring);
    const ofKind = crashes.filter(({ kind }) => kind === "killed");
    saveVar(ofKind.at(-2)!.disk().contents, killed);
    saveVar(night.files.contents, complete);
  });
  tests.after(() => [killed, complete].forEach((folder) => rmSync(folder, { recursive: true })));
  return { killed, complete };
}

/** A copy of one of them, for a test to spoil. */
export function withVar(
  from: string,
  use: (varFolder: string, run: string) => Promise<void>,
): Promise<void> {
  return inTempFolder(async (folder) => {
    cpSync(from, folder, { recursive: true });
    await use(folder, `${folder}/runs/${NIGHT_ID}`);
  });
}
