import { readdirSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type HostLine, PROBE_ATTEMPTS } from "../../src/core/ai_mail.ts";
import type { WorkerListener, WorkerStarter } from "../../src/core/ports.ts";
import { commandFor, findBoundary, WORKER_PATH } from "../../src/edge/ai_boundary.ts";
import { aiProcess } from "../../src/edge/ai_process.ts";
import { isolatedCommand } from "../../src/edge/isolated_command.ts";
import { ownRuntime } from "../../src/edge/own_runtime.ts";
import { probeBoundary } from "../../src/edge/probe_boundary.ts";
import { leaksOf } from "../../src/streams/ai/probe_promises.ts";
import { inTempFolder } from "../support/temp_folder.ts";

/** Says something when it is sent a line, and is over when it is killed. */
function saying(say: (line: HostLine, listener: WorkerListener) => void): WorkerStarter {
  return {
    start: (listener) => ({
      send: (line) => void setImmediate(() => say(JSON.parse(line) as HostLine, listener)),
      kill: () => void setImmediate(() => listener.ended("killed")),
    }),
  };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("probeBoundary() proves the boundary of this machine", async () => {
  const { boundary } = await findBoundary();
  if (boundary === null) return; // nothing denies the network here
  const probe = await probeBoundary(aiProcess(commandFor(boundary, 512)));
  assert.is(probe.problem, null);
  assert.equal(probe.attempts.map(({ name }) => name), [...PROBE_ATTEMPTS]);
  assert.equal(leaksOf(boundary.name, probe.attempts, probe.arrived), []);
});

test("probeBoundary() sees the leaks of what is none: permissions of node that leave the network open", async () => {
  const runtime = ownRuntime();
  if (runtime.name !== "node" || Number(runtime.version.split(".")[0]) >= 26) return;
  const command = isolatedCommand("bare", { runtime, programPath: WORKER_PATH, memoryMbMax: 256 });
  const { attempts, arrived, problem } = await probeBoundary(aiProcess(command));
  const network = ["dns", "tcp", "udp", "unix_socket"];
  assert.equal([problem, arrived], [null, network]);
  assert.equal(attempts.filter(({ succeeded }) => succeeded).map(({ name }) => name).sort(), [
    ...network.slice(0, 1),
    "signal_parent",
    ...network.slice(1),
  ]);
});

test("probeBoundary() has it read another file, where one is given", async () => {
  let target = "";
  const probe = await probeBoundary(
    saying((line, listener) => {
      if (line.type === "begin") target = line.probe.read_path;
      listener.received(bytes(`{"type":"probe_result","payload":{"attempts":[]}}\n`));
    }),
    { readPath: "/a/key" },
  );
  assert.equal([target, probe.problem], ["/a/key", null]);
});

test("probeBoundary() takes its targets away again", () =>
  inTempFolder(async (folder) => {
    const answer = { type: "probe_result", payload: { attempts: [] } };
    let there: readonly string[] = [];
    const probe = await probeBoundary(
      saying((line, listener) => {
        assert.is(line.type, "begin");
        there = readdirSync(folder);
        listener.received(bytes(JSON.stringify(answer).slice(0, 10)));
        listener.received(bytes(`${JSON.stringify(answer).slice(10)}\n{"more":1}`));
      }),
      { parent: folder },
    );
    assert.equal(probe, { attempts: [], arrived: [], notes: probe.notes, problem: null });
    assert.equal([there.length, readdirSync(folder)], [1, []]);
  }));

test("probeBoundary() tells why there is no result", async () => {
  const table: readonly (readonly [say: Parameters<typeof saying>[0], problem: RegExp])[] = [
    [(_, listener) => listener.ended("ended with code 1"), /^ended with code 1$/],
    [(_, listener) => listener.received(bytes("no json\n")), /JSON/],
    [(_, listener) => listener.received(bytes('{"type":"heartbeat"}\n')), /it said "heartbeat"/],
    [(_, listener) => listener.received(new Uint8Array(70_000).fill(0x20)), /more than 65536 characters/],
    [() => {}, /^it said nothing for 50 ms$/],
  ];
  for (const [say, problem] of table) {
    const probe = await probeBoundary(saying(say), { timeoutMs: say.length === 0 ? 50 : 10_000 });
    assert.match(probe.problem!, problem);
    assert.equal(probe.attempts, []);
  }
  const { problem } = await probeBoundary(saying(() => {}), { parent: "/no/such/folder" });
  assert.match(problem!, /^nothing could be set up to be tried: /);
});

test.run();
