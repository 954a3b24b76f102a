import { createSocket } from "node:dgram";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openProbeTargets } from "../../src/edge/probe_targets.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const isDeno = "Deno" in globalThis;

const reach = (target: { host: string; port: number } | { path: string }): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(target);
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.resume();
  });

/** Sends it, and gives what is answered; a question after a name is. */
function ask(port: number, bytes: Uint8Array, isAnswered: boolean): Promise<Uint8Array | null> {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    const done = (answer: Uint8Array | null) => {
      socket.close();
      resolve(answer);
    };
    socket.on("message", done);
    socket.bind(0, "127.0.0.1", () =>
      socket.send(bytes, port, "127.0.0.1", (error) => {
        if (error) reject(error);
        else if (!isAnswered) done(null);
      }));
  });
}

test("openProbeTargets() gives things that are there and open, and sees who comes", () =>
  inTempFolder(async (folder) => {
    const { targets, notes, arrived, close } = await openProbeTargets(folder);
    assert.equal([notes.length, await arrived(), targets.host_pid], [isDeno ? 1 : 0, [], process.pid]);
    assert.is(readFileSync(targets.read_path, "utf8"), "of the host");
    assert.is(statSync(targets.write_folder).mode & 0o777, 0o777);
    if (!isDeno) assert.is(statSync(targets.unix_path).mode & 0o777, 0o777);

    await reach({ host: "127.0.0.1", port: targets.tcp_port });
    assert.equal(await arrived(), ["tcp"]);
    const seen = ["dns", "tcp", "udp"];
    if (!isDeno) { // its tests may reach no socket in the file system
      await reach({ path: targets.unix_path });
      seen.push("unix_socket");
    }
    await ask(targets.udp_port, new Uint8Array(5), false);
    assert.ok((await arrived()).includes("udp"));
    const question = new TextEncoder().encode("\0\x01\x01\0\0\x01\0\0\0\0\0\0\x0dnore-ai-probe\x07invalid\0");
    const answer = await ask(targets.udp_port, question, true);
    assert.equal([answer?.[2], answer?.[3], answer?.length], [0x81, 0x03, question.length]);
    assert.equal(await arrived(), seen);

    await close();
    assert.equal(readdirSync(folder), []);
    assert.ok(await reach({ host: "127.0.0.1", port: targets.tcp_port }).then(() => false, () => true));
    await close();
  }));

test("openProbeTargets() does without a unix socket where there can be none", () =>
  inTempFolder(async (folder) => {
    const deep = `${folder}/${"x".repeat(120)}`; // a path of more than 107 bytes is none for a socket
    mkdirSync(deep);
    const { targets, notes, close } = await openProbeTargets(deep);
    assert.is(notes.length, 1);
    assert.match(notes[0]!, /^no unix socket to try: /);
    assert.ok(existsSync(targets.read_path));
    await close();
  }));

test("openProbeTargets() leaves nothing behind where it fails", async () => {
  const message = await openProbeTargets("/no/such/folder").then(() => "", (error: Error) => error.message);
  assert.match(message, /ENOENT|No such file/);
});

test.run();
