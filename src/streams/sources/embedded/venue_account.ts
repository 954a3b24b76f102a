/** What the embedded venue did wrong on purpose, so that what a client saw of it can be compared. */
export interface VenueAccount {
  /** All that were made. */
  connections: number;
  /** Times that connections were cut, and how many were. */
  disconnects: number;
  cutConnections: number;
  stalls: number;
  /** Trades of all symbols that subscribers never got because of a stall. */
  stalledTrades: number;
  /** Runs of trades withheld from subscribers, and trades in them. */
  gaps: number;
  withheldTrades: number;
  /** Messages sent twice and frames that were none; on two connections it is still one. */
  duplicates: number;
  badFrames: number;
  shutdowns: number;
  /** Answers that were spoiled; one may be late and an error at once. */
  restFaults: number;
  unavailableAnswers: number;
  tooManyAnswers: number;
  slowAnswers: number;
}

export function venueAccount(): VenueAccount {
  return {
    connections: 0,
    disconnects: 0,
    cutConnections: 0,
    stalls: 0,
    stalledTrades: 0,
    gaps: 0,
    withheldTrades: 0,
    duplicates: 0,
    badFrames: 0,
    shutdowns: 0,
    restFaults: 0,
    unavailableAnswers: 0,
    tooManyAnswers: 0,
    slowAnswers: 0,
  };
}
