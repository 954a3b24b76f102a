import { get as getPlain, type IncomingMessage } from "node:http";
import { get as getSecure } from "node:https";
import { AnswerError } from "../core/answer_error.ts";
import type { HttpAnswer, HttpGet } from "../core/ports.ts";
import { connectionFault } from "./connection_fault.ts";

/**
 * The program's only way to ask over HTTP. The method is a constant: no argument can make it anything but a GET.
 * Each question has its own connection, redirects are answers like all others, and all is bounded.
 */
export const httpGet: HttpGet = (url, { timeoutMs, bytesMax }) =>
  new Promise((resolve, reject) => {
    const beganMs = performance.now();
    const get = new URL(url).protocol === "https:" ? getSecure : getPlain;
    const request = get(url, { method: "GET", agent: false });
    const timer = setTimeout(() => fail(new Error(`No whole answer within ${timeoutMs} ms`)), timeoutMs);
    const fail = (reason: Error) => {
      clearTimeout(timer);
      reject(reason); // the first word stands, be it an answer or a reason
      request.destroy();
    };
    request.on("error", (error) => fail(faultOf(error)));
    request.on("upgrade", (_, socket) => {
      socket.destroy();
      fail(new AnswerError("NOT_HTTP: the answer is a change of protocol, expected text"));
    });
    request.on("close", () => fail(new Error("Connection closed without a whole answer")));
    request.on("response", (answer) => {
      const chunks: Uint8Array[] = [];
      let length = 0;
      answer.on("error", (error) => fail(faultOf(error)));
      answer.on("data", (chunk: Uint8Array) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > bytesMax) fail(new AnswerError(`TOO_LONG: the answer is longer than ${bytesMax} bytes`));
      });
      answer.on("end", () => {
        if (length > bytesMax) return; // `close` says so
        clearTimeout(timer);
        resolve(answerOf(answer, Buffer.concat(chunks, length), performance.now() - beganMs));
      });
    });
  });

/** What cannot be parsed was said by somebody; all else is the line's. */
function faultOf(error: NodeJS.ErrnoException): Error {
  const reason = connectionFault(error);
  if (error.code === "HPE_HEADER_OVERFLOW") return new AnswerError(`TOO_LONG: ${reason}`);
  return error.code?.startsWith("HPE_") ? new AnswerError(`NOT_HTTP: ${reason}`) : new Error(reason);
}

function answerOf(answer: IncomingMessage, body: Uint8Array, elapsedMs: number): HttpAnswer {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return { status: answer.statusCode ?? 0, headers, body: new TextDecoder().decode(body), elapsedMs };
}
