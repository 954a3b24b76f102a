import { spawn } from "node:child_process";
import { existsSync, readFileSync, statSync, watch } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCommand } from "../../src/commands/command_table.ts";
import { EXIT } from "../../src/core/exit_codes.ts";
import { openArtefact } from "../../src/core/journal_line.ts";
import { packageRoot } from "../../src/edge/package_files.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { NIGHT_ID } from "../support/real_night.ts";
import { inTempFolder } from "../support/temp_folder.ts";

/** A night in a process of its own, killed while it trades, and gone on with. */

const STRATEGY = {
  id: "trend",
  name: "momentum",
  capital: "10000",
  parameters: { bar_ms: 250, fast_period: 1, slow_period: 2, entry_bps: 0.01, cooldown_ms: 0 },
};
/** Half a minute over the socket, in three seconds. */
const NIGHT = ["--speed", "10", "--duration", "30s", "--seed", "7", "--start", "2026-11-21T22:00:00Z"];
const LIFE_MS_MAX = 60_000;

/** Kills it with its first fill on the disk. Gives how it ended and what it had said. */
function killedAtFirstFill(
  varFolder: string,
): Promise<{ readonly signal: string | null; readonly said: string }> {
  const words = ["src/main.ts", "--mode", "nore", "--var", varFolder, ...NIGHT];
  const runtime = "Deno" in globalThis ? ["run", "--allow-all"] : process.execArgv;
  const set = `strategy.list=${JSON.stringify([STRATEGY])}`;
  const fills = `${varFolder}/runs/${NIGHT_ID}/queues/fills`;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...runtime, ...words, "--set", set], {
      cwd: packageRoot,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), LIFE_MS_MAX);
    let said = "";
    let watcher: ReturnType<typeof watch> | null = null;
    const look = () => {
      if (statSync(`${fills}/inbox.jsonl`).size > 0) child.kill("SIGKILL");
    };
    child.stderr.on("data", (bytes: Uint8Array) => {
      said += bytes;
      if (watcher !== null || !existsSync(fills)) return; // its banner comes when the run lies open
      watcher = watch(fills, look);
      look();
    });
    child.on("error", reject);
    child.on("close", (_, signal) => {
      clearTimeout(timer);
      watcher?.close();
      resolve({ signal, said });
    });
  });
}

test("a night that is killed while it trades is gone on with, loses nothing and trades nothing twice", () =>
  inTempFolder(async (varFolder) => {
    const { signal, said } = await killedAtFirstFill(varFolder);
    assert.is(signal, "SIGKILL", said);
    const run = `${varFolder}/runs/${NIGHT_ID}`;
    const linesOf = (queue: string) => readFileSync(`${run}/queues/${queue}/inbox.jsonl`, "utf8").split("\n");
    const fillsBefore = linesOf("fills").slice(0, -1);
    assert.ok(fillsBefore.length > 0 && !existsSync(`${run}/report.json`));

    const terminal = fakeTerminal();
    const code = await runCommand(["--mode", "nore", "--resume", "latest", "--var", varFolder], terminal);
    assert.is(code, EXIT.ok, terminal.said.join("\n"));
    assert.equal(linesOf("fills").slice(0, fillsBefore.length), fillsBefore);
    assert.match(linesOf("lifecycle").join("\n"), /"what":"resumed"/);
    const ids = linesOf("order_intents").flatMap((line) =>
      /"client_order_id":"([^"]+)"/.exec(line)?.[1] ?? []
    );
    assert.is(new Set(ids).size, ids.length);
    const { feed } = openArtefact(readFileSync(`${run}/report.json`, "utf8")) as unknown as {
      readonly feed: Readonly<Record<string, number>>;
    };
    assert.ok(
      feed["connects"]! >= 2,
      "its own, and that of the one that went on; a slow machine may need more",
    );
    assert.equal([feed["missing_trades"], feed["gaps"]], [0, feed["healed"]]);
    for (const words of [["verify", run, "--require-complete"], ["replay", run]]) {
      assert.is(await runCommand(words, terminal), EXIT.ok, terminal.printed.join("\n"));
    }
  }));

test.run();
