import type { Dialer, HttpAnswer, HttpGet, SocketListener } from "../../src/core/ports.ts";
import type { SteppedTime } from "./stepped_time.ts";

/**
 * A venue in virtual time: sockets that do as they are told, REST that answers what the test has set. It keeps its
 * side of the ports' contract: nothing is called inside `dial`, `send` or `close`, and nothing after `closed`.
 */
export interface FakeSocket {
  readonly url: string;
  readonly dialedMs: number;
  readonly phase: "dialing" | "open" | "closed";
  readonly sent: readonly string[];
  readonly pings: number;
  readonly subscribed: ReadonlySet<string>;
  /** Published messages do not reach it. */
  isMute: boolean;
  receive(message: string | Uint8Array): void;
  /** A ping of the venue, which the port answers. */
  sign(): void;
  cut(reason: string): void;
  /** A callback that comes when no connection would expect it. */
  readonly listener: SocketListener;
}

interface Request {
  readonly method: string;
  readonly params?: readonly string[];
  readonly id: number;
}

export interface FakeVenue {
  readonly dialer: Dialer;
  readonly get: HttpGet;
  readonly sockets: readonly FakeSocket[];
  readonly asked: readonly { readonly path: string; readonly atMs: number }[];
  /** How it behaves from now on. */
  readonly rule: {
    openAfterMs: number;
    /** Upgrades are refused for this reason. */
    refusal: string | null;
    replyAfterMs: number;
    /** null = the request is not answered at all. */
    reply: (request: Request, socket: FakeSocket) => unknown;
    /** A number: no answer, rejected after so many milliseconds. */
    rest: (path: string) => Partial<HttpAnswer> | number;
    restAfterMs: number;
    /** Between our close and the end of what was on its way. */
    closeAfterMs: number;
  };
  open(): readonly FakeSocket[];
  publish(stream: string, data: unknown): void;
  /** Over all sockets: the most that we had at once, and the most messages that one got in a second. */
  readonly mostAtOnce: number;
  readonly mostInASecond: number;
}

export function fakeVenue(time: SteppedTime, nowTs: () => number): FakeVenue {
  const sockets: FakeSocket[] = [];
  /** Those that we have not asked to close: the others are on their way out. */
  const kept = new Set<FakeSocket>();
  const asked: { path: string; atMs: number }[] = [];
  const after = (ms: number, work: () => void) => void time.schedule(work, ms);
  let mostAtOnce = 0;
  let mostInASecond = 0;
  const rule: FakeVenue["rule"] = {
    openAfterMs: 5,
    refusal: null,
    replyAfterMs: 5,
    reply: ({ method, id }, socket) => ({
      result: method === "LIST_SUBSCRIPTIONS" ? [...socket.subscribed] : null,
      id,
    }),
    rest: () => ({ body: JSON.stringify({ serverTime: nowTs() }) }),
    restAfterMs: 20,
    closeAfterMs: 1,
  };

  const dialer: Dialer = {
    dial(url, { timeoutMs }, listener) {
      let phase: FakeSocket["phase"] = "dialing";
      let pings = 0;
      let isClosing = false;
      const sent: string[] = [];
      const countedMs: number[] = [];
      const subscribed = new Set<string>();
      const count = () => {
        countedMs.push(time.frame);
        mostInASecond = Math.max(mostInASecond, countedMs.filter((ms) => ms > time.frame - 1000).length);
      };
      const end = (reason: string) => {
        if (phase === "closed") return;
        phase = "closed";
        kept.delete(socket);
        listener.closed(reason);
      };
      const socket: FakeSocket = {
        url,
        dialedMs: time.frame,
        get phase() {
          return phase;
        },
        sent,
        get pings() {
          return pings;
        },
        subscribed,
        isMute: false,
        receive: (message) => phase === "open" && listener.received(message),
        sign() {
          count();
          if (phase === "open") listener.signed();
        },
        cut: end,
        listener,
      };
      sockets.push(socket);
      kept.add(socket);
      mostAtOnce = Math.max(mostAtOnce, kept.size);
      after(Math.min(rule.openAfterMs, timeoutMs), () => {
        if (phase !== "dialing" || isClosing) return;
        if (rule.refusal !== null) return end(rule.refusal);
        if (rule.openAfterMs >= timeoutMs) return end(`not open after ${timeoutMs} ms`);
        phase = "open";
        listener.opened();
      });
      return {
        send(text) {
          if (phase !== "open") return;
          sent.push(text);
          count();
          const request = JSON.parse(text) as Request;
          after(rule.replyAfterMs, () => {
            if (request.method === "SUBSCRIBE") request.params?.forEach((name) => subscribed.add(name));
            const reply = rule.reply(request, socket);
            if (reply !== null && !socket.isMute) socket.receive(JSON.stringify(reply));
          });
        },
        ping() {
          pings++;
          count();
          if (!socket.isMute) after(rule.replyAfterMs, () => phase === "open" && listener.signed());
        },
        close() {
          if (isClosing) return;
          isClosing = true;
          kept.delete(socket);
          after(rule.closeAfterMs, () => end("closed by us"));
        },
      };
    },
  };

  return {
    dialer,
    get: (url, { timeoutMs }) => {
      const path = url.replace(/^https?:\/\/[^/]+/, "");
      asked.push({ path, atMs: time.frame });
      const answer = rule.rest(path);
      return new Promise((resolve, reject) => {
        const waitMs = typeof answer === "number" ? answer : rule.restAfterMs;
        after(Math.min(waitMs, timeoutMs), () => {
          if (typeof answer === "number") return reject(new Error("connect ECONNREFUSED"));
          if (waitMs > timeoutMs) return reject(new Error("too late"));
          resolve({ status: 200, headers: new Map(), body: "", elapsedMs: waitMs, ...answer });
        });
      });
    },
    sockets,
    asked,
    rule,
    open: () => sockets.filter(({ phase }) => phase === "open"),
    publish(stream, data) {
      const message = JSON.stringify({ stream, data });
      for (const socket of [...sockets]) {
        if (socket.subscribed.has(stream) && !socket.isMute) socket.receive(message);
      }
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    get mostInASecond() {
      return mostInASecond;
    },
  };
}
