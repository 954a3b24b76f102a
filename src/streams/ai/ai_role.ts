import {
  ignoreElements,
  interval,
  merge,
  NEVER,
  type Observable,
  type SchedulerLike,
  Subject,
  tap,
} from "rxjs";
import type { AiHeartbeat, WorkerLine } from "../../core/ai_mail.ts";
import type { AiConfig } from "../../core/config.ts";
import type { Draft, Event, Health } from "../../core/event.ts";
import type { Clock, Deadletter } from "../../core/ports.ts";
import type { Agenda } from "../sources/agenda.ts";
import { type OneTimer, oneTimer } from "../sources/binance/one_timer.ts";
import type { Violation } from "./admit_line.ts";
import {
  adviceDraft,
  AI_BOUNDARY,
  type AiInput,
  boundaryStop,
  deniedDraft,
  healthDraft,
  restartedDraft,
  troublesOf,
} from "./ai_drafts.ts";
import type { AiLearning, AiNews } from "./ai_learning.ts";
import type { AiSession, StartWorker } from "./ai_session.ts";
import { type BatchLedger, batchLedger } from "./batch_ledger.ts";
import { type Mailbox, mailbox } from "./mailbox.ts";

/**
 * The host's side of the AI process: what it may see goes in, step by step, what it may say comes out as inputs of the
 * night. In real time the night never waits for it; in virtual time each step waits for the answer to the one before,
 * so that the same night has the same advice. Whatever it is, it dies alone.
 */
export interface AiRoleOptions {
  readonly ai: AiConfig;
  /** What shuts it in. */
  readonly boundary: string;
  readonly clock: Clock;
  readonly isVirtual: boolean;
  readonly speed: number;
  /** For deadlines: real time, whatever the night's is. */
  readonly scheduler: SchedulerLike;
  /** From when on it is given what happens. */
  readonly startTs: number;
  readonly healthEveryMs: number;
  readonly learning: AiLearning;
  readonly startWorker: StartWorker;
  readonly deadletter: (letter: Deadletter) => void;
}

/** In real time so many batches may be unanswered; what comes then waits in the mailbox. */
const UNANSWERED_MAX = 2;
const STEP_MS_MIN = 10;
const NOTHING_WRITTEN = { raw: new Uint8Array(), denial: null };

export class AiRole {
  readonly #options: AiRoleOptions;
  readonly #said$ = new Subject<AiInput>();
  /** In virtual time what is said waits for the next step. */
  readonly #waiting: AiInput[] = [];
  readonly #box: Mailbox;
  readonly #deadline: OneTimer;
  #phase: "starting" | "up" | "down" | "off" = "down";
  #session: AiSession | null = null;
  #onGone = (): void => {};
  #upSinceTs = 0;
  /** When it is begun anew. */
  #startTs: number;
  #starts = 0;
  #ledger: BatchLedger = batchLedger();
  #healthTs: number;
  #droppedTold = 0;
  #isDrifting = false;
  #failure: unknown = null;
  #resume: (() => void) | null = null;

  constructor(options: AiRoleOptions) {
    this.#options = options;
    this.#box = mailbox(options.ai.mailbox_max);
    this.#deadline = oneTimer(options.scheduler, (error) => this.#fail(error));
    this.#startTs = this.#healthTs = options.startTs;
  }

