import { appendFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { EXIT } from "../../src/core/exit_codes.ts";
import { NIGHT_ID, NIGHT_START, noreNight } from "../support/real_night.ts";
import { called } from "../support/recorded_var.ts";
import { repoPolicyBytes } from "../support/repo_policy.ts";
import { inTempFolder } from "../support/temp_folder.ts";

test("policy diff says which decisions another policy would change, and what would have become of the night", () =>
  inTempFolder(async (folder) => {
    assert.is((await noreNight(folder, [...NIGHT_START, "--duration", "20s"])).code, 0);
    const wasm = fileURLToPath(new URL("../../policies/build/policy.wasm", import.meta.url));
    const diff = (...words: readonly string[]) =>
      called("policy", "diff", NIGHT_ID, "--var", folder, ...words);
    const same = await diff("--policy", wasm);
    assert.is(same.code, EXIT.ok);
    assert.match(same.printed[0]!, new RegExp(`^${NIGHT_ID}: 0 of \\d+ decisions would be others$`));

    const data = JSON.parse(new TextDecoder().decode(repoPolicyBytes.data));
    data.nore.modes.NORE.ingest.kinds = ["trade"];
    writeFileSync(`${folder}/data.json`, JSON.stringify(data));
    const strict = ["--policy", wasm, "--data", `${folder}/data.json`];
    const { code, printed } = await diff(...strict);
    assert.is(code, EXIT.failure);
    assert.match(
      printed[0]!,
      /^event \d+, nore\/ingest\/decision: market_tick stands in the log, the policy denies it: INGEST_KIND$/,
    );
    assert.match(printed[20]!, /^… and \d+ more$/);
    assert.ok(printed.some((line) => /^ {2}fills +\d+ +0/.test(line)), printed.join("\n"));
    const json = JSON.parse((await diff(...strict, "--json")).printed[0]!);
    assert.ok(json.differing > 100 && json.what_if.counts.policy_denial > 100);

    writeFileSync(`${folder}/broken.wasm`, "no wasm");
    const broken = await diff("--policy", `${folder}/broken.wasm`);
    assert.equal([broken.code, (await diff()).said[0]], [EXIT.usage, "Expected --policy WASM"]);
    assert.match(broken.said.join("\n"), /broken\.wasm: Policy cannot be loaded/);
    assert.match((await diff("--policy", wasm, "--data", "/no/such")).said.join(), /^--data: ENOENT/);
    const noData = await diff("--policy", wasm, "--data", wasm);
    assert.equal(noData.code, EXIT.usage);
    assert.match(noData.said[0]!, /^--data .*policy\.wasm: /);
    appendFileSync(`${folder}/runs/${NIGHT_ID}/queues/fills/inbox.jsonl`, "x\n");
    assert.is((await diff(...strict)).code, EXIT.integrity);
  }));

test.run();
