import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type AlertsSource, openAlerts, type SecretAlert, tellAlerts } from "../../scripts/secret_alerts.ts";
import { fakeKeys } from "../support/fake_keys.ts";
import { deadPort } from "../support/loopback.ts";

const TOKEN = fakeKeys(3, 1).find(({ kind }) => kind === "GitHub")!.value;
const ALERT = {
  number: 7,
  state: "open",
  secret_type: "some_api_token",
  secret: TOKEN,
  html_url: "https://github.com/o/r/security/secret-scanning/7",
};
const LISTED = { number: 7, type: ALERT.secret_type, url: ALERT.html_url };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** GitHub's place taken by a stand-in on loopback. */
async function withGithub<Result>(answer: Answer, use: (apiUrl: string) => Promise<Result>): Promise<Result> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** What it gives, or the error's message where it throws. */
function ask(answer: Answer, source: Partial<AlertsSource> = {}): Promise<readonly SecretAlert[] | string> {
  return withGithub(
    answer,
    (apiUrl) =>
      openAlerts({ apiUrl, repository: "o/r", token: TOKEN, timeoutMs: 10_000, ...source })
        .catch((error: Error) => {
          assert.not(error.message.includes(TOKEN), error.message);
          return error.message;
        }),
  );
}

const json = (value: unknown) => (_: IncomingMessage, response: ServerResponse) =>
  void response.end(JSON.stringify(value));
const status = (code: number) => (_: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(code, { location: "http://127.0.0.1:1/" }).end("{}");

test("openAlerts() asks for open alerts only, with the token", async () => {
  const asked: unknown[] = [];
  await ask((request, response) => {
    asked.push([request.method, request.url, request.headers.authorization]);
    response.end("[]");
  });
  const path = "/repos/o/r/secret-scanning/alerts?state=open&per_page=100&page=1";
  assert.equal(asked, [["GET", path, `Bearer ${TOKEN}`]]);
});

test("openAlerts() gives type, number and URL, never the secret that GitHub sends along", async () => {
  assert.equal(await ask(json([])), []);
  assert.equal(await ask(json([ALERT])), [LISTED]);
  const odd = { ...ALERT, secret_type: `x\u001b[2J ${TOKEN}` };
  assert.equal(await ask(json([odd])), [{ ...LISTED, type: "x?[2J [redacted: GitHub token]" }]);
});

test("openAlerts() reads page after page, up to a thousand alerts", async () => {
  const pages = async (total: number) => {
    let asked = 0;
    const answer = await ask((_, response) => {
      const left = Math.max(0, total - 100 * asked++);
      response.end(JSON.stringify(Array.from({ length: Math.min(100, left) }, () => ALERT)));
    });
    return [asked, answer.length];
  };
  assert.equal(await pages(99), [1, 99]);
  assert.equal(await pages(100), [2, 100]);
  assert.equal(await pages(250), [3, 250]);
  assert.equal(await pages(5000), [10, 1000]);
});

test("openAlerts() says what a refusal means", async () => {
  const table: readonly (readonly [code: number, said: RegExp])[] = [
    [401, /answered 401: it does not know GITHUB_TOKEN$/],
    [403, /answered 403: GITHUB_TOKEN may not read alerts/],
    [404, /answered 404: no such repository, secret scanning is off there, or/],
    [500, /^127\.0\.0\.1:\d+ answered 500$/],
    [301, /answered 301: it has moved, GITHUB_REPOSITORY must/],
  ];
  for (const [code, said] of table) assert.match(await ask(status(code)) as string, said);
});

test("openAlerts() refuses an answer that is no list of alerts, and does not quote it", async () => {
  const table: readonly (readonly [answer: string, said: RegExp])[] = [
    [`<html>${TOKEN}`, /^The answer is not JSON/],
    [JSON.stringify({ message: TOKEN }), /^The answer is not a list of alerts$/],
    ["[null]", /^Alert 0 of the answer is not \{number/],
    [JSON.stringify([ALERT, { ...ALERT, number: "7" }]), /^Alert 1 /],
  ];
  for (const [text, said] of table) {
    assert.match(await ask((_, response) => void response.end(text)) as string, said);
  }
});

test("openAlerts() waits for an answer no longer than it was told", async () => {
  assert.match(
    await ask(() => {}, { timeoutMs: 20 }) as string,
    /^127\.0\.0\.1:\d+ did not answer within 20 ms$/,
  );
});

test("openAlerts() says where nobody answers, and sends no token in the open", async () => {
  const nobody = `http://127.0.0.1:${await deadPort()}`;
  assert.match(await ask(() => {}, { apiUrl: nobody }) as string, /^127\.0\.0\.1:\d+: /);
  const open = await ask(() => {}, { apiUrl: "http://api.example.com" });
  assert.match(open as string, /^GITHUB_API_URL is http:\/\/api\.example\.com, expected https/);
});

async function tell(answer: Answer, environment: Readonly<Record<string, string>>) {
  const lines: string[] = [];
  const code = await withGithub(
    answer,
    (apiUrl) => tellAlerts({ GITHUB_API_URL: apiUrl, ...environment }, 10_000, (line) => lines.push(line)),
  );
  assert.not(lines.join().includes(TOKEN));
  return [code, ...lines];
}

test("tellAlerts() fails for an open alert and lists it, and passes where there is none", async () => {
  const environment = { GITHUB_TOKEN: TOKEN, GITHUB_REPOSITORY: "o/r" };
  assert.equal(await tell(json([]), environment), [0, "no open alert in o/r"]);
  assert.equal(await tell(json([ALERT]), environment), [
    1,
    `alert 7: ${ALERT.secret_type} ${ALERT.html_url}`,
    "1 open: revoke each key where it was made, then close its alert",
  ]);
});

test("tellAlerts() skips without a token, and fails where it cannot know", async () => {
  const asked = () => assert.unreachable("asked");
  const skipped = "skipped: GITHUB_TOKEN is not set, GitHub is not asked for alerts";
  assert.equal(await tell(asked, { GITHUB_REPOSITORY: "o/r" }), [0, skipped]);
  assert.equal(await tell(asked, { GITHUB_TOKEN: "" }), [0, skipped]);
  const nowhere = "GITHUB_REPOSITORY is not set, expected owner/name";
  assert.equal(await tell(asked, { GITHUB_TOKEN: TOKEN }), [1, nowhere]);
  const [code, line] = await tell(status(500), { GITHUB_TOKEN: TOKEN, GITHUB_REPOSITORY: "o/r" });
  assert.is(code, 1);
  assert.match(String(line), /^Alerts of o\/r could not be read: .* answered 500$/);
});

test.run();
