/**
 * A machine is a role's logic: a fold over events without clock, random or I/O.
 * Its state belongs to one fold: `step` may update it in place and hand it back, nobody else keeps it.
 */
export interface Machine<State, In, Out> {
  readonly name: string;
  initial(): State;
  step(state: State, event: In): readonly [State, readonly Out[]];
}
