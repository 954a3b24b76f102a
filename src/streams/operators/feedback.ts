import { Observable, type OperatorFunction, Subject } from "rxjs";

/** One draft's way through the inner pipe: the event it became (if any), and the drafts that follow from it. */
export interface Step<Draft, Event> {
  readonly event: Event | null;
  readonly drafts: readonly Draft[];
}

export interface FeedbackOptions<Draft> {
  /** A longer turn is a loop among the roles: the run fails. */
  readonly turnLengthMax: number;
  /** Inputs that may wait while a turn runs; one more fails the run. */
  readonly waitingMax: number;
  /** Called before the turn of an input; what it gives is the next input, before this one. */
  readonly beginTurn?: (input: Draft) => Draft | null;
  /** Called between turns; what it gives is the next input, before all that wait. */
  readonly endTurn: () => Draft | null;
}

/**
 * Turns: an input with all its consequences goes through the inner pipe before the next input does.
 * Consequences are first in, first out. `expand` cannot do this: it recurses, or goes depth-first.
 */
export function feedback<Draft, Event>(
  inner: (draft$: Observable<Draft>) => Observable<Step<Draft, Event>>,
  options: FeedbackOptions<Draft>,
): OperatorFunction<Draft, Event> {
  return (input$) =>
    new Observable<Event>((output) => {
      const draft$ = new Subject<Draft>();
      const waiting: Draft[] = [];
      let turn: Draft[] = [];
      let isRunning = false;
      let isInputDone = false;

      output.add(
        inner(draft$).subscribe({
          next: (step) => {
            for (const draft of step.drafts) turn.push(draft);
            if (step.event !== null) output.next(step.event);
          },
          error: (error) => output.error(error),
          complete: () => output.error(new Error("The pipe of a turn ended while inputs still come")),
        }),
      );

      const runTurn = (input: Draft) => {
        turn = [input];
        for (let i = 0; i < turn.length && !output.closed; i++) {
          if (i === options.turnLengthMax) {
            throw new Error(
              `A turn is longer than ${options.turnLengthMax} events: the roles answer each other`,
            );
          }
          draft$.next(turn[i]!);
        }
      };

      const take = (input: Draft) => {
        if (isRunning) {
          if (waiting.length === options.waitingMax) {
            throw new Error(`More than ${options.waitingMax} inputs wait for a turn to end`);
          }
          waiting.push(input);
          return;
        }
        isRunning = true;
        let next: Draft | null | undefined = input;
        while (next !== null && next !== undefined && !output.closed) {
          const first = options.beginTurn?.(next) ?? null;
          if (first !== null) waiting.unshift(next);
          runTurn(first ?? next);
          next = output.closed ? null : options.endTurn() ?? waiting.shift();
        }
        isRunning = false;
        if (isInputDone) output.complete();
      };

      output.add(input$.subscribe({
        next: (input) => {
          try {
            take(input);
          } catch (error) {
            output.error(error);
          }
        },
        error: (error) => output.error(error),
        complete: () => {
          isInputDone = true;
          if (!isRunning) output.complete();
        },
      }));
    });
}
