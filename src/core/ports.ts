import type { Act, AnyDraft, Event, Lifecycle, PermittedDraft, Role } from "./event.ts";

/**
 * What the core needs from outside, as interfaces. src/edge holds the real ones; tests and virtual time bring their own.
 */

export interface Clock {
  /** Unix milliseconds. */
  now(): number;
}

/** Files, synchronous: a turn is written and synced between turns, and nothing may come in between. */
export interface Files {
  makeDirectory(path: string): void;
  exists(path: string): boolean;
  list(path: string): readonly string[];
  read(path: string): Uint8Array;
  /** A new file, mode 0600 where `secret`; throws EEXIST where it is there already. */
  writeNew(path: string, data: Uint8Array, options?: { readonly secret?: boolean }): void;
  /** Opens for appending, creating where missing. */
  append(path: string): AppendHandle;
  rename(from: string, to: string): void;
  remove(path: string): void;
  size(path: string): number;
  /** Up to `length` bytes from `offset` on; fewer where the file ends. */
  readPart(path: string, offset: number, length: number): Uint8Array;
  /** What stays the same while nobody puts another file in its place (device and inode); null where there is none. */
  identity(path: string): string | null;
  syncDirectory(path: string): void;
  /** Bytes free for us on the file system of `path`, or null where that cannot be known. */
  freeBytes(path: string): number | null;
}

export interface AppendHandle {
  /** Writes some or all of `data`; gives the number of bytes written. */
  write(data: Uint8Array): number;
  /** fdatasync. */
  sync(): void;
  close(): void;
}

/** Signs audit anchors. `sign` and `verify` take the exact bytes; signatures are base64. */
export interface Signer {
  readonly algorithm: "Ed25519";
  readonly key_id: string;
  /** The raw 32 bytes, base64. */
  readonly public_key: string;
  sign(text: string): string;
  verify(text: string, signature: string): boolean;
}

/** Where admitted events go: queue files today, a distributed engine behind the same four calls later. */
export interface QueueSink {
  /** Gives the event its number and puts its line into the running turn. */
  append(draft: PermittedDraft): Event;
  /** The turn is through: commit as the durability rule asks. A fault that still lets us write becomes the next input. */
  endTurn(): AnyDraft | null;
  /** What came from outside and could not become an event. */
  deadletter(letter: Deadletter): void;
  /** Real time only: commits and anchors what has waited for too long. A fault comes back as from endTurn. */
  flushAged(): AnyDraft | null;
  /** Acks, cursors and the final anchor; nothing is written after it. */
  finish(): void;
}

export interface Deadletter {
  readonly ts: number;
  readonly queue: string;
  readonly reason_code: string;
  readonly detail: string;
  readonly raw: Uint8Array;
}

/** Decides whether a draft may become an event, and whether the process may do what it is about to. */
export interface PolicyGate {
  readonly policySha256: string;
  decide(entrypoint: string, asked: Asked): Decision;
  /** Left out by a gate that remembers nothing. */
  readonly tally?: PolicyTally | undefined;
  /** Told of each step in the life of its run: which policy is in force, the log says. Left out where it never changes. */
  follow?(step: Lifecycle): void;
}

/** How often policy was asked, and how often it had to be evaluated for that; the rest was remembered. */
export interface PolicyTally {
  readonly decisions: number;
  readonly evaluations: number;
}

/** What policy is asked about: a draft, or an act that has none. */
export type Asked = AnyDraft | {
  readonly type: Act;
  readonly source: Role;
  readonly ts: number;
  readonly payload: unknown;
};

export type Decision =
  | { readonly allow: true }
  | {
    readonly allow: false;
    readonly codes: readonly string[];
    /** The fields that the entrypoint reads, as it saw them. */
    readonly input: unknown;
  };

/** Opens WebSocket connections. Pings are answered by the port; nothing is thrown, a failure is a `closed`. */
export interface Dialer {
  dial(
    url: string,
    options: { readonly timeoutMs: number; readonly frameBytesMax: number },
    listener: SocketListener,
  ): Socket;
}

/** Called between turns, never inside `dial`, `send` or `close`. */
export interface SocketListener {
  opened(): void;
  /** Text as a string, anything else as bytes. */
  received(message: string | Uint8Array): void;
  /** A ping or a pong. */
  signed(): void;
  /** Once, and nothing after it: closed by either side, refused, timed out, a frame that was no frame. For a reader. */
  closed(reason: string): void;
}

export interface Socket {
  /** Nothing happens where it is not open. */
  send(text: string): void;
  ping(): void;
  /** At once; `closed` follows. */
  close(): void;
}

/**
 * Asks a venue. There is no way to send anything but a GET through it. Rejects where no answer came, with an
 * AnswerError where what came is none.
 */
export type HttpGet = (
  url: string,
  options: { readonly timeoutMs: number; readonly bytesMax: number },
) => Promise<HttpAnswer>;

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** From the question to the last byte of the answer, by a clock that nobody sets. */
  readonly elapsedMs: number;
}

/** Speaks a venue's protocol without a network: the embedded one, or one that a test makes up. A server gives it a port. */
export interface Venue {
  /** What a request to connect at `path` (with its query) is answered where it is refused; null where it is not. */
  refusal(path: string): VenueAnswer | null;
  accept(path: string, client: VenueClient): VenueSession;
  /** What any other request is answered. */
  answer(method: string, path: string): VenueAnswer;
}

export interface VenueAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** It is held back for so long. */
  readonly delayMs: number;
}

/** The other end of a connection, as the venue has it. Nothing is thrown, and nothing happens once it is closed. */
export interface VenueClient {
  /** Text as text, bytes as a binary frame. */
  send(frame: string | Uint8Array): void;
  ping(payload: string): void;
  /** With the goodbye of a close frame, or null: cut, as a broken line would. */
  close(goodbye: VenueGoodbye | null): void;
}

export interface VenueGoodbye {
  readonly code: number;
  readonly reason: string;
}

export interface VenueSession {
  received(message: string | Uint8Array): void;
  pinged(): void;
  ponged(payload: string): void;
  /** Once, and nothing after it. */
  closed(): void;
}

/** Starts the isolated AI process: it has two pipes and nothing else. Nothing is thrown, a failure is an `ended`. */
export interface WorkerStarter {
  start(listener: WorkerListener): IsolatedWorker;
}

/** Called between turns, never inside `start`, `send` or `kill`. */
export interface WorkerListener {
  /** Bytes of its standard output, as they come. */
  received(chunk: Uint8Array): void;
  /** Once, and nothing after it. For a reader. */
  ended(reason: string): void;
}

export interface IsolatedWorker {
  /** A line without its newline. Whoever sends counts what is unanswered: nothing here waits. */
  send(line: string): void;
  /** At once, with all that it has started; `ended` follows. */
  kill(): void;
}
