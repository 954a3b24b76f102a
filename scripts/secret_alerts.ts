/** Asks GitHub's Secret Scanning for its open alerts. It only reads, and never shows what GitHub has found. */
import { redact } from "../src/core/secrets.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Gives the exit code. Without a token nobody is asked, which is said. */
export async function tellAlerts(
  { GITHUB_TOKEN: token, GITHUB_REPOSITORY: repository, GITHUB_API_URL: apiUrl }: Variables,
  timeoutMs: number,
  print: (line: string) => void,
): Promise<number> {
  if (!token) {
    print("skipped: GITHUB_TOKEN is not set, GitHub is not asked for alerts");
    return 0;
  }
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository ?? "")) {
    print(`GITHUB_REPOSITORY is ${redact(repository || "not set")}, expected owner/name`);
    return 1;
  }
  const source = { apiUrl: apiUrl || "https://api.github.com", repository: repository!, token, timeoutMs };
  try {
    const alerts = await openAlerts(source);
    for (const { number, type, url } of alerts) print(`alert ${number}: ${type} ${url}`);
    if (alerts.length === 0) print(`no open alert in ${repository}`);
    else print(`${alerts.length} open: revoke each key where it was made, then close its alert`);
    return alerts.length === 0 ? 0 : 1;
  } catch (error) {
    print(`Alerts of ${repository} could not be read: ${(error as Error).message}`);
    return 1;
  }
}

export interface AlertsSource {
  /** Where GitHub's API is; the token goes nowhere else. */
  readonly apiUrl: string;
  /** owner/name */
  readonly repository: string;
  readonly token: string;
  readonly timeoutMs: number;
}

export interface SecretAlert {
  readonly number: number;
  readonly type: string;
  readonly url: string;
}

const PER_PAGE = 100;
const PAGES_MAX = 10;
const ANSWER_CHARACTERS_MAX = 16_000_000;

/** At most `PAGES_MAX` pages: whoever has a thousand alerts needs no more. Throws what a person can act on. */
export async function openAlerts(source: AlertsSource): Promise<readonly SecretAlert[]> {
  const alerts: SecretAlert[] = [];
  for (let page = 1; page <= PAGES_MAX; page++) {
    const found = parseAlerts(await askPage(source, page));
    alerts.push(...found);
    if (found.length < PER_PAGE) break;
  }
  return alerts;
}

async function askPage(
  { apiUrl, repository, token, timeoutMs }: AlertsSource,
  page: number,
): Promise<string> {
  const url = new URL(`${apiUrl.replace(/\/$/, "")}/repos/${repository}/secret-scanning/alerts`);
  if (url.protocol !== "https:" && !/^(?:127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname)) {
    throw new Error(`GITHUB_API_URL is ${apiUrl}, expected https: the token must not travel in the open`);
  }
  url.search = `state=open&per_page=${PER_PAGE}&page=${page}`;
  const headers = { accept: "application/vnd.github+json", authorization: `Bearer ${token}` };
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    // Another place that an answer points to would get the token, too.
    const response = await fetch(url, { headers, signal, redirect: "manual" });
    const text = await response.text();
    if (!response.ok) throw new Error(`${url.host} answered ${response.status}${meaningOf(response.status)}`);
    if (text.length > ANSWER_CHARACTERS_MAX) {
      throw new Error(`${url.host} answered with ${text.length} characters`);
    }
    return text;
  } catch (error) {
    const { name, message, cause } = error as Error;
    if (name === "TimeoutError") throw new Error(`${url.host} did not answer within ${timeoutMs} ms`);
    throw new Error(redact(cause instanceof Error ? `${url.host}: ${message}, ${cause.message}` : message));
  }
}

function meaningOf(status: number): string {
  if (status === 401) return ": it does not know GITHUB_TOKEN";
  if (status === 403) return ': GITHUB_TOKEN may not read alerts, it needs "Secret scanning alerts: read"';
  if (status === 404) {
    return ": no such repository, secret scanning is off there, or GITHUB_TOKEN does not see it";
  }
  if (status >= 300 && status < 400) return ": it has moved, GITHUB_REPOSITORY must be its present name";
  return "";
}

function parseAlerts(text: string): readonly SecretAlert[] {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error("The answer is not JSON, expected a list of alerts"); // which is not quoted: it may hold a secret
  }
  if (!Array.isArray(answer)) throw new Error("The answer is not a list of alerts");
  return answer.map((alert: Readonly<Record<string, unknown>> | null, index) => {
    const { number, html_url: url, secret_type: type } = alert ?? {};
    if (!Number.isSafeInteger(number) || typeof url !== "string" || typeof type !== "string") {
      throw new Error(`Alert ${index} of the answer is not {number, html_url, secret_type, …}`);
    }
    return { number: number as number, type: shown(type), url: shown(url) };
  });
}

/** What another machine sent, fit for a terminal. */
function shown(text: string): string {
  return redact(text.slice(0, 300)).replace(/[^\x20-\x7e]/g, "?");
}
