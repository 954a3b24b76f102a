import { beforeHole } from "../sinks/log_reader.ts";
import type { Findings } from "./findings.ts";
import type { AnchorChain } from "./verify_anchors.ts";

/**
 * The mirror must hold the same anchors: an end that was cut off, or cut off and written anew, shows only here.
 * Each anchor goes to the run first, so only where the disk failed in between may the mirror lack the final one.
 */
export function verifyMirror(
  findings: Findings,
  chain: AnchorChain,
  options: { readonly mirror: Uint8Array; readonly isDiskStop: boolean },
): void {
  const file = "audit/anchors.jsonl";
  const ours = chain.lines;
  const whole = beforeHole(options.mirror);
  const theirs = new TextDecoder().decode(whole).split("\n");
  const torn = theirs.pop();
  const isTorn = torn !== "" || whole.length < options.mirror.length;
  const mayLackLast = !chain.isFinal || (options.isDiskStop && theirs.length === ours.length - 1);
  if (theirs.length > ours.length) {
    const reason =
      `${ours.length} anchors here, ${theirs.length} in the mirror: the end of this run was cut off`;
    findings.problem(file, null, reason);
  } else if (theirs.length < ours.length && !mayLackLast) {
    findings.problem(file, null, `${ours.length} anchors here, only ${theirs.length} in the mirror`);
  }
  const differs = ours.findIndex((line, i) => i < theirs.length && line !== theirs[i]);
  if (differs !== -1) findings.problem(file, differs + 1, "differs from the mirror");
  // The mirror is written after the anchor itself, so a crash can leave it in the middle of a line.
  else if (isTorn && (!mayLackLast || !ours[theirs.length]?.startsWith(torn!))) {
    findings.problem(file, null, "the mirror ends in the middle of a line that is not of this run");
  }
}
