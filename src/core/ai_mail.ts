import type { FeaturePack, Fill, MarketTick, Recommendation, Signal } from "./event.ts";

/**
 * What goes over the two pipes between the host and the isolated AI process: one JSON object a line. The host tells
 * what was journaled; the worker has five things to say, and none of them can name an order.
 */

/** What the AI may see of the log. */
export const AI_READS = ["market_tick", "signal", "fill"] as const;

export type SeenEvent =
  | { readonly type: "market_tick"; readonly ts: number; readonly payload: MarketTick }
  | { readonly type: "signal"; readonly ts: number; readonly payload: Signal }
  | { readonly type: "fill"; readonly ts: number; readonly payload: Fill };

/** The first line is `begin`; each batch is answered by a heartbeat behind all that it brought about. */
export type HostLine =
  | { readonly type: "begin"; readonly task: AiTask; readonly probe: ProbeTargets }
  | {
    readonly type: "batch";
    /** From 1, without gaps. */
    readonly seq: number;
    /** Of the log, behind all its events. */
    readonly ts: number;
    /** Events that the mailbox could not hold before this batch. */
    readonly dropped: number;
    readonly events: readonly SeenEvent[];
  }
  /** Advise by this model from now on; null: by what is learned here. */
  | { readonly type: "model"; readonly model: AiModel | null };

export interface AiTask {
  readonly symbols: readonly string[];
  readonly horizon_ms: number;
  readonly advise_every_ms: number;
  readonly pack_every_ms: number;
  readonly snapshot_every_ms: number;
  /** A dataset holds the newest so many rows. */
  readonly rows_max: number;
  /** The active one when the night began. */
  readonly model: AiModel | null;
  /** The newest rows of the night so far, where the process before it is gone. */
  readonly rows: readonly AiRow[];
}

/** What the worker says; the host has a schema for each. */
export type WorkerLine =
  | { readonly type: "probe_result"; readonly payload: { readonly attempts: readonly ProbeAttempt[] } }
  | { readonly type: "heartbeat"; readonly payload: AiHeartbeat }
  | { readonly type: "recommendation"; readonly payload: Recommendation }
  | { readonly type: "feature_pack"; readonly payload: FeaturePack; readonly rows: readonly AiRow[] }
  | { readonly type: "training_snapshot"; readonly payload: AiTraining };

export interface AiHeartbeat {
  /** Of the batch that it answers. */
  readonly seq: number;
  /** Rows collected so far. */
  readonly rows: number;
  /** The market is no longer what the model has learned from. */
  readonly drift: boolean;
}

/** A moment of a symbol and what became of it: its time, the symbol's place in the task, 1 = up, then the features. */
export type AiRow = readonly number[];

export interface AiTraining {
  readonly rows: number;
  /** Of JSON.stringify of the rows, oldest first: the newest ones that packs have told, at most rows_max. */
  readonly dataset_sha256: string;
  readonly model: AiModel;
}

/** A trained model: a pure function of its dataset. Its sha256 is that of JSON.stringify. */
export interface AiModel {
  readonly form: "logistic_1";
  readonly horizon_ms: number;
  /** How often the price was higher in the dataset. */
  readonly base_rate: number;
  /** Of the bias, then of each feature. */
  readonly weights: readonly number[];
  /** From what the weights say to a probability. */
  readonly calibration: readonly number[];
}

/** The model_id of advice by what is being learned and no gate has let pass. */
export const UNPROVEN_MODEL = "online";

export function modelIdOf(modelSha256: string): string {
  return `model_${modelSha256.slice(0, 16)}`;
}

/** What an isolated process tries for real when it begins. */
export const PROBE_ATTEMPTS = [
  "read_outside",
  "write_outside",
  "tcp",
  "udp",
  "dns",
  "unix_socket",
  "environment",
  "spawn",
  "addon",
  "sqlite",
  "signal_parent",
] as const;

export interface ProbeAttempt {
  readonly name: (typeof PROBE_ATTEMPTS)[number];
  /** It worked. */
  readonly succeeded: boolean;
  /** The error's code or message, or what was got hold of; at most 200 characters. */
  readonly detail: string;
}

/** Where the attempts go: to things of the host that are really there, so that a failure is a refusal. */
export interface ProbeTargets {
  readonly tcp_port: number;
  readonly udp_port: number;
  readonly unix_path: string;
  readonly read_path: string;
  readonly write_folder: string;
  readonly host_pid: number;
}

/** What shuts the process in, by name: the strongest that a machine has is taken. */
export type AiBoundary = "linux_namespaces" | "node_permission" | "deno_no_grants";
