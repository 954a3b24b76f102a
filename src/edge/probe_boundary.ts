import type { AiTask, HostLine, ProbeAttempt, WorkerLine } from "../core/ai_mail.ts";
import type { WorkerStarter } from "../core/ports.ts";
import { type OpenProbeTargets, openProbeTargets } from "./probe_targets.ts";

/** Starts the isolated process for its probe alone, and ends it again. Nothing is thrown. */
export interface BoundaryProbe {
  readonly attempts: readonly ProbeAttempt[];
  /** What came through to the host. */
  readonly arrived: readonly string[];
  readonly notes: readonly string[];
  /** Why there is no result; null where there is one. */
  readonly problem: string | null;
}

const ANSWER_MS_MAX = 15_000;
const ANSWER_BYTES_MAX = 65_536;

/** It is asked for nothing but its probe. */
const NO_TASK: AiTask = {
  symbols: [],
  horizon_ms: 1000,
  advise_every_ms: 1000,
  pack_every_ms: 1000,
  snapshot_every_ms: 1000,
  rows_max: 1,
  model: null,
  rows: [],
};

export async function probeBoundary(
  starter: WorkerStarter,
  options: {
    readonly parent?: string;
    readonly timeoutMs?: number;
    /** A file that it is to try to read, in place of one made for that. */
    readonly readPath?: string;
  } = {},
): Promise<BoundaryProbe> {
  const nothing = { attempts: [], arrived: [], notes: [] };
  let open: OpenProbeTargets;
  try {
    open = await openProbeTargets(options.parent);
  } catch (error) {
    return { ...nothing, problem: `nothing could be set up to be tried: ${(error as Error).message}` };
  }
  try {
    const { readPath = open.targets.read_path } = options;
    const probe = { ...open.targets, read_path: readPath };
    const line: HostLine = { type: "begin", task: NO_TASK, probe };
    const answer = await firstLineOf(starter, JSON.stringify(line), options.timeoutMs ?? ANSWER_MS_MAX);
    const said = JSON.parse(answer) as WorkerLine;
    if (said.type !== "probe_result") throw new Error(`it said "${said.type}", expected "probe_result"`);
    const { attempts } = said.payload;
    return { attempts, arrived: await open.arrived(), notes: open.notes, problem: null };
  } catch (error) {
    return { ...nothing, arrived: await open.arrived(), problem: (error as Error).message };
  } finally {
    await open.close();
  }
}

/** When the process has said it and is gone. */
function firstLineOf(starter: WorkerStarter, line: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    let why: string | null = null;
    const decoder = new TextDecoder();
    const worker = starter.start({
      received(chunk) {
        text += decoder.decode(chunk, { stream: true });
        if (text.length > ANSWER_BYTES_MAX) why = `it said more than ${ANSWER_BYTES_MAX} characters`;
        if (why !== null || text.includes("\n")) worker.kill();
      },
      ended(reason) {
        clearTimeout(timer);
        if (why === null && text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
        else reject(new Error(why ?? reason));
      },
    });
    const timer = setTimeout(() => {
      why = `it said nothing for ${timeoutMs} ms`;
      worker.kill();
    }, timeoutMs);
    worker.send(line);
  });
}
