import { diskShortage, diskText, MORE_ROOM, type NightVolume } from "../../core/disk_estimate.ts";
import { formatDuration } from "../../core/time_text.ts";
import { fail, type Finding, pass, warn } from "./finding.ts";
import type { KeyFacts, VarFacts } from "./var_facts.ts";

/** Whether a night would find its place: folder, disk, latch, lock, key, mirror. Pure: facts in, findings out. */
export function varFindings(
  facts: VarFacts,
  options: {
    readonly volume: NightVolume;
    /** The venue has not said how much it sends. */
    readonly isVolumeAssumed: boolean;
    readonly keepFreeBytes: number;
    readonly platform: string;
    readonly invocation: string;
  },
): readonly Finding[] {
  const { invocation } = options;
  return [
    folderFinding(facts),
    ...(facts.probe.problem === null ? [diskFinding(facts, options), syncFinding(facts)] : []),
    latchFinding(facts, invocation),
    lockFinding(facts, invocation),
    keyFinding(facts.key, options.platform),
    mirrorFinding(facts),
  ];
}

const OTHER_VAR = "make it writable for this user, or choose another with --var";

/** Where not even a look is allowed. */
export function unseenFinding(folder: string, problem: string): Finding {
  return fail("var", `${folder} cannot be looked at: ${problem}`, OTHER_VAR);
}

function folderFinding({ folder, probe: { existed, problem } }: VarFacts): Finding {
  if (problem === null) {
    return pass("var", `${folder} ${existed ? "can be written" : "can be made and written"}`);
  }
  return fail(
    "var",
    `${folder} cannot be used: ${problem}`,
    OTHER_VAR,
  );
}

function diskFinding(
  { probe: { freeBytes } }: VarFacts,
  { volume, isVolumeAssumed, keepFreeBytes }: Parameters<typeof varFindings>[1],
): Finding {
  const assumed = isVolumeAssumed
    ? ` (assuming ${volume.eventsPerS} messages a second, the venue has not said)`
    : "";
  const shortage = diskShortage(volume, { freeBytes, keepFreeBytes });
  if (shortage !== null) return fail("disk", shortage + assumed, MORE_ROOM);
  const what = diskText(volume, freeBytes) + assumed;
  return freeBytes === null ? warn("disk", what, "look at it by hand, such as `df`") : pass("disk", what);
}

function syncFinding({ probe: { syncMs } }: VarFacts): Finding {
  const sorted = [...syncMs].sort((a, b) => a - b);
  const p50 = sorted[Math.ceil(sorted.length / 2) - 1]!; // nearest rank
  return pass(
    "sync",
    `files and folder can be synced; fdatasync takes ${p50.toFixed(2)} ms (p50 of ${sorted.length})`,
  );
}

function latchFinding({ folder, latch }: VarFacts, invocation: string): Finding {
  if (latch === null) return pass("latch", `${folder}/STOP.flag is not set`);
  return fail(
    "latch",
    `${folder}/STOP.flag is set: ${latch}`,
    `when its reason is understood: ${invocation} unlatch --reason "…"`,
  );
}

const BEAT_FRESH_MS = 10_000;

function lockFinding({ folder, holder }: VarFacts, invocation: string): Finding {
  if (holder === null) return pass("lock", `no night runs in ${folder}`);
  const age = `${formatDuration(Math.max(0, holder.beatAgeMs))} ago`;
  if (holder.beatAgeMs < BEAT_FRESH_MS) {
    const what = `a night runs in ${folder} (${holder.who}, last beat ${age}): a second one is refused`;
    return warn("lock", what, `see it with: ${invocation} status`);
  }
  const what = `a night in ${folder} was cut short (${holder.who}, last beat ${age})`;
  return warn("lock", what, `the next one takes its place; see what is left with: ${invocation} status`);
}

const READABLE_BY_OTHERS = 0o077;

function keyFinding({ path, mode, problem }: KeyFacts, platform: string): Finding {
  if (problem !== null) {
    return fail(
      "key",
      `${path} cannot be used: ${problem}`,
      "put the right key there, or choose another with audit.key_file",
    );
  }
  if (mode === null) return pass("key", `${path} is made at the first start, mode 0600`);
  if (platform === "win32") return pass("key", `${path} (who may read it is not checked on ${platform})`);
  const octal = `0${mode.toString(8).padStart(3, "0")}`;
  if ((mode & READABLE_BY_OTHERS) === 0) return pass("key", `${path}, mode ${octal}`);
  return fail(
    "key",
    `${path} has mode ${octal}, expected 0600: who reads it can sign in its name`,
    `chmod 600 ${path}`,
  );
}

function mirrorFinding({ mirror }: VarFacts): Finding {
  if (mirror === null) return pass("mirror", "anchors are mirrored to standard output");
  if (mirror.isSameDisk === null) {
    const todo = "see to it by hand, such as with `df`";
    return warn("mirror", `whether ${mirror.folder} is on another disk than the runs cannot be seen`, todo);
  }
  if (!mirror.isSameDisk) return pass("mirror", `${mirror.folder} is on another disk than the runs`);
  return warn(
    "mirror",
    `${mirror.folder} is on the disk of the runs: who changes or loses the one has the other`,
    "name a folder on another disk or machine in audit.anchor_mirror",
  );
}
