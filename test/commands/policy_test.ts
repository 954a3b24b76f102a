import { writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { EXIT } from "../../src/core/exit_codes.ts";
import { formatLine } from "../../src/core/journal_line.ts";
import { NIGHT_ID, NIGHT_START, noreNight } from "../support/real_night.ts";
import { type Called, called } from "../support/recorded_var.ts";
import { intentDraft, tickDraft } from "../support/repo_policy.ts";
import { sampleEvents } from "../support/sample_events.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const policy = (...words: readonly string[]) => called("policy", ...words);

/** Of one event in a file. */
async function explained(text: string, ...words: readonly string[]): Promise<Called> {
  let result: Called;
  await inTempFolder(async (folder) => {
    const path = `${folder}/event.json`;
    writeFileSync(path, text);
    result = await policy("explain", "--event", path, ...words);
  });
  return result!;
}

test("policy explain says that an event is allowed, by which gate, or that none is asked", async () => {
  const { code, printed, said } = await explained(JSON.stringify(intentDraft));
  assert.equal([code, printed, said], [EXIT.ok, ["ALLOWED order_intent by nore/order/decision"], []]);
  const fill = await explained(JSON.stringify(sampleEvents.fill));
  assert.equal([fill.code, fill.printed], [EXIT.ok, ["No gate is asked about fill"]]);
});

test("policy explain says which rules deny, in their own words, and what they saw", async () => {
  const draft = { ...intentDraft, source: "ai_role" };
  const { code, printed } = await explained(JSON.stringify(draft), "--set", 'symbols=["ETHUSDT"]');
  assert.is(code, EXIT.failure);
  assert.equal(printed.slice(0, 3), [
    "DENIED order_intent by nore/order/decision",
    "  ORDER_SOURCE (error) Source: Only the risk role sends orders; a strategy or an AI never does.",
    "  ORDER_SYMBOL (error) Symbol: The run does not trade this symbol.",
  ]);
  assert.match(printed[3]!, /^ {2}it saw \{"manifest":\{.*"symbols":\["ETHUSDT"\]/);
  const json = JSON.parse((await explained(JSON.stringify(draft), "--json")).printed[0]!);
  assert.equal([json.allow, json.codes, json.rules[0].title], [false, ["ORDER_SOURCE"], "Source"]);
});

test("policy explain reads a line of a journal, and takes a denial for its own answer", async () => {
  const { policy_denial: denial } = sampleEvents;
  const known = { ...denial, payload: { ...denial.payload, codes: ["ORDER_RATE", "OLD_RULE"] } };
  const { code, printed } = await explained(formatLine(JSON.stringify(known)) + "the next line\n");
  assert.is(code, EXIT.failure);
  assert.match(printed[0]!, /^DENIED (?!policy_denial)\w+ by nore\/\w+\/decision$/);
  assert.match(printed[1]!, /^ {2}ORDER_RATE \(limit\) Order rate: More orders in the window/);
  assert.match(printed[2]!, /^ {2}OLD_RULE \(unknown\) Unknown: This program's policy has no such rule/);
});

test("policy explain --run asks the policy of a run", () =>
  inTempFolder(async (folder) => {
    assert.is((await noreNight(folder, [...NIGHT_START, "--duration", "1s"])).code, 0);
    const path = `${folder}/tick.json`;
    const run = ["--run", NIGHT_ID, "--var", folder];
    writeFileSync(path, JSON.stringify(tickDraft));
    assert.equal((await policy("explain", "--event", path, ...run)).printed, [
      "ALLOWED market_tick by nore/ingest/decision",
    ]);
  }));

test("policy refuses what it cannot explain", async () => {
  assert.match((await policy("explain")).said[0]!, /^Expected --event FILE$/);
  for (const words of [["dance"], [], ["explain", "latest"], ["diff"], ["diff", "a", "b"]]) {
    assert.match((await policy(...words)).said[0]!, /^Expected explain, diff RUN or reload, got "/);
  }
  assert.match((await policy("explain", "--event", "/no/such/file")).said[0]!, /^--event: ENOENT/);
  for (
    const [text, reason] of [
      ["{", /is not JSON/],
      ["null", /has no type, expected an event$/],
      ['{"type":1}', /has no type/],
      ['{"type":"policy_denial"}', /^--event: a policy_denial without entrypoint, denied_type and codes/],
      ['{"type":"wish"}', /^--event: no event is of type "wish"$/],
      [`sha256:${"0".repeat(64)}:{}`, /:1: hash is 0+, the bytes give/],
    ] as const
  ) {
    const { code, said } = await explained(text);
    assert.is(code, EXIT.usage, text);
    assert.match(said[0]!, reason);
  }
});

test.run();
