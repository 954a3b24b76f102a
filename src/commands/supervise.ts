import { resolve } from "node:path";
import process from "node:process";
import { EXIT } from "../core/exit_codes.ts";
import { ownProgram, type ProgramEnd, type StartedProgram, startProgram } from "../edge/own_program.ts";
import { type Command, type CommandInput, type Terminal, UsageError } from "./command.ts";
import { lastLoggedRunOf } from "./last_run.ts";
import { loadSettings } from "./load_settings.ts";
import { nore } from "./nore.ts";

/**
 * Runs a night in a process of its own and goes on with it where that process dies; before its first event it is begun
 * anew. What the program itself has decided (a stop, a refusal, damage) is never gone on with.
 */
export const supervise: Command = {
  name: "supervise",
  summary: "Runs a night in a process of its own, and resumes it where that process is killed.",
  operands: "--mode nore",
  options: {
    resumes: { value: "N", help: "how often at most, 0 to 100 (default: 3)" },
    ...nore.options,
  },
  examples: ["supervise --mode nore --duration 7h", "supervise --mode nore --resume latest --resumes 1"],
  async run(input, terminal) {
    if (input.option("mode") !== "nore") {
      throw new UsageError(`Expected --mode nore, got ${JSON.stringify(input.option("mode") ?? null)}`);
    }
    const resumesMax = resumesOf(input);
    const program = ownProgram();
    if (program === null) {
      throw new UsageError(
        "Deno does not say how it was started: supervise needs --allow-read and --allow-run",
      );
    }
    const varFolder = input.has("resume")
      ? resolve(input.option("var") ?? "var")
      : resolve(loadSettings(input).queues.base_dir);
    return await superviseNight(terminal, {
      words: wordsOf(input),
      resumeWords: (runId) => ["--mode", "nore", "--resume", runId, "--var", varFolder, ...jsonOf(input)],
      resumesMax,
      start: (words) => startProgram(program, words),
      lastRun: () => lastLoggedRunOf(varFolder),
      signals: process,
      wait: (ms, done) => {
        const timer = setTimeout(done, ms);
        return () => clearTimeout(timer);
      },
    });
  },
};

export interface Supervision {
  readonly words: readonly string[];
  readonly resumeWords: (runId: string) => readonly string[];
  readonly resumesMax: number;
  readonly start: (words: readonly string[]) => StartedProgram;
  /** The run that `var` has last seen begin, where it has a first event. */
  readonly lastRun: () => string | null;
  readonly signals: {
    on(name: EndSignal, listener: () => void): unknown;
    off(name: EndSignal, listener: () => void): unknown;
  };
  /** Gives what breaks it off. */
  readonly wait: (ms: number, done: () => void) => () => void;
}

type EndSignal = "SIGINT" | "SIGTERM";
const END_SIGNALS: readonly EndSignal[] = ["SIGINT", "SIGTERM"];
/** Of a process that a second signal has ended: somebody wanted it so. */
const FORCED: readonly (number | null)[] = [130, 143];
const DECIDED: readonly (number | null)[] = [
  EXIT.ok,
  EXIT.usage,
  EXIT.stopped,
  EXIT.integrity,
  EXIT.lockHeld,
];
const RESUMES_DEFAULT = 3;
const RESUMES_MAX = 100;
const WAIT_MS_MAX = 30_000;

export async function superviseNight(terminal: Terminal, options: Supervision): Promise<number> {
  const { signals, resumesMax, lastRun } = options;
  let isEnding = false;
  let running: StartedProgram | null = null;
  let breakOff: (() => void) | null = null;
  const listeners = END_SIGNALS.map((name) =>
    [name, () => {
      isEnding = true;
      running?.kill(name);
      breakOff?.();
    }] as const
  );
  for (const [name, listener] of listeners) signals.on(name, listener);
  try {
    const isResuming = options.words.includes("--resume");
    const before = lastRun();
    for (let resumes = 0, words = options.words;; resumes++) {
      running = options.start(words);
      const end = await running.ended;
      running = null;
      if (DECIDED.includes(end.code) || FORCED.includes(end.code)) return end.code!;
      const runId = lastRun();
      const hasBegun = runId !== null && (isResuming || runId !== before);
      const night = hasBegun ? runId : "the night";
      const died = `${night}: its process ${describe(end)}${hasBegun ? "" : " before its first event"}`;
      const why = isEnding
        ? "it was told to end"
        : resumes === resumesMax
        ? `${resumesMax} resumes are all that it gets`
        : !hasBegun && ["--run-id", "--start"].some((word) => options.words.includes(word))
        ? "its run is told by --run-id or --start, and cannot be begun twice"
        : null;
      if (why !== null) {
        terminal.say(`${died}, not resumed: ${why}`);
        return EXIT.failure;
      }
      const waitMs = Math.min(1000 * 2 ** resumes, WAIT_MS_MAX);
      const next = `${hasBegun ? "resume" : "begun anew,"} ${resumes + 1} of ${resumesMax}`;
      terminal.say(`${died}, ${next} in ${waitMs / 1000} s`);
      await new Promise<void>((done) => {
        const cancel = options.wait(waitMs, done);
        breakOff = () => {
          cancel();
          done();
        };
      });
      breakOff = null;
      if (isEnding) {
        terminal.say(`${night}: not resumed: it was told to end`);
        return EXIT.failure;
      }
      words = hasBegun && !isResuming ? options.resumeWords(runId) : options.words;
    }
  } finally {
    for (const [name, listener] of listeners) signals.off(name, listener);
  }
}

function describe({ code, signal }: ProgramEnd): string {
  return signal === null ? `has ended with ${code}` : `was killed by ${signal}`;
}

function resumesOf(input: CommandInput): number {
  const text = input.option("resumes") ?? String(RESUMES_DEFAULT);
  if (/^\d+$/.test(text) && Number(text) <= RESUMES_MAX) return Number(text);
  throw new UsageError(`Expected --resumes from 0 to ${RESUMES_MAX}, got ${JSON.stringify(text)}`);
}

const jsonOf = (input: CommandInput): readonly string[] => input.has("json") ? ["--json"] : [];

/** What was said of the night, as it was said. */
function wordsOf(input: CommandInput): readonly string[] {
  return Object.entries(nore.options).flatMap(([name, { value }]) => {
    if (value === null) return input.has(name) ? [`--${name}`] : [];
    return input.optionList(name).flatMap((given) => [`--${name}`, given]);
  });
}
