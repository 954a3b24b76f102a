import type { HostLine, WorkerLine } from "../../src/core/ai_mail.ts";
import { UNPROVEN_MODEL } from "../../src/core/ai_mail.ts";
import type { AiConfig } from "../../src/core/config.ts";
import type { Event, Health } from "../../src/core/event.ts";
import type { Deadletter } from "../../src/core/ports.ts";
import type { AiInput } from "../../src/streams/ai/ai_drafts.ts";
import type { ActiveModel, AiLearning } from "../../src/streams/ai/ai_learning.ts";
import { AiRole, type AiRoleOptions } from "../../src/streams/ai/ai_role.ts";
import type { AiSession, ProvenListener } from "../../src/streams/ai/ai_session.ts";
import { sampleModel } from "./ai_run.ts";
import { tradeOf } from "./feed_events.ts";
import { FlatTime } from "./flat_time.ts";
import { configWith } from "./repo_config.ts";

/** The host's side of the AI process in time that passes by itself: a stage where the test speaks for its process. */

export interface Life {
  readonly learned: { readonly rows: readonly unknown[] };
  readonly listener: ProvenListener;
  readonly sent: HostLine[];
  isKilled: boolean;
}

export const ACTIVE: ActiveModel = { n: 3, model: sampleModel(0.5), modelSha256: "ab".repeat(32) };

export function learningOf(more: Partial<AiLearning> = {}): AiLearning {
  return {
    rows: [],
    active: null,
    takePack: () => null,
    takeTraining: () => [],
    lookAtShelf: () => null,
    ...more,
  };
}

export interface AiStage {
  readonly role: AiRole;
  readonly lives: readonly Life[];
  readonly said: AiInput[];
  readonly letters: readonly Deadletter[];
  /** Lets time pass. */
  until(ms: number): void;
  /** The process of now. */
  last(): Life;
  /** It answers a batch. */
  beat(seq: number, drift?: boolean): void;
  prove(): void;
  /** Nobody listens any more. */
  hush(): void;
}

export function stage(
  ai: Partial<AiConfig> = {},
  more: Partial<AiRoleOptions> = {},
): AiStage {
  const time = new FlatTime();
  const lives: Life[] = [];
  const said: AiInput[] = [];
  const letters: Deadletter[] = [];
  const role = new AiRole({
    ai: { ...configWith().ai, ...ai },
    boundary: "linux_namespaces",
    clock: { now: () => time.frame },
    isVirtual: false,
    speed: 1,
    scheduler: time,
    startTs: 0,
    healthEveryMs: 10_000,
    learning: learningOf(),
    startWorker(learned, listener): AiSession {
      const life: Life = { learned, listener, sent: [], isKilled: false };
      lives.push(life);
      return { send: (line) => void life.sent.push(line), kill: () => void (life.isKilled = true) };
    },
    deadletter: (letter) => void letters.push(letter),
    stopOf: (error) => ({ reason_code: "SINK_IO", detail: String(error) }),
    ...more,
  });
  const listening = role.arrival$.subscribe((draft) => said.push(draft));
  const until = (ms: number) => {
    time.maxFrames = ms;
    time.flush();
    time.frame = ms;
  };
  const last = () => lives.at(-1)!;
  const beat = (seq: number, drift = false) =>
    last().listener.said({ type: "heartbeat", payload: { seq, rows: 0, drift } });
  const prove = () => last().listener.proven([]);
  return { role, lives, said, letters, until, last, beat, prove, hush: () => listening.unsubscribe() };
}

/** Each input by a word. */
export const words = (said: readonly AiInput[]): readonly string[] =>
  said.map(({ type, ts, payload }) => {
    if (type === "health") return `${payload.state} ${ts}`;
    if (type === "lifecycle") return `${payload.what} ${ts}`;
    return type === "stop_journal" ? `${payload.reason_code} ${ts}` : `${type} ${ts}`;
  });
export const healths = (said: readonly AiInput[]): readonly Health[] =>
  said.flatMap((draft) => draft.type === "health" ? [draft.payload] : []);
/** Of each: its number, its time, how many events, how many were lost. */
export const batches = ({ sent }: Life): readonly (readonly number[])[] =>
  sent.flatMap((line) =>
    line.type === "batch" ? [[line.seq, line.ts, line.events.length, line.dropped]] : []
  );
export const event = (n: number): Event<"market_tick"> => tradeOf(n, n);
export const advice = (model_id: string = UNPROVEN_MODEL): WorkerLine => ({
  type: "recommendation",
  payload: { symbol: "BTCUSDT", horizon_ms: 30_000, p_up: 0.5, model_id },
});
