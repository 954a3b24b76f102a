import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import { ConfigError, type ConfigSources, effectiveConfigText, loadConfig } from "../../src/core/config.ts";
import { QUEUES } from "../../src/core/queue_names.ts";
import { CONFIG_SCHEMA, CONFIG_TEXT, configWith } from "../support/repo_config.ts";

function problemsOf(flags: readonly string[], sources: Partial<ConfigSources> = {}): readonly string[] {
  try {
    configWith(flags, sources);
  } catch (error) {
    assert.instance(error, ConfigError);
    return (error as Error).message.split("\n");
  }
  throw new Error(`${flags.join(" ")} ${sources.text ?? ""} was accepted`);
}

test("loadConfig() has the same defaults as the file that comes with the program", () => {
  const config = configWith();
  assert.equal(loadConfig({ text: null, form: "yaml", overrides: [], schema: CONFIG_SCHEMA }), config);
  assert.equal(config.symbols, ["BTCUSDT", "ETHUSDT"]);
  assert.is(config.duration_ms, 7 * 3_600_000);
  assert.is(config.market.embedded.ticks_per_s, 10);
  assert.equal(config.queues, { base_dir: "var", names: [...QUEUES] });
  assert.equal(config.strategy.list.map(({ id, order }) => [id, order.type, order.tif]), [
    ["reversion", "MARKET", "GTC"],
    ["trend", "MARKET", "GTC"],
  ]);
  assert.equal(config.risk.order_size, { limit: "2000", action: "REDUCE" });
  assert.is(config.risk.order_ttl_ms, 60_000);
  assert.equal(config.execution.fees, { maker: "0.001", taker: "0.001" });
  assert.is(config.execution.fill_model, "best_bid_ask");
  assert.equal(config.audit, { anchor_mirror: "mirror", key_file: null });
  assert.equal(config.logging, {
    rotate_bytes: 50_000_000,
    commit_ms: 50,
    commit_lines: 500,
    metrics_every_ms: 5000,
    snapshot_every_ms: 60_000,
    disk_free_bytes_min: 268_435_456,
  });
  assert.equal(config.market, {
    book: "every",
    stale: { freeze_ms: 15_000, stop_ms: 120_000 },
    gap: { stop_ms: 60_000, trades_max: 20_000 },
    jump_pct_max: 20,
    late_s_max: 86_400,
    embedded: { ticks_per_s: 10, faults: [] },
  });
  assert.equal(config.binance, {
    ws_url: "wss://data-stream.binance.vision",
    rest_url: "https://data-api.binance.vision",
    connect_timeout_ms: 10_000,
    request_timeout_ms: 5000,
    stall_ms: 10_000,
    backoff: { first_ms: 500, most_ms: 30_000 },
    attempts: { limit: 100, window_ms: 300_000 },
    renew_after_ms: 82_800_000,
    lost_after_ms: 120_000,
    probe_every_ms: 10_000,
    errors: { limit: 20, window_ms: 300_000 },
    clock: { offset_ms_max: 1000, stop_ms: 60_000 },
    frame_bytes_max: 65_536,
    deadletters_per_min_max: 60,
  });
  assert.equal(config.watchdog, {
    heartbeat_every_ms: 10_000,
    stop_poll_ms: 200,
    role_late_ms: 45_000,
    restarts_max: 3,
    scrub_bytes_per_s: 4_194_304,
    sample_every_ms: 10_000,
    rss_mb_max: 1024,
    heap_mb_max: 800,
    cpu_pct_max: 400,
    handles_max: 512,
    loop_lag_ms_max: 5000,
    loop_stalled_ms: 15_000,
  });
  assert.equal(config.risk.low_profit, {
    trades: 20,
    window_ms: 21_600_000,
    loss_max: "0.02",
    freeze_ms: 3_600_000,
    action: "FREEZE",
  });
  assert.equal([config.guards.secrets.allow_env, config.policy.directory], [[], "policies"]);
});

test("the schema stands alone, and describes every key", () => {
  new Ajv2020({ strict: true }).compile(CONFIG_SCHEMA as object);
  type Node = { description?: string; default?: unknown; properties?: Record<string, Node>; items?: Node };
  function visit(node: Node, path: string): void {
    for (const [key, child] of Object.entries({ ...node.properties, ...node.items?.properties })) {
      assert.ok(child.description !== undefined, `${path}.${key} has no description`);
      const isGiven = ["$schema", "id", "name", "capital", "kind"].includes(key);
      assert.ok(child.default !== undefined || isGiven, `${path}.${key} has no default`);
      visit(child, `${path}.${key}`);
    }
  }
  visit(CONFIG_SCHEMA as Node, "");
});

