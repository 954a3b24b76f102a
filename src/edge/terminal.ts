import process from "node:process";
import { readVariable } from "./environment.ts";

/** Standard output and error as a terminal: results to the one, progress to the other. */
export interface RealTerminal {
  print(line: string): void;
  say(line: string): void;
  status(line: string): void;
  readonly isTerminal: boolean;
  readonly hasColor: boolean;
  readonly invocation: string;
}

/** What is used of a stream such as process.stdout. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
  on(name: "error", listener: (error: Error) => void): unknown;
}

/** Where the terminal does not say, or says 0. */
const COLUMNS_DEFAULT = 80;

export function realTerminal(
  options: {
    readonly stdout: OutputStream;
    readonly stderr: OutputStream;
    readonly noColor: string | undefined;
    readonly invocation: string;
  } = {
    stdout: process.stdout,
    stderr: process.stderr,
    noColor: readVariable("NO_COLOR"),
    invocation: invocationOf(process.argv[1] ?? "", "Deno" in globalThis),
  },
): RealTerminal {
  const { stdout, stderr, noColor } = options;
  const isTerminal = stderr.isTTY === true;
  let lost: Error | null = null;
  let hasStatus = false;
  // A night goes on when nobody reads its progress any more; results that nobody gets are a failure.
  stderr.on("error", () => {});
  stdout.on("error", (error) => void (lost = error));
  const clear = () => {
    if (hasStatus) stderr.write("\r\x1b[K");
    hasStatus = false;
  };
  return {
    isTerminal,
    hasColor: stdout.isTTY === true && (noColor ?? "") === "", // no-color.org: set and not empty
    invocation: options.invocation,
    print(line) {
      clear();
      if (lost !== null) throw lost;
      stdout.write(line + "\n");
    },
    say(line) {
      clear();
      stderr.write(line + "\n");
    },
    status(line) {
      if (!isTerminal) return;
      clear();
      if (line === "") return;
      stderr.write(line.slice(0, (stderr.columns || COLUMNS_DEFAULT) - 1));
      hasStatus = true;
    },
  };
}

/** How the user called this program, so that hints can be typed as they stand. */
export function invocationOf(script: string, isDeno: boolean): string {
  if (isDeno) return "deno task cli";
  return /(?:^|[\\/])nore(?:\.mjs)?$/.test(script) ? "nore" : "npx tsx src/main.ts";
}
