import type { IsolatedWorker, WorkerListener, WorkerStarter } from "../core/ports.ts";
import type { IsolatedCommand } from "./isolated_command.ts";
import { lastLineOf, tailOf } from "./last_words.ts";
import { type IsolatedChild, spawnIsolated } from "./spawn_isolated.ts";

/**
 * The isolated process as a port: two pipes, and an end that is told once. It hears and starts nothing of its own, and
 * what waits to be read by a process that does not read is bounded by ending that process.
 */
export function aiProcess(
  command: IsolatedCommand,
  { unreadBytesMax = UNREAD_BYTES_MAX }: { readonly unreadBytesMax?: number } = {},
): WorkerStarter {
  return { start: (listener) => startProcess(command, listener, unreadBytesMax) };
}

/** The caller leaves two batches unanswered at most, which are far smaller. */
const UNREAD_BYTES_MAX = 64 * 1024 * 1024;

function startProcess(
  command: IsolatedCommand,
  listener: WorkerListener,
  unreadBytesMax: number,
): IsolatedWorker {
  let child: IsolatedChild;
  try {
    child = spawnIsolated(command);
  } catch (error) {
    setImmediate(() => listener.ended(`could not be started: ${(error as Error).message}`));
    return { send() {}, kill() {} };
  }
  let isOver = false;
  let killedFor: string | null = null;
  let tail: Uint8Array = new Uint8Array();
  const end = (reason: string) => {
    if (isOver) return;
    isOver = true;
    listener.ended(reason);
  };
  const kill = (reason: string) => {
    if (isOver) return;
    killedFor ??= reason;
    child.kill("SIGKILL"); // whoever makes namespaces takes all that is in them along
  };
  child.on("error", (error) => {
    if (child.pid === undefined) end(`could not be started: ${error.message}`);
  });
  child.on("close", (code, signal) => end(killedFor ?? endText(code, signal, lastLineOf(tail))));
  child.stdout.on("data", (chunk: Uint8Array) => {
    if (!isOver && killedFor === null) listener.received(chunk);
  });
  child.stderr.on("data", (chunk: Uint8Array) => tail = tailOf(tail, chunk));
  for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.on("error", () => {}); // `close` follows
  return {
    send(line) {
      if (isOver || killedFor !== null || !child.stdin.writable) return;
      child.stdin.write(`${line}\n`);
      if (child.stdin.writableLength > unreadBytesMax) kill(`left more than ${unreadBytesMax} bytes unread`);
    },
    kill: () => kill("killed"),
  };
}

function endText(code: number | null, signal: string | null, lastLine: string | null): string {
  const how = signal === null ? `ended with code ${code}` : `ended by ${signal}`;
  return lastLine === null ? how : `${how}: ${lastLine}`;
}
