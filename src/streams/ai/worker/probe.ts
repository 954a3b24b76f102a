import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { promises as dns } from "node:dns";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import process from "node:process";
import { PROBE_ATTEMPTS, type ProbeAttempt, type ProbeTargets } from "../../../core/ai_mail.ts";

/**
 * Tries for real what an isolated process must not be able to do, against things of the host that are really there.
 * Nothing is left behind where it works, and nothing goes further than this machine.
 */
export async function tryAll(
  targets: ProbeTargets,
  timeoutMs: number = ATTEMPT_MS_MAX,
): Promise<readonly ProbeAttempt[]> {
  return await Promise.all(PROBE_ATTEMPTS.map(async (name) => {
    try {
      const got = await within(timeoutMs, ATTEMPTS[name](targets));
      return { name, succeeded: true, detail: short(got) };
    } catch (error) {
      return { name, succeeded: false, detail: short(errorText(error)) };
    }
  }));
}

const ATTEMPT_MS_MAX = 1000;

/** Each gives what it got hold of, and throws where that is nothing. */
type Attempt = (targets: ProbeTargets) => Promise<string> | string;

const ATTEMPTS: Readonly<Record<ProbeAttempt["name"], Attempt>> = {
  read_outside: ({ read_path }) => firstOf([read_path, "/etc/passwd"], readIt),
  write_outside: ({ write_folder }) => firstOf([write_folder, "/tmp", "/dev/shm"], writeInto),
  tcp: ({ tcp_port }) => connected({ host: LOOPBACK, port: tcp_port }),
  udp: ({ udp_port }) => sendDatagram(udp_port),
  dns: ({ udp_port }) => askForName(udp_port),
  unix_socket: ({ unix_path }) => connected({ path: unix_path }),
  environment: seeEnvironment,
  spawn: () => firstOf([process.execPath, "/bin/true", "/bin/sh"], startProgram),
  addon: () => firstOf(LIBRARIES, loadLibrary),
  sqlite: ({ write_folder }) => openDatabase(write_folder),
  signal_parent: signalHost,
};

const LOOPBACK = "127.0.0.1";

/** The first that works; throws what kept the first from it. */
function firstOf(values: readonly string[], attempt: (value: string) => string): string {
  let first: unknown;
  for (const value of values) {
    try {
      return attempt(value);
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}

function readIt(path: string): string {
  return `${readFileSync(path).length} bytes of ${path}`;
}

function writeInto(folder: string): string {
  const path = `${folder}/nore_ai_probe_${process.pid}`;
  writeFileSync(path, "written by the AI process");
  rmSync(path, { force: true });
  return path;
}

function connected(target: { host: string; port: number } | { path: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(target, () => {
      socket.destroy();
      resolve("connected");
    });
    socket.unref();
    socket.on("error", reject);
  });
}

/** Deno refuses outside of any call, where nobody could catch it. */
async function sendDatagram(port: number): Promise<string> {
  let refuse: (error: unknown) => void = () => {};
  const socket = createSocket("udp4");
  try {
    await new Promise<void>((resolve, reject) => {
      refuse = reject;
      process.on("uncaughtException", refuse);
      socket.on("error", reject);
      socket.send("from the AI process", port, LOOPBACK, (error) => error ? reject(error) : resolve());
    });
    socket.close();
    return "sent";
  } finally {
    process.removeListener("uncaughtException", refuse);
    socket.unref();
  }
}

/** What a resolver says when an answer came, whatever is in it. */
const DNS_ANSWERS: readonly string[] = [
  "ENODATA",
  "EFORMERR",
  "ESERVFAIL",
  "ENOTFOUND",
  "ENOTIMP",
  "EREFUSED",
];

/** The question goes to the host: nobody else is to hear of it. */
async function askForName(port: number): Promise<string> {
  const resolver = new dns.Resolver({ timeout: ATTEMPT_MS_MAX, tries: 1 });
  resolver.setServers([`${LOOPBACK}:${port}`]);
  try {
    await resolver.resolve4("nore-ai-probe.invalid");
    return "an address";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== undefined && DNS_ANSWERS.includes(code)) return `an answer: ${code}`;
    throw error;
  }
}

/** macOS gives this one to every process. */
const MADE_UP_BY_THE_SYSTEM = "__CF_USER_TEXT_ENCODING";

function seeEnvironment(): string {
  const names = Object.keys(process.env).filter((name) => name !== MADE_UP_BY_THE_SYSTEM);
  if (names.length === 0) throw new Error("empty");
  return `${names.length} variables: ${names.join(", ")}`;
}

function startProgram(program: string): string {
  const { error, pid } = spawnSync(program, ["--version"], {
    stdio: "ignore",
    timeout: ATTEMPT_MS_MAX,
    env: {},
  });
  if (error !== undefined && !(pid > 0)) throw error;
  return program;
}

const LIBRARIES = ["libc.so.6", "libc.so", "/usr/lib/libSystem.B.dylib", "kernel32.dll"];

/** A library that is no addon is refused only after it was loaded, and its code has run. */
function loadLibrary(library: string): string {
  try {
    process.dlopen({ exports: {} }, library);
  } catch (error) {
    if (!/self-register|napi_register|not a valid.*addon/i.test(errorText(error))) throw error;
  }
  return library;
}

/** Not every runtime has it: by a name that the types need not know. */
async function openDatabase(folder: string): Promise<string> {
  const module = "node:sqlite";
  const { DatabaseSync } = await import(module) as {
    DatabaseSync: new (path: string) => { exec(sql: string): void; close(): void };
  };
  const path = `${folder}/nore_ai_probe_${process.pid}.sqlite`;
  const database = new DatabaseSync(path);
  try {
    database.exec("CREATE TABLE probe (n INTEGER)");
    return path;
  } finally {
    database.close();
    rmSync(path, { force: true });
  }
}

/** Signal 0 arrives nowhere: it only says whether another would. */
function signalHost({ host_pid }: ProbeTargets): string {
  // A parent of no number is outside of what we can see, as all others are: any number is one of our own.
  if (process.ppid === 0) throw new Error("no process but this one can be seen");
  return firstOf([`${process.ppid}`, `${host_pid}`], (pid) => {
    process.kill(Number(pid), 0);
    return `process ${pid}`;
  });
}

function errorText(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined ? `${message}` : `${code}: ${message}`;
}

const DETAIL_CHARACTERS_MAX = 200;

function short(text: string): string {
  return text.replace(/\s+/g, " ").slice(0, DETAIL_CHARACTERS_MAX);
}

async function within(timeoutMs: number, attempt: Promise<string> | string): Promise<string> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came of it in ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([attempt, late]);
  } finally {
    clearTimeout(timer);
  }
}
