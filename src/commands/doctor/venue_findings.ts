import type { Config } from "../../core/config.ts";
import { BUSY_SYMBOL_EVENTS_PER_S } from "../../core/disk_estimate.ts";
import type { HttpAnswer, HttpGet } from "../../core/ports.ts";
import { answerProblem } from "../../streams/sources/binance/answer_problem.ts";
import { askVenue } from "../ask_venue.ts";
import { fail, type Finding, pass, warn } from "./finding.ts";

/** Whether the venue answers, what its clock says, whether it knows the symbols, and how much it would send. */
export interface VenueAnswers {
  readonly findings: readonly Finding[];
  /** Of all symbols together. */
  readonly eventsPerS: number;
  /** The venue has not said it: it is that of busy symbols. */
  readonly isAssumed: boolean;
}

const ALL_QUESTIONS_MS_MAX = 8000;

export async function askAll(
  config: Config,
  options: {
    readonly get: HttpGet;
    readonly now: () => number;
    readonly elapsedMs: () => number;
    readonly isOffline: boolean;
  },
): Promise<VenueAnswers> {
  const assumed = { eventsPerS: BUSY_SYMBOL_EVENTS_PER_S * config.symbols.length, isAssumed: true };
  const isLive = config.source === "binance";
  if (isLive && options.isOffline) {
    const todo = `leave out --offline to see whether ${config.binance.rest_url} answers`;
    return { ...assumed, findings: [warn("venue", "not asked (--offline)", todo)] };
  }
  const get = withinBudget(options.get, ALL_QUESTIONS_MS_MAX, options.elapsedMs);
  const findings = isLive
    ? await venueFindings(config.binance, get, options.now)
    : [pass("venue", "on loopback, inside the program: no network is needed")];
  if (findings.some(({ id, state }) => id === "venue" && state === "FAIL")) return { ...assumed, findings };
  try {
    const { problem, eventsPerS, symbols } = await askVenue(config, get);
    if (problem !== null) throw new Error(problem.detail);
    const known = pass(
      "symbols",
      `${[...symbols.keys()].join(", ")}: about ${eventsPerS.toFixed(0)} messages a second`,
    );
    return { findings: [...findings, known], eventsPerS, isAssumed: false };
  } catch (error) {
    const todo = "check --symbols, or try again when the venue answers";
    return { ...assumed, findings: [...findings, fail("symbols", (error as Error).message, todo)] };
  }
}

/** A `get` that gives up when all its questions together have taken so long. */
export function withinBudget(get: HttpGet, totalMs: number, elapsedMs: () => number): HttpGet {
  const endMs = elapsedMs() + totalMs;
  return (url, options) => {
    const leftMs = Math.floor(endMs - elapsedMs());
    if (leftMs < 1) return Promise.reject(new Error(`No time left of the ${totalMs} ms for all questions`));
    return get(url, { ...options, timeoutMs: Math.min(options.timeoutMs, leftMs) });
  };
}

const ANSWER_BYTES_MAX = 65_536;

export async function venueFindings(
  config: Config["binance"],
  get: HttpGet,
  now: () => number,
): Promise<readonly Finding[]> {
  const { rest_url, request_timeout_ms: timeoutMs, clock: { offset_ms_max: offsetMsMax } } = config;
  const ask = (path: string) => get(rest_url + path, { timeoutMs, bytesMax: ANSWER_BYTES_MAX });
  const findings: Finding[] = [];
  try {
    const ping = await ask("/api/v3/ping");
    findings.push(answerFinding("venue", rest_url, ping));
    if (findings[0]!.state === "FAIL") return findings;
    const time = await ask("/api/v3/time");
    findings.push(clockFinding(rest_url, time, { nowTs: now(), offsetMsMax }));
  } catch (error) {
    const reason = (error as Error).message;
    findings.push(
      fail(findings.length === 0 ? "venue" : "venue_clock", `${rest_url}: ${reason}`, lostTodo(reason)),
    );
  }
  return findings;
}

/** What to do when no answer came, by the system's own code in the reason. */
const LOST_TODO: readonly (readonly [pattern: RegExp, todo: string])[] = [
  [/--allow-/, "start deno with the grant that it asks for"],
  [/ENOTFOUND|EAI_AGAIN/, "check the network, the DNS server and binance.rest_url"],
  [/ECONNREFUSED/, "nobody listens there: check binance.rest_url and the firewall"],
  [
    /No whole answer|ETIMEDOUT|No time left/,
    "the network or a firewall swallows it: check the route, a proxy is not used",
  ],
  [/^(?:TOO_LONG|NOT_HTTP):/, "somebody else answers in its place: check binance.rest_url and proxies"],
  [
    /CERT|certificate|self.signed|SSL|TLS/i,
    "somebody between here and there reads along, or the clock is wrong: do not trade through it",
  ],
];

function lostTodo(reason: string): string {
  const known = LOST_TODO.find(([pattern]) => pattern.test(reason));
  return known?.[1] ?? "check the network and binance.rest_url, or use --source embedded";
}

/** What to do by the name that the problem begins with. */
const ANSWER_TODO: Readonly<Record<string, string>> = {
  FIREWALL: "the venue's firewall refuses this address: its region may be shut out; use another network",
  BANNED: "wait as long as it says, two minutes at least; ask less often",
  RATE_LIMITED: "wait as long as it says; other programs on this address may ask too often",
  SERVER_ERROR: "the venue has a fault of its own: try again later",
  NOT_JSON: "a proxy or a login page answers in its place: open the network, check binance.rest_url",
  HTTP_ERROR: "check binance.rest_url",
};

function answerFinding(id: string, rest_url: string, answer: HttpAnswer): Finding {
  const problem = answerProblem(answer);
  if (problem === null) return pass(id, `${rest_url} answers in ${answer.elapsedMs.toFixed(0)} ms`);
  return fail(id, `${rest_url}: ${problem}`, ANSWER_TODO[problem.slice(0, problem.indexOf(":"))]!);
}

function clockFinding(
  rest_url: string,
  answer: HttpAnswer,
  { nowTs, offsetMsMax }: { readonly nowTs: number; readonly offsetMsMax: number },
): Finding {
  const id = "venue_clock";
  if (answerProblem(answer) !== null) return answerFinding(id, rest_url, answer);
  const serverTime = (JSON.parse(answer.body) as { readonly serverTime?: unknown } | null)?.serverTime;
  if (typeof serverTime !== "number") {
    return fail(
      id,
      `${rest_url}: serverTime is ${JSON.stringify(serverTime)}, expected a number`,
      ANSWER_TODO["HTTP_ERROR"]!,
    );
  }
  // The answer left the venue somewhere between question and answer.
  const doubtMs = Math.ceil(answer.elapsedMs / 2);
  const offsetMs = Math.round(serverTime - (nowTs - answer.elapsedMs / 2));
  const what =
    `our clock is ${Math.abs(offsetMs)} ms ${
      offsetMs < 0 ? "ahead of" : "behind"
    } the venue's (± ${doubtMs} ms), ` +
    `the limit is ${offsetMsMax} ms`;
  if (Math.abs(offsetMs) > offsetMsMax) {
    return fail(id, what, "set the clock by NTP, such as `timedatectl set-ntp true`");
  }
  if (doubtMs > offsetMsMax) {
    return warn(id, what, "the venue answers too slowly to tell: try again, or use a faster network");
  }
  return pass(id, what);
}
