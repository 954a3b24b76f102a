/** The queues of a run, in the order in which they are made and listed. The registry binds each event type to one. */
export const QUEUES = [
  "market_ticks",
  "signals",
  "risk_actions",
  "order_intents",
  "order_results",
  "fills",
  "health",
  "stop_journal",
  "recommendations",
  "feature_packs",
  "policy_denials",
  "operator_commands",
  "timers",
  "lifecycle",
] as const;
export type QueueName = (typeof QUEUES)[number];
