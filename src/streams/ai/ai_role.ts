import { ignoreElements, interval, merge, NEVER, type Observable, type SchedulerLike, tap } from "rxjs";
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
  deniedDraft,
  healthDraft,
  restartedDraft,
  stopDraft,
} from "./ai_drafts.ts";
import type { AiLearning, AiNews } from "./ai_learning.ts";
import { type AiVitals, aiVitals } from "./ai_vitals.ts";
import type { AiSession, StartWorker } from "./ai_session.ts";
import { type BatchLedger, batchLedger } from "./batch_ledger.ts";
import { type Mailbox, mailbox } from "./mailbox.ts";
import { type Outlet, outlet } from "./outlet.ts";

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
  /** What a night that cannot keep what it was told stops for. */
  readonly stopOf: (error: unknown) => { readonly reason_code: string; readonly detail: string };
}

/** In real time so many batches may be unanswered; what comes then waits in the mailbox. */
const UNANSWERED_MAX = 2;
const STEP_MS_MIN = 10;
const NOTHING_WRITTEN = { raw: new Uint8Array(), denial: null };

export class AiRole {
  readonly #options: AiRoleOptions;
  readonly #out: Outlet;
  readonly #box: Mailbox;
  readonly #deadline: OneTimer;
  #phase: "starting" | "up" | "down" | "off" = "down";
  #session: AiSession | null = null;
  /** When its last process is gone. */
  #gone: Promise<void> = Promise.resolve();
  #stepTs: number;
  #upSinceTs: number | null = null;
  /** When it is begun anew. */
  #startTs: number;
  #starts = 0;
  #ledger: BatchLedger;
  readonly #vitals: AiVitals;
  #resume: (() => void) | null = null;

