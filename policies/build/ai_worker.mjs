// Built by scripts/build_ai_worker.ts from src/streams/ai/worker.

// src/streams/ai/worker/main.ts
import process2 from "node:process";

// src/streams/ai/worker/probe.ts
import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { promises as dns } from "node:dns";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import process from "node:process";

// src/core/ai_mail.ts
var PROBE_ATTEMPTS = [
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
  "signal_parent"
];

// src/streams/ai/worker/probe.ts
async function tryAll(targets, timeoutMs = ATTEMPT_MS_MAX) {
  return await Promise.all(PROBE_ATTEMPTS.map(async (name) => {
    try {
      const got = await within(timeoutMs, ATTEMPTS[name](targets));
      return { name, succeeded: true, detail: short(got) };
    } catch (error) {
      return { name, succeeded: false, detail: short(errorText(error)) };
    }
  }));
}
var ATTEMPT_MS_MAX = 1e3;
var ATTEMPTS = {
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
  signal_parent: signalHost
};
var LOOPBACK = "127.0.0.1";
function firstOf(values, attempt) {
  let first;
  for (const value of values) {
    try {
      return attempt(value);
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}
function readIt(path) {
  return `${readFileSync(path).length} bytes of ${path}`;
}
function writeInto(folder) {
  const path = `${folder}/nore_ai_probe_${process.pid}`;
  writeFileSync(path, "written by the AI process");
  rmSync(path, { force: true });
  return path;
}
function connected(target) {
  return new Promise((resolve, reject) => {
    const socket = connect(target, () => {
      socket.destroy();
      resolve("connected");
    });
    socket.unref();
    socket.on("error", reject);
  });
}
async function sendDatagram(port) {
  let refuse = () => {
  };
  const socket = createSocket("udp4");
  try {
    await new Promise((resolve, reject) => {
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
var DNS_ANSWERS = ["ENODATA", "EFORMERR", "ESERVFAIL", "ENOTFOUND", "ENOTIMP", "EREFUSED"];
async function askForName(port) {
  const resolver = new dns.Resolver({ timeout: ATTEMPT_MS_MAX, tries: 1 });
  resolver.setServers([`${LOOPBACK}:${port}`]);
  try {
    await resolver.resolve4("nore-ai-probe.invalid");
    return "an address";
  } catch (error) {
    const { code } = error;
    if (code !== void 0 && DNS_ANSWERS.includes(code)) return `an answer: ${code}`;
    throw error;
  }
}
var MADE_UP_BY_THE_SYSTEM = "__CF_USER_TEXT_ENCODING";
function seeEnvironment() {
  const names = Object.keys(process.env).filter((name) => name !== MADE_UP_BY_THE_SYSTEM);
  if (names.length === 0) throw new Error("empty");
  return `${names.length} variables: ${names.join(", ")}`;
}
function startProgram(program) {
  const { error, pid } = spawnSync(program, ["--version"], {
    stdio: "ignore",
    timeout: ATTEMPT_MS_MAX,
    env: {}
  });
  if (error !== void 0 && !(pid > 0)) throw error;
  return program;
}
var LIBRARIES = ["libc.so.6", "libc.so", "/usr/lib/libSystem.B.dylib", "kernel32.dll"];
function loadLibrary(library) {
  try {
    process.dlopen({ exports: {} }, library);
  } catch (error) {
    if (!/self-register|napi_register|not a valid.*addon/i.test(errorText(error))) throw error;
  }
  return library;
}
async function openDatabase(folder) {
  const module = "node:sqlite";
  const { DatabaseSync } = await import(module);
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
function signalHost({ host_pid }) {
  if (process.ppid === 0) throw new Error("no process but this one can be seen");
  return firstOf([`${process.ppid}`, `${host_pid}`], (pid) => {
    process.kill(Number(pid), 0);
    return `process ${pid}`;
  });
}
function errorText(error) {
  const { code, message } = error;
  return code === void 0 ? `${message}` : `${code}: ${message}`;
}
var DETAIL_CHARACTERS_MAX = 200;
function short(text) {
  return text.replace(/\s+/g, " ").slice(0, DETAIL_CHARACTERS_MAX);
}
async function within(timeoutMs, attempt) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came of it in ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([attempt, late]);
  } finally {
    clearTimeout(timer);
  }
}

// src/streams/ai/worker/adviser.ts
function adviser(_task) {
  return {
    batch: ({ seq }) => [{ type: "heartbeat", payload: { seq, rows: 0, drift: false } }],
    useModel() {
    }
  };
}

// src/streams/ai/worker/session.ts
async function work(input, { say, tryAll: tryAll2, makeAdviser = adviser }) {
  const tell = (line) => say(`${JSON.stringify(line)}
`);
  let current = null;
  for await (const text of linesOf(input)) {
    const line = JSON.parse(text);
    if (line.type === "begin") {
      tell({ type: "probe_result", payload: { attempts: await tryAll2(line.probe) } });
      current = makeAdviser(line.task);
    } else if (current === null) {
      throw new Error(`The first line is "${line.type}", expected "begin"`);
    } else if (line.type === "model") {
      current.useModel(line.model);
    } else {
      current.batch(line).forEach(tell);
    }
  }
}
var LINE_BYTES_MAX = 64 * 1024 * 1024;
async function* linesOf(chunks, bytesMax = LINE_BYTES_MAX) {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let parts = [];
  let bytes = 0;
  const keep = (part) => {
    bytes += part.length;
    if (bytes > bytesMax) throw new Error(`A line has more than ${bytesMax} bytes`);
    parts.push(part);
  };
  for await (const chunk of chunks) {
    let rest = typeof chunk === "string" ? encoder.encode(chunk) : chunk;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      keep(rest.subarray(0, end));
      yield parts.map((part, i) => decoder.decode(part, { stream: i < parts.length - 1 })).join("");
      parts = [];
      bytes = 0;
      rest = rest.subarray(end + 1);
    }
    keep(rest);
  }
}
var NEWLINE = 10;

// src/streams/ai/worker/main.ts
await work(process2.stdin, { say: (line) => process2.stdout.write(line), tryAll });
process2.exit(0);