test("loadConfig() reads JSON as it reads YAML", () => {
  const text = '{\n\t"symbols": ["BTCUSDT"],\n\t"risk": {\n\t\t"drawdown": {"limit": "0.1"}\n\t}\n}';
  const config = configWith([], { text, form: "json" });
  assert.equal(config, configWith([], { text, form: "yaml" }));
  assert.equal(config.risk.drawdown, { limit: "0.1", action: "STOP" });
});

test("loadConfig() takes flags over the file, the last one first", () => {
  const config = configWith([
    "symbols=[BTCUSDT]",
    "risk.drawdown.limit=0.02",
    "risk.drawdown.limit=0.01",
    "strategy.list.1.capital=5000",
    "strategy.list.0.parameters.period=20",
    "duration_ms=60000",
  ]);
  assert.equal(config.symbols, ["BTCUSDT"]);
  assert.is(config.risk.drawdown.limit, "0.01");
  assert.equal(config.strategy.list.map(({ capital }) => capital), ["10000", "5000"]);
  assert.is(config.strategy.list[0]!.parameters["period"], 20);
  assert.is(config.strategy.list[0]!.parameters["oversold"], 30);
  assert.is(config.duration_ms, 60_000);
  assert.is(configWith(["strategy.list.0.id=first"], { text: null }).strategy.list[0]!.id, "first");
});

test("loadConfig() names all that is wrong with a file at once", () => {
  const text = `
mode: nore
duration: 7h
source: kraken
symbols: [btcusdt, BTCUSDT, BTCUSDT]
queues: { names: [market_ticks] }
strategy: { list: [{ id: Trend, name: momentum }] }
risk: { drawdown: { limit: 0.05, actoin: STOP }, night_loss: { action: REDUCE } }
ai: { advice: obey }
binance: { ws_url: x }
logging: 5
`;
  assert.equal(
    [...problemsOf([], { text })].sort(),
    [
      'ai.advice: "obey", expected one of "shadow", "filter"',
      'binance.ws_url: "x", expected URL such as wss://data-stream.binance.vision',
      'duration: unknown key, did you mean "duration_ms"',
      "logging: 5, expected object",
      'mode: "nore", expected "NORE"',
      "queues.names: a list of 1, expected the 14 queues of the contract, in its order",
      'risk.drawdown.actoin: unknown key, did you mean "action"',
      'risk.drawdown.limit: 0.05, expected string with a decimal above 0 and at most 1, such as "0.05", no trailing zeros',
      'risk.night_loss.action: "REDUCE", expected one of "DENY", "FREEZE", "STOP"',
      'source: "kraken", expected one of "embedded", "binance"',
      "strategy.list.0.capital: missing",
      'strategy.list.0.id: "Trend", expected lower-case name such as "trend_1", at most 32 characters',
      'symbols.0: "btcusdt", expected symbol such as BTCUSDT: 5 to 20 capitals and digits',
      "symbols: a list of 3, expected 1 to 16 symbols that differ, such as [BTCUSDT, ETHUSDT]",
    ].sort(),
  );
});

test("loadConfig() names wrong flags and wrong values together", () => {
  assert.equal(problemsOf(["risk.drawdwn.limit=1", "mode=test", "strategy.list.2.id=x", "duration_ms=7h"]), [
    '--set risk.drawdwn: unknown key, did you mean "drawdown"',
    "--set strategy.list.2: no such entry, expected a number from 0 to below 2",
    'mode: "test", expected "NORE"',
    'duration_ms: "7h", expected integer from 0 to 604800000 (ms)',
  ]);
});

test("loadConfig() refuses what two settings contradict each other in", () => {
  assert.equal(problemsOf(["strategy.list.1.id=reversion"]), [
    'strategy.list.0.id and strategy.list.1.id: both "reversion", expected ids that differ',
  ]);
});

test("loadConfig() refuses a text that is not one plain mapping", () => {
  const faults: readonly (readonly [string, "yaml" | "json", string])[] = [
    ["", "yaml", "the whole: null, expected object"],
    ["[]", "yaml", "the whole: a list of 0, expected object"],
    ["mode: NORE\nmode: NORE\n", "yaml", "Map keys must be unique at line 2, column 1"],
    ['{"mode": "NORE", "mode": "NORE"}', "json", "Map keys must be unique"],
    ["mode: NORE", "json", "JSON"],
    ["symbols: [A", "yaml", "at line 1"],
    ["__proto__: {}", "yaml", "__proto__: unknown key"],
    ["<<: { mode: NORE }", "yaml", "<<: unknown key"],
  ];
  for (const [text, form, message] of faults) {
    const [problem] = problemsOf([], { text, form });
    assert.ok(problem!.includes(message), `${problem} has no ${message}`);
  }
  assert.ok(problemsOf(["mode=NORE"], { text: "" }).includes("the whole: null, expected object"));
});