  constructor(options: AiRoleOptions) {
    this.#options = options;
    this.#out = outlet(options.isVirtual);
    this.#ledger = batchLedger(Infinity); // nobody speaks yet
    this.#box = mailbox(options.ai.mailbox_max);
    this.#deadline = oneTimer(options.scheduler, (error) => this.#fail(error));
    this.#vitals = aiVitals(options.healthEveryMs, options.startTs);
    this.#startTs = this.#stepTs = options.startTs;
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
    return merge(this.#out.said$, step$);
  }

  /** Its steps in virtual time, each behind the answer to the one before; null in real time. */
  agenda(): Agenda | null {
    const { isVirtual, ai: { step_ms: everyMs }, startTs } = this.#options;
    if (!isVirtual) return null;
    let nextTs = startTs;
    const isOff = () => this.#phase === "off" && this.#out.isEmpty;
    return {
      get nextTs() {
        return isOff() ? Infinity : nextTs;
      },
      isReady: (resume) => this.#isAnswered(resume),
      take: (nowTs) => {
        nextTs += everyMs;
        this.#step(nowTs);
        return this.#out.takeAll(nowTs);
      },
    };
  }

  /** The watchdog asks for it, or has given it up for the night. */
  restart(isOff: boolean): void {
    if (this.#phase === "off") return;
    const { ai: { restarts: { first_ms, most_ms } } } = this.#options;
    this.#end(isOff ? "off" : "down");
    const waitMs = Math.min(first_ms * (1 << Math.min(this.#starts - 1, 20)), most_ms);
    this.#startTs = this.#nowTs() + waitMs;
  }

  /** Since its last start; null while it is down. */
  uptimeS(ts: number): number | null {
    return this.#upSinceTs === null ? null : Math.max(0, ts - this.#upSinceTs) / 1000;
  }

  /** At the end of the night. Resolves when the process is gone. */
  close(): Promise<void> {
    const upSinceTs = this.#upSinceTs;
    this.#end("off");
    this.#upSinceTs = upSinceTs; // it was up to the end
    return this.#gone;
  }

  #isAnswered(resume: () => void): boolean {
    const isWaiting = this.#phase === "starting" || this.#phase === "up" && this.#ledger.unanswered > 0;
    if (!isWaiting) return true;
    this.#resume = resume;
    return false;
  }

  #wake(): void {
    const resume = this.#resume;
    this.#resume = null;
    resume?.();
  }

  /** In virtual time an answer belongs to the step that it is awaited in, whenever it comes. */
  #nowTs(): number {
    return this.#options.isVirtual ? this.#stepTs : this.#options.clock.now();
  }

  #step(ts: number): void {
    this.#stepTs = ts;
    try {
      if (this.#phase === "down" && ts >= this.#startTs) this.#start();
      if (this.#phase === "up") this.#send(ts);
      if (this.#vitals.isDue(ts)) this.#tellHealth(ts);
    } catch (error) {
      this.#fail(error);
    }
  }

  #start(): void {
    const { ai, learning, startWorker } = this.#options;
    this.#phase = "starting";
    this.#starts++;
    this.#ledger = batchLedger(ai.snapshots.every_ms / 2);
    this.#ledger.give(learning.active?.modelSha256 ?? null);
    const of = <Args extends unknown[]>(work: (...args: Args) => void) => (...args: Args) => {
      if (this.#session !== session) return;
      try {
        work(...args);
      } catch (error) {
        this.#fail(error);
      }
    };
    let gone = (): void => {};
    this.#gone = new Promise((resolve) => gone = resolve);
    const session: AiSession = this.#session = startWorker({
      model: learning.active?.model ?? null,
      rows: learning.rows,
    }, {
      proven: of((leaks) => this.#proven(leaks)),
      said: of((line) => this.#hear(line)),
      violated: of((violation) => this.#violated(violation)),
      ended: (reason) => {
        if (this.#session === session) this.#fall(`its process has ended: ${reason}`);
        gone();
      },
    });
    this.#await(ai.start_timeout_ms, "it has not begun");
    if (this.#starts > 1) this.#out.say(restartedDraft(this.#nowTs(), this.#starts - 1));
  }

  #proven(leaks: readonly string[]): void {
    if (leaks.length > 0) {
      return this.#violated({ detail: `its isolation leaks: ${leaks.join("; ")}`, ...NOTHING_WRITTEN });
    }
    this.#phase = "up";
    this.#deadline.clear();
    const ts = this.#upSinceTs = this.#nowTs();
    this.#tellHealth(ts);
    this.#wake();
  }

  /** All that waits, unless it has not answered what it was given before: then it waits on. */
  #send(ts: number): void {
    const { isVirtual, ai: { answer_timeout_ms: timeoutMs } } = this.#options;
    if (this.#ledger.unanswered >= (isVirtual ? 1 : UNANSWERED_MAX)) return;
    this.#session!.send({ type: "batch", seq: this.#ledger.send(), ts, ...this.#box.takeAll() });
    if (!this.#deadline.isSet) this.#await(timeoutMs, "no answer");
  }

  #await(timeoutMs: number, what: string): void {
    this.#deadline.set(timeoutMs, () => this.#fall(`${what} within ${timeoutMs} ms`));
  }

  #hear(line: WorkerLine): void {
    const { learning } = this.#options;
    const ts = this.#nowTs();
    const problem = this.#ledger.hear(line, ts) ??
      (line.type === "feature_pack" ? learning.takePack(line.payload, line.rows, ts) : null);
    if (problem !== null) return this.#violated({ detail: problem, ...NOTHING_WRITTEN });
    if (line.type === "heartbeat") this.#beat(line.payload, ts);
    else if (line.type === "training_snapshot") this.#learn(learning.takeTraining(line.payload, ts), ts);
    else if (line.type !== "probe_result") this.#out.say(adviceDraft(line, ts));
  }

  #beat({ drift }: AiHeartbeat, ts: number): void {
    if (this.#ledger.unanswered > 0) this.#await(this.#options.ai.answer_timeout_ms, "no answer");
    else this.#deadline.clear();
    if (this.#vitals.takeDrift(drift)) this.#tellHealth(ts);
    this.#wake();
  }

  #learn(news: readonly AiNews[], ts: number): void {
    const { active } = this.#options.learning;
    for (const { snapshot, detail } of news) this.#out.say(this.#health(ts, "UP", { detail, snapshot }));
    if (news.some(({ snapshot: { what } }) => what === "activated" || what === "rolled_back")) {
      this.#ledger.give(active?.modelSha256 ?? null);
      this.#session?.send({ type: "model", model: active?.model ?? null });
    }
  }

  #violated({ detail, raw, denial }: Violation): void {
    const { ai, deadletter } = this.#options;
    const ts = this.#nowTs();
    if (raw.length > 0) deadletter({ ts, queue: "recommendations", reason_code: AI_BOUNDARY, detail, raw });
    if (denial !== null) this.#out.say(deniedDraft(denial, ts));
    if (ai.on_violation === "quarantine") return this.#fall(`${AI_BOUNDARY}: ${detail}`);
    this.#end("off");
    this.#out.say(stopDraft(AI_BOUNDARY, detail, ts));
    this.#wake();
  }

  /** It is down: whether it comes again is for the watchdog to say. */
  #fall(detail: string): void {
    const ts = this.#nowTs();
    const payload = this.#health(ts, "DOWN", { detail });
    this.#end("down");
    this.#startTs = Infinity;
    this.#out.say(payload);
    this.#wake();
  }

  #end(phase: "down" | "off"): void {
    this.#deadline.clear();
    this.#phase = phase;
    this.#upSinceTs = null;
    this.#session?.kill();
    this.#session = null;
  }

  #tellHealth(ts: number): void {
    const { learning, isVirtual, boundary } = this.#options;
    const troubles = this.#vitals.tell(ts, this.#box.dropped);
    if (this.#phase !== "up") return;
    const changed = isVirtual ? null : learning.lookAtShelf();
    if (changed !== null) this.#learn([changed], ts);
    const state = troubles === "" ? "UP" : "DEGRADED";
    this.#out.say(this.#health(ts, state, { detail: troubles || boundary }));
  }

  #health(ts: number, state: Health["state"], more: Pick<Health, "detail" | "snapshot">): Draft<"health"> {
    return healthDraft(ts, { state, uptime_s: this.uptimeS(ts) ?? 0, dropped: this.#box.dropped, ...more });
  }

  /** What was told could not be kept: nobody may go on as if it had been. */
  #fail(error: unknown): void {
    const { reason_code, detail } = this.#options.stopOf(error);
    this.#end("off");
    this.#out.say(stopDraft(reason_code, detail, this.#nowTs()));
    this.#wake();
  }
}
