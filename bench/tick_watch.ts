/**
 * Watches two ports of the program in this process, the socket's and the files', and so knows of every tick when its
 * frame was received and when its line was on the disk. It changes nothing of what goes through them.
 */
import { realFiles } from "../src/edge/real_files.ts";
import { webSocketDialer } from "../src/edge/web_socket.ts";

export interface TickWatch {
  /** Frames that the socket gave us, and those of them whose line is synced. */
  readonly received: number;
  readonly durable: number;
  /** From receipt to synced, of the ticks from the `from`-th on. */
  sinceReceived(from: number): Ranks;
  /** From when the venue's market had it happen to synced, on the system's clock: trades only, quotes have no time. */
  sinceHappened(from: number): Ranks;
}

/** Milliseconds, by nearest rank. */
export interface Ranks {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

const TICK_INBOX = /\/queues\/market_ticks\/inbox\.jsonl$/;
const NEWLINE = 10;
const TIME_DIGITS = 13;

/** Watches from now on. All memory is taken now, for `ticksMax` ticks: what grows later is not ours. */
export function watchTicks(ticksMax: number): TickWatch {
  /** When it began, until its line is synced: then how long it took. */
  const receivedMs = new Float64Array(ticksMax).fill(-1);
  const happenedMs = new Float64Array(ticksMax).fill(-1);
  let received = 0;
  let written = 0;
  let durable = 0;

  const receive = (frame: string) => {
    if (!frame.startsWith('{"stream":')) return; // the answer to a subscription
    if (received === ticksMax) {
      throw new Error(`More than ${ticksMax} ticks came, the watch has no more room`);
    }
    const at = frame.indexOf('"E":');
    happenedMs[received] = at === -1 ? -1 : Number(frame.slice(at + 4, at + 4 + TIME_DIGITS));
    receivedMs[received++] = performance.now();
  };
  /** Lines are written in the order of their frames, so the next that are synced are the next that came. */
  const settle = () => {
    const [nowMs, nowTs] = [performance.now(), Date.now()];
    for (; durable < written; durable++) {
      receivedMs[durable] = nowMs - receivedMs[durable]!;
      if (happenedMs[durable] !== -1) happenedMs[durable] = nowTs - happenedMs[durable]!;
    }
  };

  const { dial } = webSocketDialer;
  webSocketDialer.dial = (url, options, listener) =>
    dial(url, options, {
      opened: () => listener.opened(),
      received(message) {
        if (typeof message === "string") receive(message);
        listener.received(message);
      },
      signed: () => listener.signed(),
      closed: (reason) => listener.closed(reason),
    });
  const { append } = realFiles;
  realFiles.append = (path) => {
    const handle = append(path);
    if (!TICK_INBOX.test(path)) return handle;
    return {
      close: () => handle.close(),
      write(data) {
        const count = handle.write(data);
        for (let i = data.indexOf(NEWLINE); i !== -1 && i < count; i = data.indexOf(NEWLINE, i + 1)) {
          written++;
        }
        return count;
      },
      sync() {
        handle.sync();
        settle();
      },
    };
  };

  return {
    get received() {
      return received;
    },
    get durable() {
      return durable;
    },
    sinceReceived: (from) => ranksOf(receivedMs.slice(from, durable)),
    sinceHappened: (from) => ranksOf(happenedMs.slice(from, durable).filter((ms) => ms >= 0)),
  };
}

function ranksOf(values: Float64Array): Ranks {
  values.sort();
  const rank = (percent: number) => values[Math.ceil(percent * values.length / 100) - 1] ?? NaN;
  return { p50: rank(50), p95: rank(95), p99: rank(99), max: rank(100) };
}
