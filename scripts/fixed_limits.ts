/** The limits that no setting changes. Their values stand in the source alone: docs/limits.md reads them there. */
export interface FixedLimit {
  readonly path: string;
  readonly name: string;
  readonly unit: string;
  readonly what: string;
}

export const FIXED_LIMITS: readonly FixedLimit[] = [
  {
    path: "src/pipeline.ts",
    name: "TURN_LENGTH_MAX",
    unit: "events",
    what: "A longer turn means that the roles answer each other: the run fails (exit 1).",
  },
  {
    path: "src/pipeline.ts",
    name: "WAITING_MAX",
    unit: "inputs",
    what: "Inputs that wait for a turn to end; one more fails the run (exit 1).",
  },
  {
    path: "src/pipeline.ts",
    name: "OPEN_ORDERS_MAX",
    unit: "orders",
    what: "Open orders of the paper executor; one more is REJECTED with TOO_MANY_ORDERS.",
  },
  {
    path: "src/streams/strategies/strategy_role.ts",
    name: "SYMBOLS_MAX",
    unit: "symbols",
    what: "A tick of one symbol more fails the run (exit 1).",
  },
  {
    path: "src/streams/risk/low_profit.ts",
    name: "TRIPS_MAX",
    unit: "round trips",
    what: "RISK_LOW_PROFIT judges the last ones where its window holds more, for each strategy and symbol.",
  },
  {
    path: "src/streams/sources/drive.ts",
    name: "WAIT_MS_MAX",
    unit: "ms",
    what: "A longer wait for what is due next is done in parts, so that a change of the clock is seen.",
  },
  {
    path: "src/streams/sources/binance/latency_history.ts",
    name: "LATENCIES_MAX",
    unit: "probes",
    what: "p50 and p95 reckon with the last ones.",
  },
  {
    path: "src/policy/opa_gate.ts",
    name: "MEMO_VALUES_MAX",
    unit: "values",
    what: "Decisions that each gate remembers; at more it forgets all and asks the policy again.",
  },
  {
    path: "src/core/audit_chain.ts",
    name: "ANCHOR_AFTER_EVENTS",
    unit: "events",
    what: "After so many an anchor follows at the end of the turn: it never covers more than 1000.",
  },
  {
    path: "src/core/audit_chain.ts",
    name: "ANCHOR_SPAN_MS",
    unit: "ms",
    what: "No anchor covers more time between its first event and its last.",
  },
  {
    path: "src/sinks/queue_files.ts",
    name: "RAW_BYTES_MAX",
    unit: "bytes",
    what: "Of a longer message a deadletter keeps its beginning and its length.",
  },
  {
    path: "src/sinks/ballast.ts",
    name: "BALLAST_BYTES",
    unit: "bytes",
    what: "Room that is held back, and given up for the last lines on a full disk.",
  },
  {
    path: "src/sinks/stop_flag.ts",
    name: "QUOTE_CHARACTERS_MAX",
    unit: "characters",
    what: "Of a longer STOP.flag the beginning is shown.",
  },
  {
    path: "src/edge/operator_commands.ts",
    name: "DRAIN_MS",
    unit: "ms",
    what: "An ordered end that takes longer is cut off: exit 130 or 143.",
  },
  {
    path: "src/edge/operator_commands.ts",
    name: "REASON_LENGTH_MAX",
    unit: "characters",
    what: "Of a longer reason in STOP.flag the beginning is journaled.",
  },
  {
    path: "src/verify/findings.ts",
    name: "PROBLEMS_MAX",
    unit: "problems",
    what: "What `verify` finds beyond it is only counted.",
  },
];
