import { defer, of } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AnyDraft, Event, EventType, OrderResult } from "../../src/core/event.ts";
import { openArtefact } from "../../src/core/journal_line.ts";
import type { OpenRun } from "../../src/night/open_run.ts";
import { roleEntry } from "../../src/streams/operators/react.ts";
import type { Agenda } from "../../src/streams/sources/agenda.ts";
import { mergeAgendas } from "../../src/streams/sources/agenda.ts";
import { memoryFiles } from "../support/memory_files.ts";
import { command, eventsOf, journaled, onceAt } from "../support/night_events.ts";
import { configWith } from "../support/repo_config.ts";
import { SHORT_NIGHT, SHORT_SEED, shortConfig, shortNight } from "../support/short_night.ts";
import { SIM_START_TS, simMarket, simNight } from "../support/sim_night.ts";

const ofType = <T extends EventType>(events: readonly Event[], type: T) =>
  events.filter((event) => event.type === type) as unknown as readonly Event<T>[];
const lastOf = (events: readonly Event[]) => events.at(-1) as Event<"lifecycle">;
const isTrading = ({ type, payload }: Event) =>
  type === "order_intent" || type === "fill" ||
  (type === "order_result" && (payload as OrderResult).result === "ACCEPTED");
const market = () => simMarket(shortConfig, { seed: SHORT_SEED, startTs: SIM_START_TS });
const marketAnd = (agenda: Agenda) => mergeAgendas([agenda, market()]);

test("runNight() ends in order when its time is over, and what rests in the book is CANCELED", async () => {
  const { events, verdict, stop, report } = await journaled(shortNight());
  assert.equal([verdict, stop, report["verdict"]], ["PASS", null, "PASS"]);
  assert.equal(events[0]!.type, "lifecycle");
  const { what, detail } = (events[0] as Event<"lifecycle">).payload;
  assert.equal([what, detail], ["started", "NORE on embedded, prices invented"]);
  const ended = events.findIndex((event) => event.type === "lifecycle" && event.payload.what === "ended");
  assert.equal([events[ended]!.ts, (events[ended] as Event<"lifecycle">).payload.detail], [
    SIM_START_TS + 2000,
    "in order",
  ]);
  const behind = events.slice(ended + 1) as readonly Event<"order_result">[];
  assert.equal(behind.map(({ type, payload }) => [type, payload.result, payload.reason_code]), [
    ["order_result", "CANCELED", "NIGHT_ENDED"],
  ]);
  assert.ok(ofType(events, "fill").length > 0);
  assert.is(report["last_n"], events.length - 1);
});

test("runNight() of a minute with the default strategies leaves a complete run", async () => {
  const { verdict, report } = await journaled(simNight({ config: configWith(["duration_ms=60000"]) }));
  assert.is(verdict, "PASS");
  assert.ok((report["counts"] as Record<string, number>)["fill"]! > 0);
});

for (
  const [code, flags] of [
    ["RISK_DRAWDOWN", ['risk.drawdown={"limit":"0.00001","action":"STOP"}']],
    ["RISK_NIGHT_LOSS", ['risk.night_loss={"limit":"0.00001","action":"STOP"}']],
    ["RISK_TRADE_RATE", ['risk.trade_rate={"limit":1,"window_ms":3600000,"action":"STOP"}']],
  ] as const
) {
  test(`runNight() stops when a limit of the night is passed: ${code}`, async () => {
    const config = configWith([...SHORT_NIGHT, "duration_ms=20000", ...flags]);
    const { events, verdict, stop, files, report } = await journaled(
      simNight({ config, seed: SHORT_SEED }),
    );
    assert.equal([verdict, stop?.reason_code, stop?.component], ["STOPPED", code, "risk_role"]);
    const stopAt = events.findIndex(({ type, payload }) =>
      type === "risk_action" && (payload as { action: string }).action === "STOP"
    );
    assert.ok(events.slice(0, stopAt).some(({ type }) => type === "order_intent"));
    assert.not.ok(events.slice(stopAt).some(isTrading));
    assert.is(events[stopAt + 1]!.type, "stop_journal");
    assert.is(ofType(events, "stop_journal").length, 1);
    assert.is(ofType(events, "lifecycle").at(-1)!.payload.detail, `stopped: ${code}`);
    assert.is(openArtefact(files.text("/var/STOP.flag"))["reason_code"], code);
    assert.equal(report["stop"], {
      count: 1,
      share: 1 / ofType(events, "risk_action").length,
      reasons: { [code]: 1 },
    });
  });
}

test("runNight() stops by an operator's command, in its turn, and cancels what rests", async () => {
  const at = SIM_START_TS + 1990;
  const { events, verdict, stop } = await journaled(shortNight({
    agenda: marketAnd(onceAt(at, (ts) => command("stop", "enough", ts))),
  }));
  assert.equal([verdict, stop?.reason_code, stop?.component, stop?.detail], [
    "STOPPED",
    "OPERATOR",
    "operator",
    "enough",
  ]);
  const from = events.findIndex(({ type }) => type === "operator_command");
  assert.equal(
    events.slice(from).map(({ type, payload }) => [type, (payload as Partial<OrderResult>).result]),
    [
      ["operator_command", undefined],
      ["stop_journal", undefined],
      ["order_result", "CANCELED"],
      ["lifecycle", undefined],
    ],
  );
  assert.is(lastOf(events).payload.detail, "stopped: OPERATOR");
});

