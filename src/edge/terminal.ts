import process from "node:process";

/** Standard output and error as a terminal: results to the one, progress to the other. */
export function realTerminal(): {
  print(line: string): void;
  say(line: string): void;
  status(line: string): void;
  readonly isTerminal: boolean;
  readonly hasColor: boolean;
  readonly columns: number;
  readonly invocation: string;
} {
  const isTerminal = process.stderr.isTTY === true;
  let hasStatus = false;
  const clear = () => {
    if (hasStatus) process.stderr.write("\r\x1b[K");
    hasStatus = false;
  };
  return {
    isTerminal,
    hasColor: isTerminal && environment("NO_COLOR") === undefined,
    get columns() {
      return process.stderr.columns ?? 80;
    },
    invocation: invocationOf(process.argv[1] ?? "", "Deno" in globalThis),
    print(line) {
      clear();
      process.stdout.write(line + "\n");
    },
    say(line) {
      clear();
      process.stderr.write(line + "\n");
    },
    status(line) {
      if (!isTerminal) return;
      clear();
      if (line === "") return;
      process.stderr.write(line.slice(0, (process.stderr.columns ?? 80) - 1));
      hasStatus = true;
    },
  };
}

/** How the user called this program, so that hints can be typed as they stand. */
export function invocationOf(script: string, isDeno: boolean): string {
  if (isDeno) return "deno task cli";
  return /nore(\.mjs)?$/.test(script) ? "nore" : "npx tsx src/main.ts";
}

function environment(name: string): string | undefined {
  try {
    return process.env[name];
  } catch {
    return undefined; // Deno without the grant
  }
}
