import { test } from "uvu";
import * as assert from "uvu/assert";
import { UNPROVEN_MODEL } from "../../src/core/ai_mail.ts";
import {
  adviceCounterfactual,
  type AdviceFigures,
  type AdviceSection,
  hasProvenAdvice,
} from "../../src/night/advice_counterfactual.ts";
import { advice, advisedNight, eventsOf, LONGER } from "../support/advised_night.ts";
import { bytesOf, linesOf, rehashed } from "../support/run_bytes.ts";
import { memoryFiles } from "../support/memory_files.ts";
import type { NightToReplay } from "../support/night_to_replay.ts";
import { CONFIG_SCHEMA } from "../support/repo_config.ts";

const shadow = await advisedNight([]);

function asked(night: NightToReplay, giveUp: () => boolean = () => false): Promise<AdviceSection> {
  const { files, runFolder } = night;
  return adviceCounterfactual({ files, runFolder, configSchema: CONFIG_SCHEMA, giveUp });
}

function figuresOf({ report }: NightToReplay): AdviceFigures {
  const { counts, trades, virtual_pnl, max_drawdown } = report as {
    readonly counts: Readonly<Record<string, number>>;
    readonly trades: number;
    readonly virtual_pnl: { readonly total: string };
    readonly max_drawdown: { readonly quote: string };
  };
  const { total } = virtual_pnl;
  return {
    orders: counts["order_intent"]!,
    fills: counts["fill"]!,
    trades,
    total,
    max_drawdown: max_drawdown.quote,
  };
}

test("adviceCounterfactual() finds what a night with the filter gives, from one in shadow", async () => {
  const { length } = shadow.files.calls;
  const { effect, note } = await asked(shadow);
  const filter = await advisedNight(["ai.advice=filter"]);
  assert.equal(effect!.recorded, figuresOf(shadow));
  assert.equal(effect!.filtered, figuresOf(filter));
  assert.ok(effect!.filtered.orders < effect!.recorded.orders);
  const said = eventsOf(filter, ["risk_action"]).map(({ payload }) => payload.reason_code);
  assert.is(effect!.shrunk, said.filter((code) => code === "AI_SHRINK").length);
  assert.is(
    effect!.vetoed,
    said.filter((code) => code === "AI_VETO" || code === "AI_SHRUNK_TOO_SMALL").length,
  );
  assert.ok(effect!.shrunk > 0 && effect!.vetoed > 0);
  assert.is(effect!.stopped_by, null);
  assert.match(note, /^an experiment/);
  assert.is(shadow.files.calls.length, length, "it writes nothing");
});

test("adviceCounterfactual() finds no change where no proven model has advised", async () => {
  const online = await advisedNight([], advice({ model_id: UNPROVEN_MODEL }));
  const { effect } = await asked(online);
  assert.equal([effect!.vetoed, effect!.shrunk, effect!.filtered], [0, 0, effect!.recorded]);
});

test("adviceCounterfactual() says how to find out where it takes too long, and what went wrong where it fails", async () => {
  const longer = await advisedNight(LONGER);
  assert.equal(await asked(longer, () => true), {
    effect: null,
    note: "not computed in time: nore replay 20261121_220000 --set ai.advice=filter",
  });
  const broken = () => {
    throw new Error("a bug in the core");
  };
  assert.equal(await asked(longer, broken), { effect: null, note: "the core fails: a bug in the core" });
});

test("adviceCounterfactual() says where a run tells too little of its start", async () => {
  const files = memoryFiles();
  for (const [path, bytes] of shadow.files.contents) files.contents.set(path, bytes);
  const path = `${shadow.runFolder}/queues/lifecycle/inbox.jsonl`;
  const [first, ...others] = linesOf(files.contents.get(path)!);
  const older = rehashed(
    first!,
    (fields) => delete (fields["payload"] as Record<string, unknown>)["symbol_rules"],
  );
  files.contents.set(path, bytesOf([older, ...others]));
  const { effect, note } = await asked({ ...shadow, files });
  assert.is(effect, null);
  assert.match(note, /^nothing can be tried: /);
});

test("hasProvenAdvice() looks for one recommendation of a model that a gate has let pass", async () => {
  const has = ({ files, runFolder }: NightToReplay) => hasProvenAdvice(files, runFolder);
  assert.is(has(shadow), true);
  assert.is(has(await advisedNight([], null)), false);
  assert.is(has(await advisedNight([], advice({ model_id: UNPROVEN_MODEL }))), false);
});

test.run();
