import type { HttpAnswer } from "../../../core/ports.ts";

/** What is wrong with an answer of the venue, under a name that says what to do; null where it is JSON as asked for. */
export function answerProblem(answer: HttpAnswer): string | null {
  const { status, body } = answer;
  const form = formOf(body);
  if (status >= 200 && status < 300) return form === "JSON" ? null : `NOT_JSON: the answer is ${form}`;
  const told = `status ${status}, ${form === "JSON" ? body.slice(0, BODY_SHOWN_MAX) : form}`;
  if (status === 403) return `FIREWALL: ${told}`;
  if (status === 418) return `BANNED: ${told}`;
  if (status === 429) return `RATE_LIMITED: ${told}`;
  return status >= 500 ? `SERVER_ERROR: ${told}` : `HTTP_ERROR: ${told}`;
}

/** How long the venue wants to be left alone; null where it does not say so. */
export function retryAfterMs({ status, headers }: HttpAnswer): number | null {
  const defaultS = DEFAULT_RETRY_AFTER_S.get(status);
  if (defaultS === undefined) return null;
  return secondsAskedFor(headers.get("retry-after") ?? "", defaultS) * 1000;
}

/** The seconds that a Retry-After names; a date and whatever else is no number count as none. */
export function secondsAskedFor(text: string, defaultS: number): number {
  return /^[0-9]+$/.test(text) ? Math.min(Number(text), RETRY_AFTER_S_MAX) : defaultS;
}

const BODY_SHOWN_MAX = 120;
/** For where the header is missing. A ban lasts two minutes at least; a firewall's is not told. */
const DEFAULT_RETRY_AFTER_S: ReadonlyMap<number, number> = new Map([[403, 60], [429, 60], [418, 120]]);
/** The venue's longest ban: three days. A timer cannot wait for more than 24. */
const RETRY_AFTER_S_MAX = 259_200;

function formOf(body: string): string {
  try {
    JSON.parse(body);
    return "JSON";
  } catch {
    if (body === "") return "empty";
    return /^\s*</.test(body) ? "an HTML page" : "no JSON";
  }
}