test("effectiveConfigText() is the same for equal settings, in whatever order they are written", () => {
  const texts = fc.shuffledSubarray(
    [
      "$schema: ./nore.v1.schema.json",
      "mode: NORE",
      "duration_ms: 60000",
      "symbols: [BTCUSDT]",
      "logging: { commit_lines: 10, commit_ms: 5 }",
      "strategy: { list: [{ name: momentum, parameters: { b: 1, a: { d: 2, c: 3 } }, capital: '5', id: a }] }",
      "risk: { trade_rate: { limit: 5 }, order_fraction: '0.2' }",
    ],
    { minLength: 7 },
  );
  const expected = effectiveConfigText(
    configWith([], { text: [...fc.sample(texts, 1)[0]!].sort().join("\n") }),
  );
  fc.assert(
    fc.property(texts, (lines) => {
      assert.is(effectiveConfigText(configWith([], { text: lines.join("\n") })), expected);
    }),
    { numRuns: 20 },
  );
  assert.ok(
    expected.startsWith('{"mode":"NORE","duration_ms":60000,"symbols":["BTCUSDT"],"source":"embedded",'),
  );
  assert.ok(expected.includes(
    '{"id":"a","name":"momentum","capital":"5","parameters":{"a":{"c":3,"d":2},"b":1},' +
      '"order":{"type":"MARKET","tif":"GTC"}}',
  ));
  assert.not.match(expected, "$schema");
});

test("effectiveConfigText() can be read again, and gives the same bytes", () => {
  const text = effectiveConfigText(configWith(["risk.exposure.limit=0.5"], { text: CONFIG_TEXT }));
  assert.is(effectiveConfigText(configWith([], { text, form: "json" })), text);
});

test("loadConfig() keeps to the ends of its ranges", () => {
  const ranges: readonly (readonly [string, readonly unknown[], readonly unknown[]])[] = [
    ["duration_ms", [0, 604_800_000], [-1, 604_800_001, 0.5]],
    ["market.embedded.ticks_per_s", [1, 1000], [0, 1001]],
    ["market.book", ["every", "changed", 1, 9999], [0, 60_001, "none"]],
    ["market.embedded.faults", ["[]", "[{ kind: gap }]"], [
      "[{}]",
      "[{ kind: fire }]",
      "[{ kind: gap, count: 0 }]",
    ]],
    ["symbols", ["[ABCDE]", `[${Array.from({ length: 16 }, (_, i) => `COIN${i + 10}`)}]`], [
      "[]",
      "[ABCD]",
      `[${Array.from({ length: 17 }, (_, i) => `COIN${i + 10}`)}]`,
      "BTCUSDT",
    ]],
    ["risk.order_fraction", ["0.00000001", "0.8"], [0, "0.000000001", "1.1", "-0.1", "1e-3", "0.10"]],
    ["risk.drawdown.limit", ["1", "0.5"], ["0", "2"]],
    ["risk.order_size.limit", ["1000", "12.5", "0.00000001"], ["0", "-5", "1.0"]],
    ["risk.trade_rate.limit", [1, 100_000], [0, 100_001]],
    ["risk.symbol_exposure.limit", ["1", "0.05"], ["0", "1.1"]],
    ["risk.open_orders.limit", [1, 64], [0, 65]],
    ["risk.stale_price.limit_ms", [1, 3_600_000], [0, 3_600_001]],
    ["risk.cooldown.after_loss_ms", [0, 86_400_000], [-1, 86_400_001]],
    ["risk.stoploss_guard.losses", [1, 1000], [0, 1001]],
    ["risk.low_profit.loss_max", ["1", "0.00000001"], ["0", "2"]],
    ["binance.rest_url", ["http://127.0.0.1:9000"], ["127.0.0.1:9000", "http://a/b", "ftp://a"]],
    ["execution.fees.taker", ["0", "0.99999999"], ["1", "-0.001"]],
    ["execution.latency_ms", [0, 59_999], [-1, 60_001]],
    ["logging.rotate_bytes", [4096], [4095]],
    ["logging.commit_ms", [1, 999], [0, 1000]],
    ["logging.commit_lines", [1, 1000], [0, 1001]],
    ["watchdog.stop_poll_ms", [10, 500], [9, 501]],
    ["audit.anchor_mirror", ["stdout", "/mnt/other"], ['""']],
    ["audit.key_file", ["null", "~", "", "/keys/anchor"], ['""', "[]"]],
    ["guards.secrets.allow_env", ["[]", "[CI_TOKEN]"], ["[1A]", "[A, A]", "CI_TOKEN"]],
    ["container.require_hardened", [false, true], ["yes", 1]],
  ];
  for (const [path, fits, doesNot] of ranges) {
    for (const value of fits) configWith([`${path}=${value}`]);
    for (const value of doesNot) assert.match(problemsOf([`${path}=${value}`])[0]!, path);
  }
});

test.run();
