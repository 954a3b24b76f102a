import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { EXIT } from "../../src/core/exit_codes.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { takeVarLock } from "../../src/edge/var_lock.ts";
import { NIGHT_ID } from "../support/real_night.ts";
import { called, recordedVar } from "../support/recorded_var.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { untarred } from "../support/untarred.ts";
import { verifyPy } from "../support/verify_py.ts";

const { folder: original, run: ran } = recordedVar(test);

const bundle = (...words: readonly string[]) => called("bundle", ...words);

const inBundle = (use: (out: string, folder: string) => Promise<void>) =>
  inTempFolder((folder) => use(`${folder}/night.tar.gz`, folder));

test("bundle packs a run with all that it takes to check it elsewhere", () =>
  inBundle(async (out, folder) => {
    const { code, printed } = await bundle(NIGHT_ID, "--var", original, "--out", out);
    assert.is(code, EXIT.ok);
    assert.match(printed[0]!, /^PACKED 20261121_220000: \d+ events, head [0-9a-f]{16}, key [0-9a-f]{16}$/);
    assert.ok(printed[1]!.includes(sha256Hex(new Uint8Array(readFileSync(out)))));
    const packed = untarred(new Uint8Array(readFileSync(out)));
    for (const path of readdirSync(ran, { recursive: true }) as string[]) {
      const bytes = packed.get(`${NIGHT_ID}/run/${NIGHT_ID}/${path}`);
      if (bytes !== undefined) assert.ok(Buffer.from(bytes).equals(readFileSync(`${ran}/${path}`)), path);
    }
    for (const [path, bytes] of packed) {
      mkdirSync(dirname(`${folder}/${path}`), { recursive: true });
      writeFileSync(`${folder}/${path}`, bytes);
    }
    const readme = readFileSync(`${folder}/${NIGHT_ID}/README.txt`, "utf8");
    assert.match(
      readme,
      /^ {2}python3 verify\.py run\/20261121_220000 --pubkey anchor\.pub --mirror mirror\/\S+$/m,
    );
    assert.match(readme, /prices: invented/);
    if ("Deno" in globalThis) return; // starting Python is Node's to test
    const inside = `${folder}/${NIGHT_ID}`;
    const answer = await verifyPy([
      `${inside}/run/${NIGHT_ID}`,
      ...["--pubkey", `${inside}/anchor.pub`, "--mirror", `${inside}/mirror/${NIGHT_ID}.anchors.jsonl`],
      "--require-complete",
    ]);
    assert.is(answer.code, 0, answer.stdout);
    assert.match(answer.stdout, /^VERIFIED/m);
  }));

test("bundle takes along what the AI has told", () =>
  inBundle(async (out, folder) => {
    cpSync(original, `${folder}/var`, { recursive: true });
    const name = `ai/${sha256Hex("[[1]]")}.pack.json`;
    mkdirSync(`${folder}/var/runs/${NIGHT_ID}/ai`, { recursive: true });
    writeFileSync(`${folder}/var/runs/${NIGHT_ID}/${name}`, "[[1]]");
    assert.is((await bundle("latest", "--var", `${folder}/var`, "--out", out)).code, EXIT.ok);
    const packed = untarred(new Uint8Array(readFileSync(out))).get(`${NIGHT_ID}/run/${NIGHT_ID}/${name}`);
    assert.is(new TextDecoder().decode(packed), "[[1]]");
  }));

test("bundle says of a run that was cut short that it is", () =>
  inBundle(async (out, folder) => {
    cpSync(original, `${folder}/var`, { recursive: true });
    const run = `${folder}/var/runs/${NIGHT_ID}`;
    for (const name of ["report.json", "report.html", "portfolio.json", "metrics.json"]) {
      rmSync(`${run}/${name}`);
    }
    const path = `${run}/audit/anchors.jsonl`;
    const anchors = readFileSync(path, "utf8");
    truncateSync(path, anchors.lastIndexOf("\n", anchors.length - 2) + 1);
    rmSync(`${folder}/var/mirror/${NIGHT_ID}.anchors.jsonl`);
    const { code, printed } = await bundle(run, "--out", out);
    assert.is(code, EXIT.ok, printed.join("\n"));
    assert.match(printed[0]!, /^PACKED, CUT SHORT 20261121_220000: /);
    const paths = [...untarred(new Uint8Array(readFileSync(out))).keys()];
    assert.equal(paths.filter((name) => name.includes("/mirror/")), []);
  }));

test("bundle refuses a damaged run, and writes nothing", () =>
  inBundle(async (out, folder) => {
    cpSync(original, `${folder}/var`, { recursive: true });
    const path = `${folder}/var/runs/${NIGHT_ID}/queues/market_ticks/inbox.jsonl`;
    writeFileSync(path, readFileSync(path, "utf8").replace('"price":"6', '"price":"7'));
    const { code, said } = await bundle("latest", "--var", `${folder}/var`, "--out", out);
    assert.is(code, EXIT.integrity);
    assert.match(said.join("\n"), /nothing was written/);
    assert.equal(readdirSync(folder), ["var"]);
  }));

test("bundle packs an old run while another night runs, not the one that runs", () =>
  inBundle(async (out, folder) => {
    cpSync(original, `${folder}/var`, { recursive: true });
    const lock = await takeVarLock(`${folder}/var`);
    try {
      assert.is((await bundle("latest", "--var", `${folder}/var`, "--out", out)).code, EXIT.ok);
      rmSync(`${folder}/var/runs/${NIGHT_ID}/report.json`);
      const { code, said } = await bundle(
        "latest",
        "--var",
        `${folder}/var`,
        "--out",
        `${folder}/again.tar.gz`,
      );
      assert.equal([code, said], [EXIT.lockHeld, [
        `${NIGHT_ID} is running: it can be packed when it has ended`,
      ]]);
    } finally {
      lock.release();
    }
  }));

test("bundle never writes over a file, and says where a folder is missing", () =>
  inBundle(async (out, folder) => {
    writeFileSync(out, "another's");
    const there = await bundle("latest", "--var", original, "--out", out);
    assert.is(there.code, EXIT.usage);
    assert.match(there.said[0]!, /night\.tar\.gz is there already, expected a new file \(--out\)$/);
    const nowhere = await bundle("latest", "--var", original, "--out", `${folder}/no/night.tar.gz`);
    assert.is(nowhere.code, EXIT.usage);
    assert.match(nowhere.said[0]!, /\/no is not there \(--out\)$/);
    assert.is(readFileSync(out, "utf8"), "another's");
  }));

test.run();
