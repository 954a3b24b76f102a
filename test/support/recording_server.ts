import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A server on the loopback that keeps how it was asked: whatever a client sends, its method and its body's length. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly bodyBytes: number;
}

export interface RecordingServer {
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
}

/** Runs `use` with a server that answers everything with this status and these headers, then closes it. */
export async function withRecordingServer(
  use: (server: RecordingServer) => Promise<void>,
  answer: { readonly status: number; readonly headers?: Record<string, string> } = { status: 200 },
): Promise<void> {
  const requests: RecordedRequest[] = [];
  const server = createServer((request, response) => {
    let bodyBytes = 0;
    request.on("data", (chunk: Uint8Array) => bodyBytes += chunk.length);
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      requests.push({ method, url, headers, bodyBytes });
      response.writeHead(answer.status, answer.headers).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