test("runNight() ends in order by an operator's `end`", async () => {
  const { events, verdict, stop } = await journaled(shortNight({
    operator$: defer(() => of(command("end", "SIGTERM"))),
  }));
  assert.equal([verdict, stop], ["PASS", null]);
  assert.equal(ofType(events, "operator_command").map(({ payload }) => payload.command), ["end"]);
  assert.equal([events.length < 12, lastOf(events).payload.detail], [true, "in order"]);
});

test("runNight() goes on until it is told when duration_ms is 0", async () => {
  const config = configWith([...SHORT_NIGHT, "duration_ms=0"]);
  const at = SIM_START_TS + 2500;
  const { events, verdict } = await journaled(shortNight({
    config,
    agenda: marketAnd(onceAt(at, (ts) => command("end", "SIGTERM", ts))),
  }));
  assert.equal([verdict, lastOf(events).ts], ["PASS", at]);
});

test("runNight() with a start problem says it and nothing else: complete, STOPPED, no latch", async () => {
  const { events, verdict, stop, files, runFolder } = await journaled(shortNight({
    startProblem: { component: "secrets_guard", reason_code: "SECRET_FOUND", detail: "in the argument --x" },
  }));
  assert.equal([verdict, stop?.reason_code], ["STOPPED", "SECRET_FOUND"]);
  const said = events.filter(({ type }) => type !== "health");
  assert.equal(said.map(({ type }) => type), ["lifecycle", "stop_journal", "lifecycle"]);
  assert.is(files.exists("/var/STOP.flag"), false);
  const copy = openArtefact(files.text(`${runFolder}/STOP.flag`));
  assert.equal([copy["reason_code"], copy["latch"]], ["SECRET_FOUND", null]);
});

test("runNight() says at the end that it was stopped, though only the feed's last word did it", async () => {
  const lastHealth = (): AnyDraft => ({
    type: "health",
    source: "market_role",
    ts: SIM_START_TS,
    cause: null,
    payload: { role: "market_role", state: "UP", uptime_s: 1, origin: "input", errors: 1000 },
  });
  const { events, verdict, stop } = await journaled(shortNight({
    feed: { arrival$: defer(() => of(command("end", "SIGTERM"))), restart: () => {}, lastHealth },
  }));
  assert.equal([verdict, stop?.reason_code], ["STOPPED", "VENUE_ERRORS"]);
  assert.is(lastOf(events).payload.detail, "stopped: VENUE_ERRORS");
});

const broken = (run: OpenRun): OpenRun => ({
  ...run,
  roles: [
    ...run.roles,
    roleEntry("risk_role", ["fill"], {
      name: "broken",
      initial: () => null,
      step: () => {
        throw new Error("the fill is not mine");
      },
    }),
  ],
});

for (
  const [what, options] of [
    ["a role", { onOpened: broken }],
    ["the market", {
      agenda: marketAnd(onceAt(SIM_START_TS + 900, () => {
        throw new Error("the tick is not mine");
      })),
    }],
    ["an operator's port", {
      operator$: defer(() => {
        throw "the port is not mine";
      }),
    }],
  ] as const
) {
  test(`runNight() fails when ${what} breaks an invariant: FAILED, no final anchor, no latch`, async () => {
    const { verdict, stop, report, files } = await journaled(shortNight(options), { complete: false });
    assert.equal([verdict, stop?.component, stop?.reason_code], ["FAILED", "pipeline", "BROKEN_INVARIANT"]);
    assert.match(stop!.detail, "is not mine");
    assert.equal([report["verdict"], report["detail"]], ["FAILED", stop!.detail]);
    assert.is(files.exists("/var/STOP.flag"), false);
  });
}

test("runNight() counts what was refused after a stop had begun, and journals none of it", async () => {
  const late = { name: "late", initial: () => null, step: () => [null, lateFills()] as const };
  const lateFills = () =>
    ["1", "2"].map((qty) => ({
      type: "fill" as const,
      payload: {
        venue: "embedded",
        strategy_id: "trend",
        client_order_id: "20261121220000-1",
        order_id: "P-1",
        symbol: "BTCUSDT",
        side: "BUY" as const,
        qty,
        price: "1",
        fee: "0",
        fee_asset: "USDT",
        liquidity: "taker" as const,
        model: "best_bid_ask",
      },
    }));
  const { events, report } = await journaled(shortNight({
    operator$: defer(() => of(command("stop", "enough"))),
    onOpened: (run) => ({
      ...run,
      roles: [...run.roles, roleEntry("execution_role", ["stop_journal"], late)],
    }),
  }));
  assert.equal([report["refused_after_stop"], ofType(events, "fill").length], [2, 0]);
});

test("runNight() shows no figure that a power loss could take back", async () => {
  const files = memoryFiles();
  const seen: number[] = [];
  files.fault = (call, path) => {
    if (call !== "rename" || !path.endsWith("/metrics.json.tmp")) return;
    const { last_n, verdict } = openArtefact(files.text(path)) as { last_n: number; verdict: string | null };
    if (verdict !== null) return;
    const durable = eventsOf(files.afterPowerLoss(), path.slice(0, path.lastIndexOf("/")));
    assert.is(durable.length, last_n + 1);
    seen.push(last_n);
  };
  await shortNight({ files });
  assert.ok(seen.length > 0);
});

test.run();
