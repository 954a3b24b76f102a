import { proveHashes } from "../../core/sha256.ts";
import type { StartProblem } from "../../core/start_problem.ts";
import { fail, type Finding, pass, warn } from "./finding.ts";

/** Whether the program itself is in order: runtime, clock, hashes, settings, policy, secrets. */

const NODE_MIN = [20, 19] as const;
/** Releases before it lack parts of node: that the program is made of. */
const DENO_MIN = [2, 0] as const;

export function runtimeFinding(
  { name, version }: { readonly name: string; readonly version: string },
): Finding {
  const least = name === "deno" ? DENO_MIN : NODE_MIN;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isGood = major > least[0] || (major === least[0] && minor >= least[1]);
  const what = `${name} ${version}`;
  if (isGood) return pass("runtime", what);
  return fail(
    "runtime",
    `${what}, expected ${least.join(".")} or later`,
    `install ${name} ${least.join(".")} or later`,
  );
}

export function platformFinding(
  { platform, arch }: { readonly platform: string; readonly arch: string },
): Finding {
  const what = `${platform} ${arch}`;
  if (platform === "linux") return pass("platform", what);
  return warn(
    "platform",
    `${what}: what protects a night was proven on linux`,
    "run `gates` here before you rely on it",
  );
}

const STEP_MS_MAX = 1;

/** `stepMs` is the smallest difference that the runtime's clock shows. */
export function clockFinding(nowTs: number, stepMs: number): Finding {
  const what = `${new Date(nowTs).toISOString()} (UTC throughout, the time zone plays no part), ` +
    `steps of ${stepMs.toPrecision(2)} ms`;
  if (stepMs <= STEP_MS_MAX) return pass("clock", what);
  return warn(
    "clock",
    what,
    "a coarse clock makes latencies coarse: use another machine or runtime to measure them",
  );
}

/** Looks at a clock until it has moved some times; Infinity where it never does. */
export function smallestStepMs(now: () => number): number {
  let least = Infinity;
  let lastMs = now();
  for (let looks = 0, moves = 0; looks < LOOKS_MAX && moves < MOVES; looks++) {
    const nowMs = now();
    if (nowMs === lastMs) continue;
    least = Math.min(least, nowMs - lastMs);
    lastMs = nowMs;
    moves++;
  }
  return least;
}

const MOVES = 20;
const LOOKS_MAX = 10_000_000;

export function hashFinding(prove: () => void = proveHashes): Finding {
  try {
    prove();
    return pass("hashes", "SHA-256 of the runtime and the portable one agree");
  } catch (error) {
    return fail(
      "hashes",
      (error as Error).message,
      "do not use this runtime: every line of a journal would be wrong",
    );
  }
}

export function configFinding(problem: string | null): Finding {
  if (problem === null) return pass("config", "the configuration holds together");
  return fail("config", problem.replaceAll("\n", "; "), "mend it; what depends on it was not looked at");
}

/** `rules` are those of the program, or why they cannot be had. */
export function policyFinding(
  rules: { readonly policy: { readonly policySha256: string } } | string,
): Finding {
  if (typeof rules !== "string") {
    const { policySha256 } = rules.policy;
    return pass(
      "policy",
      `contracts compile, the policy fits its manifest: wasm ${policySha256.slice(0, 16)}…`,
    );
  }
  return fail("policy", rules, "put back what came with the program, or build it with `npm run policy`");
}

/** The proofs of a start-up about words and surroundings. */
export function secretsFinding(problem: StartProblem | null, isEnvironmentSeen: boolean): Finding {
  if (problem !== null) {
    const { reason_code, detail } = problem;
    return fail("secrets", `${reason_code}: ${detail}`, "take it away: a night that shows it is refused");
  }
  const environment = isEnvironmentSeen ? "environment" : "environment (which this process may not read)";
  return pass("secrets", `none in command line, configuration and ${environment}`);
}

export function resourcesFinding(problem: StartProblem | null): Finding {
  if (problem === null) return pass("resources", "the system leaves this process what a night may need");
  return fail("resources", problem.detail, "a night is refused until this is mended");
}

/** Whether the hosts that a night would dial are those that the policy names. `refusal` says why one is not. */
export function egressFinding(
  urls: readonly string[],
  refusal: (url: string) => string | null,
): Finding {
  const refused = urls.map(refusal).filter((why) => why !== null);
  if (refused.length > 0) {
    const todo = "put the host on the list in policies/data.json, if it belongs there";
    return fail("egress", refused.join("; "), todo);
  }
  return pass(
    "egress",
    urls.length === 0 ? "nothing but this machine is dialed" : `may dial ${urls.join(", ")}`,
  );
}
