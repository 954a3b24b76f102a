import { from, lastValueFrom, tap } from "rxjs";
import type { Config } from "../core/config.ts";
import type { AnyDraft, Event, PermittedDraft } from "../core/event.ts";
import type { Files, PolicyGate, QueueSink } from "../core/ports.ts";
import { night } from "../pipeline.ts";
import { EventForm } from "../sinks/event_form.ts";
import { readLog } from "../sinks/log_reader.ts";
import { type Tally, tallyOf } from "../sinks/tally.ts";
import { inputDraftOf, isInput } from "./compared_log.ts";
import { openRunRoles, type RunBasis } from "./run_basis.ts";
import type { StartFacts } from "./start_facts.ts";

/**
 * What would have become of a verified run's inputs under a configuration, its own or another: an experiment, which
 * proves nothing and writes nothing. The market does not answer to what is traded in it.
 */
export interface WhatIfOptions {
  readonly files: Files;
  readonly runFolder: string;
  readonly basis: RunBasis;
  readonly startFacts: StartFacts;
  readonly config: Config;
  readonly gate: PolicyGate;
  /** Inputs behind it are left out. */
  readonly untilTs: number;
  readonly onProgress: (inputs: number) => void;
  /** Asked every few thousand inputs; left out where nobody waits. */
  readonly giveUp?: () => boolean;
}

export interface WhatIf {
  readonly tally: Tally;
  readonly inputs: number;
  /** The first reason, null where nothing has stopped it. */
  readonly stop: string | null;
  /** What the core has thrown; what came before it counts. */
  readonly failure: string | null;
  /** It was given up: what there is counts up to there. */
  readonly isGivenUp: boolean;
  /** How often risk has given each reason. */
  readonly riskReasons: ReadonlyMap<string, number>;
}

const PROGRESS_EVERY = 2500;

export async function whatIf(options: WhatIfOptions): Promise<WhatIf> {
  const { basis, basis: { manifest, contracts }, config, startFacts } = options;
  const tallying = tallyOf(config.strategy.list, contracts.types);
  const tally = tallying.initial();
  const inputs: Inputs = { count: 0, isGivenUp: false };
  const riskReasons = new Map<string, number>();
  let stop: string | null = null;
  const event$ = from(inputsOf(options, inputs)).pipe(
    night({
      contracts,
      gate: options.gate,
      sink: new ForgetfulLog(new EventForm(manifest.run_id, manifest.cmdline_hash)),
      roles: openRunRoles({ ...basis, config }, startFacts),
      onStopping: (reasonCode) => stop = reasonCode,
      onRefusedAfterStop: () => {},
      endTurn: () => null, // a fault of the disk is an input of the log
    }),
    tap((event) => {
      tallying.step(tally, event);
      if (event.type !== "risk_action") return;
      const { reason_code } = event.payload;
      riskReasons.set(reason_code, (riskReasons.get(reason_code) ?? 0) + 1);
    }),
  );
  const failure = await lastValueFrom(event$, { defaultValue: null }).then(
    () => null,
    (error: unknown) => error instanceof Error ? error.message : String(error),
  );
  return { tally, inputs: inputs.count, stop, failure, isGivenUp: inputs.isGivenUp, riskReasons };
}

interface Inputs {
  count: number;
  isGivenUp: boolean;
}

function* inputsOf(
  { files, runFolder, basis: { manifest, config }, untilTs, onProgress, giveUp }: WhatIfOptions,
  inputs: Inputs,
): Generator<AnyDraft, undefined> {
  const where = { runId: manifest.run_id, queues: config.queues.names };
  for (const { event } of readLog(files, runFolder, where)) {
    if (!isInput(event)) continue;
    if (event.ts > untilTs) return;
    if (++inputs.count % PROGRESS_EVERY === 0) {
      onProgress(inputs.count);
      inputs.isGivenUp = giveUp?.() ?? false;
      if (inputs.isGivenUp) return;
    }
    yield inputDraftOf(event);
  }
}

/** Gives events their numbers and keeps none. */
class ForgetfulLog implements Pick<QueueSink, "append"> {
  readonly #form: EventForm;
  #n = 0;

  constructor(form: EventForm) {
    this.#form = form;
  }

  append(draft: PermittedDraft): Event {
    return this.#form.eventOf(this.#form.idOf(this.#n++), draft);
  }
}