  /** Shows it what was journaled. */
  take(event: Event): void {
    if (this.#phase !== "off") this.#box.put(event);
  }

  /** What it says in real time; in virtual time it stands in the agenda. */
  get arrival$(): Observable<AiInput> {
    const { isVirtual, ai, speed, scheduler, clock } = this.#options;
    if (isVirtual) return NEVER;
    const step$ = interval(Math.max(STEP_MS_MIN, ai.step_ms / speed), scheduler).pipe(
      tap(() => this.#step(clock.now())),
      ignoreElements(),
    );
    return merge(this.#said$, step$);
  }

  /** Its steps in virtual time, each behind the answer to the one before; null in real time. */
  agenda(): Agenda | null {
    const { isVirtual, ai: { step_ms: everyMs }, startTs } = this.#options;
    if (!isVirtual) return null;
    let nextTs = startTs;
    const isOff = () => this.#phase === "off" && this.#waiting.length === 0;
    return {
      get nextTs() {
        return isOff() ? Infinity : nextTs;
      },
      isReady: (resume) => this.#isAnswered(resume),
      take: (nowTs) => {
        nextTs += everyMs;
        if (this.#failure !== null) throw this.#failure;
        this.#step(nowTs);
        return this.#waiting.splice(0).map((draft) => ({ ...draft, ts: nowTs }));
      },
    };
  }

  /** The watchdog asks for it, or has given it up for the night. */
  restart(isOff: boolean): void {
    const { clock, ai: { restarts: { first_ms, most_ms } } } = this.#options;
    this.#end(isOff ? "off" : "down");
    const waitMs = Math.min(first_ms * (1 << Math.min(this.#starts - 1, 20)), most_ms);
    this.#startTs = clock.now() + waitMs;
  }

  /** Since its last start; null while it is down. */
  uptimeS(ts: number): number | null {
    return this.#phase === "up" ? Math.max(0, ts - this.#upSinceTs) / 1000 : null;
  }

  /** Resolves when the process is gone. */
  close(): Promise<void> {
    const gone = this.#session === null
      ? Promise.resolve()
      : new Promise<void>((resolve) => this.#onGone = resolve);
    this.#end("off");
    return gone;
  }

  #isAnswered(resume: () => void): boolean {
    const isWaiting = this.#phase === "starting" || this.#phase === "up" && this.#ledger.unanswered > 0;
    if (!isWaiting || this.#failure !== null) return true;
    this.#resume = resume;
    return false;
  }

  #wake(): void {
    const resume = this.#resume;
    this.#resume = null;
    resume?.();
  }

  #step(ts: number): void {
    try {
      if (this.#phase === "down" && ts >= this.#startTs) this.#start(ts);
      if (this.#phase === "up") this.#send(ts);
      if (ts >= this.#healthTs) this.#tellHealth(ts);
    } catch (error) {
      this.#fail(error);
    }
  }

  #start(ts: number): void {
    const { ai, learning, startWorker, clock } = this.#options;
    this.#phase = "starting";
    this.#starts++;
    this.#ledger = batchLedger();
    const of = <Args extends unknown[]>(work: (...args: Args) => void) => (...args: Args) => {
      if (this.#session !== session) return;
      try {
        work(...args);
      } catch (error) {
        this.#fail(error);
      }
    };
    const session: AiSession = this.#session = startWorker({
      model: learning.active?.model ?? null,
      rows: learning.rows,
    }, {
      proven: of((leaks) => this.#proven(leaks)),
      said: of((line) => this.#hear(line)),
      violated: of((violation) => this.#violated(violation)),
      ended: (reason) => {
        if (this.#session === session) this.#fall(`its process has ended: ${reason}`);
        this.#onGone();
      },
    });
    this.#upSinceTs = ts;
    this.#deadline.set(
      ai.start_timeout_ms,
      () => this.#fall(`has not begun within ${ai.start_timeout_ms} ms`),
    );
    if (this.#starts > 1) this.#say(restartedDraft(clock.now(), this.#starts - 1));
  }

  #proven(leaks: readonly string[]): void {
    if (leaks.length > 0) {
      const detail = `its isolation leaks: ${leaks.join("; ")}`;
      return this.#violated({ detail, raw: new Uint8Array(), denial: null });
    }
    this.#phase = "up";
    this.#deadline.clear();
    this.#tellHealth(this.#options.clock.now());
    this.#wake();
  }

  /** All that waits, unless it has not answered what it was given before: then it waits on. */
  #send(ts: number): void {
    const { isVirtual, ai: { answer_timeout_ms: timeoutMs } } = this.#options;
    if (this.#ledger.unanswered >= (isVirtual ? 1 : UNANSWERED_MAX)) return;
    this.#session!.send({ type: "batch", seq: this.#ledger.send(), ts, ...this.#box.takeAll() });
    if (!this.#deadline.isSet) this.#await(timeoutMs);
  }

  #await(timeoutMs: number): void {
    this.#deadline.set(timeoutMs, () => this.#fall(`no answer within ${timeoutMs} ms`));
  }

  #hear(line: WorkerLine): void {
    const { learning, clock } = this.#options;
    const ts = clock.now();
    const problem = this.#ledger.hear(line) ??
      (line.type === "feature_pack" ? learning.takePack(line.payload, line.rows) : null);
    if (problem !== null) return this.#violated({ detail: problem, ...NOTHING_WRITTEN });
    if (line.type === "heartbeat") this.#beat(line.payload, ts);
    else if (line.type === "training_snapshot") this.#learn(learning.takeTraining(line.payload, ts), ts);
    else if (line.type !== "probe_result") this.#say(adviceDraft(line, ts));
  }

  #beat({ drift }: AiHeartbeat, ts: number): void {
    if (this.#ledger.unanswered > 0) this.#await(this.#options.ai.answer_timeout_ms);
    else this.#deadline.clear();
    if (drift !== this.#isDrifting) {
      this.#isDrifting = drift;
      this.#tellHealth(ts);
    }
    this.#wake();
  }

  #learn(news: readonly AiNews[], ts: number): void {
    const { active } = this.#options.learning;
    for (const { snapshot, detail } of news) this.#say(this.#health(ts, "UP", { detail, snapshot }));
    if (news.some(({ snapshot: { what } }) => what === "activated" || what === "rolled_back")) {
      this.#session?.send({ type: "model", model: active?.model ?? null });
    }
  }

  #violated({ detail, raw, denial }: Violation): void {
    const { ai, clock, deadletter } = this.#options;
    const ts = clock.now();
    if (raw.length > 0) deadletter({ ts, queue: "recommendations", reason_code: AI_BOUNDARY, detail, raw });
    if (denial !== null) this.#say(deniedDraft(denial, ts));
    if (ai.on_violation === "quarantine") return this.#fall(`${AI_BOUNDARY}: ${detail}`);
    this.#end("off");
    this.#say(boundaryStop(detail, ts));
    this.#wake();
  }

  /** It is down: whether it comes again is for the watchdog to say. */
  #fall(detail: string): void {
    const ts = this.#options.clock.now();
    const payload = this.#health(ts, "DOWN", { detail });
    this.#end("down");
    this.#startTs = Infinity;
    this.#say(payload);
    this.#wake();
  }

  #end(phase: "down" | "off"): void {
    this.#deadline.clear();
    this.#phase = phase;
    this.#session?.kill();
    this.#session = null;
  }

  #tellHealth(ts: number): void {
    const { healthEveryMs, learning, isVirtual } = this.#options;
    this.#healthTs = ts + healthEveryMs;
    if (this.#phase !== "up") return;
    const changed = isVirtual ? null : learning.lookAtShelf();
    if (changed !== null) this.#learn([changed], ts);
    const lost = this.#box.dropped - this.#droppedTold;
    this.#droppedTold = this.#box.dropped;
    const troubles = troublesOf({ lost, isDrifting: this.#isDrifting });
    const detail = troubles || this.#options.boundary;
    this.#say(this.#health(ts, troubles === "" ? "UP" : "DEGRADED", { detail }));
  }

  #health(ts: number, state: Health["state"], more: Pick<Health, "detail" | "snapshot">): Draft<"health"> {
    return healthDraft(ts, { state, uptime_s: this.uptimeS(ts) ?? 0, dropped: this.#box.dropped, ...more });
  }

  #say(draft: AiInput): void {
    if (this.#options.isVirtual) this.#waiting.push(draft);
    else this.#said$.next(draft);
  }

  /** What the night cannot go on with: its disk takes no more. */
  #fail(error: unknown): void {
    this.#failure = error;
    if (!this.#options.isVirtual) this.#said$.error(error);
    this.#wake();
  }
}
