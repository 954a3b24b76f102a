/**
 * Cuts the bytes of a pipe into lines. A line has an end: one that is too long is told once, and nothing that comes
 * behind it is read.
 */
export interface LineSplitter {
  push(chunk: Uint8Array): void;
}

export interface LineSplitterOptions {
  /** Without its newline. */
  readonly bytesMax: number;
  /** Bytes of its own, which nobody else changes. */
  readonly onLine: (line: Uint8Array) => void;
  /** With what there is of it so far. */
  readonly onTooLong: (start: Uint8Array) => void;
}

const NEWLINE = 0x0a;

export function splitLines({ bytesMax, onLine, onTooLong }: LineSplitterOptions): LineSplitter {
  let parts: Uint8Array[] = [];
  let length = 0;
  let isOver = false;

  const add = (part: Uint8Array) => {
    parts.push(part.slice());
    length += part.length;
  };
  const take = (): Uint8Array => {
    const line = parts.length === 1 ? parts[0]! : joined(parts, length);
    parts = [];
    length = 0;
    return line;
  };

  return {
    push(chunk) {
      for (let from = 0; from < chunk.length && !isOver;) {
        const end = chunk.indexOf(NEWLINE, from);
        const to = end === -1 ? chunk.length : end;
        if (length + to - from > bytesMax) {
          isOver = true;
          add(chunk.subarray(from, from + Math.max(0, bytesMax - length)));
          return onTooLong(take());
        }
        add(chunk.subarray(from, to));
        if (end !== -1) onLine(take());
        from = to + 1;
      }
    },
  };
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
