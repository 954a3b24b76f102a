import { readFileSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { SAY_ORDER, turnedWorker } from "../../../src/commands/gates/turned_worker.ts";
import { findBoundary, tryCommand, WORKER_PATH } from "../../../src/edge/ai_boundary.ts";
import { aiProcess } from "../../../src/edge/ai_process.ts";
import { commandOf, watch } from "../../support/isolated_programs.ts";
import { inTempFolder } from "../../support/temp_folder.ts";

const program = readFileSync(WORKER_PATH, "utf8");

test("turnedWorker() ends as our own does when it is tried out", () =>
  inTempFolder(async (folder) => {
    assert.is(await tryCommand(await commandOf(folder, turnedWorker(program, SAY_ORDER))), null);
    const programPath = `${folder}/other.mjs`;
    writeFileSync(programPath, turnedWorker(program, SAY_ORDER));
    assert.equal((await findBoundary({ programPath })).boundary?.programPath ?? programPath, programPath);
  }));

test("turnedWorker() works as our own, and does its deed in between", () =>
  inTempFolder(async (folder) => {
    const deed = `if (answers === 2) say("deed " + line);`;
    const watched = watch(aiProcess(await commandOf(folder, turnedWorker(program, deed))));
    const task = {
      symbols: ["BTCUSDT"],
      horizon_ms: 1000,
      advise_every_ms: 1000,
      pack_every_ms: 1000,
      snapshot_every_ms: 1000,
      rows_max: 1,
      model: null,
      rows: [],
    };
    const nowhere = {
      tcp_port: 9,
      udp_port: 9,
      unix_path: `${folder}/no`,
      read_path: `${folder}/no`,
      write_folder: `${folder}/no`,
      host_pid: 1,
    };
    watched.send(JSON.stringify({ type: "begin", task, probe: nowhere }));
    for (const seq of [1, 2, 3]) {
      watched.send(JSON.stringify({ type: "batch", seq, ts: 1000 * seq, dropped: 0, events: [] }));
    }
    await watched.said(`"seq":3`); // by then all before it is there
    watched.kill();
    const { text } = await watched.ended;
    const begins = text.trim().split("\n").map((line) => /^(deed )?\{"type":"(\w+)"/.exec(line)![0]);
    assert.equal(begins.slice(0, 4), [
      '{"type":"probe_result"',
      '{"type":"heartbeat"',
      'deed {"type":"heartbeat"',
      '{"type":"heartbeat"',
    ]);
  }));

test("SAY_ORDER says an order by its schema, in a line of its own", () => {
  const said: string[] = [];
  new Function("say", SAY_ORDER)((text: string) => said.push(text));
  const { type, payload } = JSON.parse(said[0]!) as { readonly type: string; readonly payload: object };
  assert.equal([said.length, said[0]!.endsWith("}\n"), type], [1, true, "order_intent"]);
  const properties = Object.keys(payload);
  const schema = readFileSync("config/schemas/order_intent.v1.schema.json", "utf8");
  for (const name of properties) assert.ok(schema.includes(`"${name}"`), name);
});

test.run();
