import process from "node:process";
import { tryAll } from "./probe.ts";
import { work } from "./session.ts";

/** The isolated program: lines in, lines out, and it ends where its input does. */
await work(process.stdin, { say: (line) => process.stdout.write(line), tryAll });
process.exit(0);
