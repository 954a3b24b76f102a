import { Ajv2020 } from "ajv/dist/2020.js";
import { type AiTask, PROBE_ATTEMPTS, type WorkerLine } from "../../core/ai_mail.ts";
import { schemaProblem } from "../../core/schema_problem.ts";

/** The form of each line that the AI process may write, for the night at hand: nothing open, everything bounded. */
export type LineProblem = (type: WorkerLine["type"], message: unknown) => string | null;

type Schema = Readonly<Record<string, unknown>>;

const ROW_LENGTH_MAX = 64;
const PACK_ROWS_MAX = 20_000;
const MAGNITUDE_MAX = 1e15;

export function workerLineProblem({ symbols, horizon_ms, rows_max }: AiTask): LineProblem {
  const symbol = { type: "string", enum: symbols };
  const rows = { type: "integer", minimum: 1, maximum: Math.max(PACK_ROWS_MAX, rows_max) };
  const payloads: Readonly<Record<WorkerLine["type"], Schema>> = {
    probe_result: exact({
      attempts: {
        type: "array",
        maxItems: PROBE_ATTEMPTS.length,
        items: exact({
          name: { type: "string", enum: PROBE_ATTEMPTS },
          succeeded: { type: "boolean" },
          detail: { type: "string", maxLength: 200 },
        }),
      },
    }),
    heartbeat: exact({ seq: COUNT, rows: COUNT, drift: { type: "boolean" } }),
    recommendation: exact({
      symbol,
      horizon_ms: { type: "integer", const: horizon_ms },
      p_up: { type: "number", minimum: 0, maximum: 1 },
      model_id: { type: "string", pattern: "^(?:online|model_[0-9a-f]{16})$" },
    }),
    feature_pack: exact({ name: NAME, version: NAME, rows, content_sha256: SHA256 }),
    training_snapshot: exact({
      rows,
      dataset_sha256: SHA256,
      model: exact({
        form: { type: "string", const: "logistic_1" },
        horizon_ms: { type: "integer", const: horizon_ms },
        base_rate: { type: "number", minimum: 0, maximum: 1 },
        weights: NUMBERS,
        calibration: NUMBERS,
      }),
    }),
  };
  const more: Partial<Record<WorkerLine["type"], Readonly<Record<string, Schema>>>> = {
    feature_pack: { rows: { type: "array", minItems: 1, maxItems: PACK_ROWS_MAX, items: NUMBERS } },
  };
  const ajv = new Ajv2020({ strict: true, verbose: true });
  const checks = new Map(
    Object.entries(payloads).map(([type, payload]) => {
      const schema = { type: { type: "string", const: type }, payload };
      return [type, ajv.compile(exact({ ...schema, ...more[type as WorkerLine["type"]] }))];
    }),
  );
  return (type, message) => {
    const check = checks.get(type)!;
    return check(message) ? null : schemaProblem(check.errors![0]!, type);
  };
}

/** All of these properties and no other. */
function exact(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: "object", additionalProperties: false, required: Object.keys(properties), properties };
}

const COUNT: Schema = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
const SHA256: Schema = { type: "string", pattern: "^[0-9a-f]{64}$" };
const NAME: Schema = { type: "string", pattern: "^[a-z0-9_.-]{1,64}$" };
const NUMBERS: Schema = {
  type: "array",
  maxItems: ROW_LENGTH_MAX,
  items: { type: "number", minimum: -MAGNITUDE_MAX, maximum: MAGNITUDE_MAX },
};
