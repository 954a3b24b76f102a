import type { AiTask, HostLine, ProbeAttempt, ProbeTargets, WorkerLine } from "../../../core/ai_mail.ts";
import { type Adviser, adviser } from "./adviser.ts";

/**
 * One line after the other: the first begins, is answered by what was tried against the walls, and makes the adviser;
 * all others are the adviser's. A line that is none ends the process: the host does not write such.
 */
export interface SessionParts {
  /** A line with its newline. */
  readonly say: (line: string) => void;
  readonly tryAll: (targets: ProbeTargets) => Promise<readonly ProbeAttempt[]>;
  readonly makeAdviser?: (task: AiTask) => Adviser;
}

export async function work(
  input: AsyncIterable<Uint8Array | string>,
  { say, tryAll, makeAdviser = adviser }: SessionParts,
): Promise<void> {
  const tell = (line: WorkerLine): void => say(`${JSON.stringify(line)}\n`);
  let current: Adviser | null = null;
  for await (const text of linesOf(input)) {
    const line = JSON.parse(text) as HostLine;
    if (line.type === "begin") {
      tell({ type: "probe_result", payload: { attempts: await tryAll(line.probe) } });
      current = makeAdviser(line.task);
    } else if (current === null) {
      throw new Error(`The first line is "${line.type}", expected "begin"`);
    } else if (line.type === "model") {
      current.useModel(line.model);
    } else {
      current.batch(line).forEach(tell);
    }
  }
}

export const LINE_BYTES_MAX: number = 64 * 1024 * 1024;

/** Whole lines without their newline; what follows the last newline was cut off and is left out. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array | string>,
  bytesMax: number = LINE_BYTES_MAX,
): AsyncGenerator<string, void, undefined> {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let parts: Uint8Array[] = [];
  let bytes = 0;
  const keep = (part: Uint8Array): void => {
    bytes += part.length;
    if (bytes > bytesMax) throw new Error(`A line has more than ${bytesMax} bytes`);
    parts.push(part);
  };
  for await (const chunk of chunks) {
    let rest = typeof chunk === "string" ? encoder.encode(chunk) : chunk;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      keep(rest.subarray(0, end));
      yield parts.map((part, i) => decoder.decode(part, { stream: i < parts.length - 1 })).join("");
      parts = [];
      bytes = 0;
      rest = rest.subarray(end + 1);
    }
    keep(rest);
  }
}

const NEWLINE = 0x0a;
