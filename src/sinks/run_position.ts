/** How far a run has come on disk, so that it can be gone on with: everything that its writers know of what they wrote. */
export interface RunPosition {
  /** n of the next event. */
  readonly nextN: number;
  /** Of the last event, 0 without one. */
  readonly ts: number;
  readonly hasEnded: boolean;
  readonly queues: ReadonlyMap<string, QueuePosition>;
  readonly anchors: AnchorPosition;
}

export interface QueuePosition {
  /** In the order in which they acknowledge. */
  readonly consumers: readonly string[];
  readonly inbox: readonly Segment[];
  readonly acks: readonly Segment[];
  readonly deadletter: readonly Segment[];
  /** n of the last event in the inbox, −1 for none. */
  readonly lastN: number;
  /** What the acks reach, which is what the anchors reach. */
  readonly acked: ReadTo;
}

/** A place in a queue's inbox, as a cursor has it. */
export interface ReadTo {
  readonly file: string;
  readonly offset: number;
  readonly line: number;
  readonly n: number;
}

export interface AnchorPosition {
  readonly segments: readonly Segment[];
  readonly count: number;
  /** Hash of the last anchor's line. */
  readonly previous: string;
  readonly head: string;
  /** n of the first event that no anchor covers. */
  readonly first: number;
  /** The line hashes of the events behind the last anchor, and the time of the first of them. */
  readonly waiting: readonly string[];
  readonly waitingSinceTs: number;
  /** Bytes of each file as the last anchor that names it says. */
  readonly lengths: ReadonlyMap<string, number>;
}

/** A segment of a .jsonl file: what is kept of it. */
export interface Segment {
  readonly name: string;
  readonly bytes: number;
  readonly lines: number;
}
