import type { NewSnapshot } from "../../src/sinks/ai_snapshot.ts";
import { sampleModel, sampleRows } from "./ai_run.ts";

/** What a night would keep of its training; another weight is another model. */
export const sampleSnapshot = (weight: number, more: Partial<NewSnapshot> = {}): NewSnapshot => ({
  created_ts: 1000 + weight,
  run_id: "20261121_220000",
  source: "embedded",
  symbols: ["BTCUSDT", "ETHUSDT"],
  features: "1",
  rows: sampleRows(3),
  model: sampleModel(weight),
  ...more,
});

/** What it is made for. */
export const SAMPLE_FIT = { source: "embedded", horizon_ms: 30_000, features: "1" };
