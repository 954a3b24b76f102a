import { createSocket, type Socket } from "node:dgram";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import process from "node:process";
import type { ProbeTargets } from "../core/ai_mail.ts";

/**
 * What an isolated process tries to reach while it begins: things of this process that are really there and open to
 * anybody on this machine. What arrives here has come through a wall, whatever the other side says.
 */
export interface OpenProbeTargets {
  readonly targets: ProbeTargets;
  /** What could not be set up here, so that the attempt at it proves less. */
  readonly notes: readonly string[];
  /** What has arrived so far, by name and without repetition, what the system still holds for us included. */
  arrived(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";

/** `parent` must be a folder of this process alone or one that is swept, as that of the system for such files is. */
export async function openProbeTargets(parent: string = tmpdir()): Promise<OpenProbeTargets> {
  const arrived = new Set<string>();
  const notes: string[] = [];
  const closers: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  try {
    const folder = mkdtempSync(`${parent}/nore-ai-`);
    closers.push(() => rmSync(folder, { recursive: true, force: true }));
    chmodSync(folder, 0o755);
    const [read_path, write_folder] = [`${folder}/read_me`, `${folder}/write_here`];
    writeFileSync(read_path, "of the host", { mode: 0o644 });
    mkdirSync(write_folder);
    chmodSync(write_folder, 0o777);

    const server = await listenTcp(() => arrived.add("tcp"));
    closers.push(() => closed(server));
    const datagrams = await bindUdp((isQuestion) => arrived.add(isQuestion ? "dns" : "udp"));
    closers.push(() => new Promise((resolve) => datagrams.close(() => resolve())));
    const unix_path = `${folder}/socket`;
    try {
      const local = await listenUnix(unix_path, () => arrived.add("unix_socket"));
      closers.push(() => closed(local));
    } catch (error) {
      notes.push(`no unix socket to try: ${(error as Error).message}`);
    }
    return {
      targets: {
        tcp_port: portOf(server),
        udp_port: datagrams.address().port,
        unix_path,
        read_path,
        write_folder,
        host_pid: process.pid,
      },
      notes,
      async arrived() {
        if (!await isDrained(datagrams)) arrived.add("udp");
        return [...arrived].sort();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function listenTcp(onConnection: () => void): Promise<Server> {
  return listening(serverThatCounts(onConnection), (server, done) => server.listen(0, LOOPBACK, done));
}

/** What the system takes; a longer path would be cut off, and a socket opened where nobody looks for it. */
const UNIX_PATH_BYTES_MAX = 100;

async function listenUnix(path: string, onConnection: () => void): Promise<Server> {
  const { length } = new TextEncoder().encode(path);
  if (length > UNIX_PATH_BYTES_MAX) {
    throw new Error(`its path has ${length} bytes, expected at most ${UNIX_PATH_BYTES_MAX}`);
  }
  const server = await listening(
    serverThatCounts(onConnection),
    (one, done) => one.listen({ path }, done),
  );
  chmodSync(path, 0o777);
  return server;
}

function serverThatCounts(onConnection: () => void): Server {
  return createServer((socket) => {
    onConnection();
    socket.on("error", () => {}); // whoever came may leave as it likes
    socket.destroy();
  });
}

function listening(
  server: Server,
  listen: (server: Server, done: () => void) => void,
): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    listen(server, () => resolve(server));
  });
}

const portOf = (server: Server): number => (server.address() as { readonly port: number }).port;

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

const DNS_HEADER_BYTES = 12;
const DNS_IS_ANSWER = 0x80;
const DNS_NO_SUCH_NAME = 0x03;

/** A question after a name is answered, so that whoever asks need not wait: there is no such name. */
async function bindUdp(onDatagram: (isQuestion: boolean) => void): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", (bytes, { address, port }) => {
    if (port === socket.address().port) return; // our own, see isDrained
    const isQuestion = bytes.length > DNS_HEADER_BYTES && bytes.includes("nore-ai-probe");
    onDatagram(isQuestion);
    if (!isQuestion) return;
    const answer = Uint8Array.from(bytes);
    answer[2]! |= DNS_IS_ANSWER;
    answer[3]! |= DNS_NO_SUCH_NAME;
    socket.send(answer, port, address, () => {});
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(0, LOOPBACK, resolve);
  });
  return socket;
}

const DRAIN_MS_MAX = 1000;

/** Datagrams come in order: once one of our own is here, all before it are. A flood in which ours is lost is no silence. */
function isDrained(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const { port } = socket.address();
    const done = (is: boolean) => {
      clearTimeout(timer);
      socket.removeListener("message", look);
      resolve(is);
    };
    const look = (_: unknown, from: { readonly port: number }) => {
      if (from.port === port) done(true);
    };
    const timer = setTimeout(() => done(false), DRAIN_MS_MAX);
    socket.on("message", look);
    socket.send("are all here?", port, LOOPBACK, () => {});
  });
}
