import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

/** The house rules, as tests: where things live, what may import what, what may be called where. */

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

function filesIn(folder: string, ending: string = ".ts"): readonly string[] {
  return (readdirSync(`${root}/${folder}`, { recursive: true }) as string[])
    .map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(ending))
    .sort();
}

const read = (path: string): string => readFileSync(`${root}/${path}`, "utf8");
const sources = filesIn("src");
/** What a worker is started from, which no runtime would translate for it. */
const scripts = filesIn("src", ".mjs");
const tests = filesIn("test").filter((path) => path.endsWith("_test.ts"));

/** Without comments and the text in quotes and templates, so that only code is looked at. */
function codeOf(path: string): string {
  return read(path)
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|\s)\/\/.*$/gm, "")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
}

/** What a file imports from this project, as paths from the root. */
function importsOf(path: string): readonly string[] {
  const folder = new URL(`file:///${path}`);
  return [...read(path).matchAll(/\bfrom "(\.{1,2}\/[^"]+)"|\bimport\("(\.{1,2}\/[^"]+)"\)/g)]
    .map((match) => new URL(match[1] ?? match[2]!, folder).pathname.slice(1));
}

const WORKER = "src/streams/ai/worker/";

/** The room of a file: the folder below src, or the file itself where it stands alone; the isolated program has its own. */
function roomOf(path: string): string {
  return path.startsWith(WORKER) ? "worker" : path.split("/")[1]!;
}

/** A file that may import more than its room does has a row of its own. */
function rulesOf(path: string): readonly string[] {
  if (roomOf(path) === "worker") return MAY_IMPORT["worker"]!;
  return MAY_IMPORT[path.slice(path.lastIndexOf("/") + 1)] ?? MAY_IMPORT[roomOf(path)]!;
}

/** Which rooms each room may import from, itself included. Data flows one way. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: ["core"],
  streams: ["core", "streams"],
  worker: ["core", "streams", "worker"], // nobody imports it: it is bundled, and runs in a process of its own
  policy: ["core", "policy"],
  "policy_layer.ts": ["core", "edge", "policy"], // joins the guards with the machine that they look at
  sinks: ["core", "sinks"],
  edge: ["core", "edge"],
  verify: ["core", "sinks", "verify"],
  "pipeline.ts": ["core", "streams", "policy", "sinks"],
  night: ["core", "streams", "policy", "sinks", "pipeline.ts", "night"],
  commands: ["core", "streams", "policy", "sinks", "edge", "verify", "night", "commands"],
  "main.ts": ["commands", "edge"],
};

test("src/ every file lives in a known room", () => {
  const unknown = sources.filter((path) => !(roomOf(path) in MAY_IMPORT));
  assert.equal(unknown, []);
});

test("src/ imports go one way only", () => {
  const wrong = sources.flatMap((path) =>
    importsOf(path)
      .filter((target) => !rulesOf(path).includes(roomOf(target)))
      .map((target) => `${path} imports ${target}`)
  );
  assert.equal(wrong, []);
});

/** Only these rooms may touch the machine: its clock, its randomness, its files, its process. */
const EDGES: readonly string[] = ["edge", "commands", "main.ts"];
/** The isolated program's way in, and what tries its walls. */
const WORKER_EDGES: readonly string[] = [`${WORKER}main.ts`, `${WORKER}probe.ts`];
const isEdge = (path: string): boolean => EDGES.includes(roomOf(path)) || WORKER_EDGES.includes(path);
const MACHINE = [
  /\bDate\.now\b/,
  /\bnew Date\(\)/,
  /\bperformance\.now\b/,
  /\bMath\.random\b/,
  /\bconsole\./,
  /\bDeno\./,
  /\bprocess\.(?:env|argv|exit|on|pid|std|cwd|kill|memoryUsage|hrtime)/,
  /\bfetch\(/,
  /\bsetTimeout\(/,
  /\bsetInterval\(/,
];

test("src/ only edges touch the machine", () => {
  const wrong = sources.filter((path) => !isEdge(path)).flatMap((path) => {
    const code = codeOf(path);
    return MACHINE.filter((pattern) => pattern.test(code)).map((pattern) => `${path}: ${pattern.source}`);
  });
  assert.equal(wrong, []);
});

test("src/ only edges import modules of the machine", () => {
  const pure = ["node:crypto", "node:buffer"];
  const wrong = sources.filter((path) => !isEdge(path)).flatMap((path) =>
    [...read(path).matchAll(/from "(node:[^"]+)"/g)]
      .filter(([, name]) => !pure.includes(name!))
      .map(([, name]) => `${path} imports ${name}`)
  );
  assert.equal(wrong, []);
});

/** What a file takes from modules that are not ours, types aside: module → names. */
function packagesOf(path: string): readonly (readonly [module: string, names: string])[] {
  const code = read(path).replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
  const named = [...code.matchAll(/\bimport\s+(?!type\b)([^"();]+?)\s+from\s+"([^".][^"]*)"/g)]
    .map(([, names, module]) => [module!, names!] as const);
  const other = [
    ...code.matchAll(/\bimport\s*\(?\s*"([^".][^"]*)"|\bexport\s[^"();]*?\bfrom\s+"([^".][^"]*)"/g),
  ]
    .map(([, imported, exported]) => [imported ?? exported!, "all of it"] as const);
  return [...named, ...other].map(([module, names]) => [
    module,
    names.replace(/\btype\s+\w+,?|[{}\s]/g, " ").trim().replace(/\s+/g, " ").replace(/,$/, ""),
  ]);
}

/** All that can carry a byte out of the process, or start somebody who can. Whoever takes it, and what, stands here. */
const WAYS_OUT =
  /^(?:ws|undici|axios|(?:node:)?(?:https?2?|net|tls|dgram|dns(?:\/promises)?|inspector|child_process|cluster|worker_threads|module|vm))$/;
const MAY_REACH_OUT: readonly string[] = [
  "src/commands/gates/kill_while_writing.ts: spawn from node:child_process", // itself, to be killed
  "src/edge/code_version.ts: execFileSync from node:child_process", // git
  "src/edge/http_get.ts: get as getPlain from node:http",
  "src/edge/http_get.ts: get as getSecure from node:https",
  "src/edge/kernel_lock.ts: createServer from node:net",
  "src/edge/loop_watchdog.ts: Worker from node:worker_threads",
  "src/edge/loop_watchdog_worker.mjs: parentPort, workerData from node:worker_threads",
  "src/edge/own_program.ts: spawn from node:child_process",
  "src/edge/probe_targets.ts: createServer from node:net", // on loopback, to see who comes
  "src/edge/probe_targets.ts: createSocket from node:dgram",
  "src/edge/spawn_isolated.ts: spawn from node:child_process",
  "src/edge/venue_server.ts: WebSocketServer from ws",
  "src/edge/venue_server.ts: createServer from node:http",
  "src/edge/web_socket.ts: WebSocket from ws",
  "src/streams/ai/worker/probe.ts: connect from node:net", // in vain, as the probe proves
  "src/streams/ai/worker/probe.ts: createSocket from node:dgram",
  "src/streams/ai/worker/probe.ts: promises as dns from node:dns",
  "src/streams/ai/worker/probe.ts: spawnSync from node:child_process",
];

test("src/ only named files reach out of the process, by what is named here", () => {
  const taken = [...sources, ...scripts].flatMap((path) =>
    packagesOf(path)
      .filter(([module, names]) => WAYS_OUT.test(module) && names !== "")
      .map(([module, names]) => `${path}: ${names} from ${module}`)
  );
  assert.equal(taken.sort(), MAY_REACH_OUT);
});

test("src/ takes no way out that needs no import", () => {
  const global =
    /\bfetch\b|\bXMLHttpRequest\b|\bEventSource\b|\bWebSocketStream\b|\bsendBeacon\b|\brequire\b|\bgetBuiltinModule\b|\bprocess\.binding\b|\beval\(|\bnew Function\b|\bDeno\.(?:connect|listen|serve|createHttpClient|Command|run|dlopen|upgradeWebSocket)/;
  const wrong = [...sources, ...scripts].filter((path) => global.test(codeOf(path)));
  const dialers = sources.filter((path) => /\bnew WebSocket\(/.test(codeOf(path)));
  assert.equal({ wrong, dialers }, { wrong: [], dialers: ["src/edge/web_socket.ts"] });
});

test("src/ whoever opens a connection stands behind the guard of the network", () => {
  const openers = ["src/edge/http_get.ts", "src/edge/web_socket.ts"];
  const taken = sources.flatMap((path) =>
    importsOf(path).filter((target) => openers.includes(target)).map((target) => `${path} → ${target}`)
  );
  assert.equal(taken, openers.map((target) => `src/edge/network.ts → ${target}`));
  const unguarded = sources.filter((path) => /\bopenNetwork\b/.test(codeOf(path)));
  assert.equal(unguarded, ["src/commands/doctor.ts", "src/edge/network.ts"]); // doctor puts a guard before it
});

test("src/ asks over HTTP by a constant GET, and nobody can make it another verb, sign a request or name an order", () => {
  const asking = read("src/edge/http_get.ts");
  assert.equal(asking.match(/\bmethod"?\s*[:=][^,}]*/g), ['method: "GET"']);
  assert.not.match(codeOf("src/edge/http_get.ts"), /\.\.\.|request\.(?:write|end|setHeader)\(|\bheaders:/);
  const forbidden =
    /["'`](?:POST|PUT|DELETE|PATCH)["'`]|createHmac|\.subtle\b|X-MBX-APIKEY|\bv\d+\/order\b|["'`]order\.|listenKey|ws-api|ws-fapi/i;
  assert.equal([...sources, ...scripts].filter((path) => forbidden.test(read(path))), []);
});

test("src/ is TypeScript, but for what a worker is started from", () => {
  const other = filesIn("src", "").filter((path) => /\.\w+$/.test(path) && !path.endsWith(".ts"));
  assert.equal(other, ["src/edge/loop_watchdog_worker.mjs"]);
  const starters = sources.filter((path) => read(path).includes("loop_watchdog_worker.mjs"));
  assert.equal(starters, ["src/edge/loop_watchdog.ts"]);
});

test("src/ the core calls no function of Math that engines may round differently", () => {
  const inexact =
    /\bMath\.(?!abs|ceil|floor|imul|max|min|round|sign|sqrt|trunc)\w+|\*\*(?! )|\.toLocale|\bIntl\./;
  const wrong = sources.filter((path) => ["core", "streams", "sinks", "worker"].includes(roomOf(path)))
    .filter((path) => inexact.test(codeOf(path)));
  assert.equal(wrong, []);
});

test("src/ every file is reached from main.ts, or from that of the isolated program", () => {
  const reached = new Set<string>();
  const visit = (path: string) => {
    if (reached.has(path)) return;
    reached.add(path);
    importsOf(path).forEach(visit);
  };
  visit("src/main.ts");
  visit(`${WORKER}main.ts`);
  assert.equal(sources.filter((path) => !reached.has(path)), []);
});

/** Types alone: nothing in them can be run. */
const TYPES_ONLY: readonly string[] = [
  "src/core/advice.ts",
  "src/core/event.ts",
  "src/core/feed_counts.ts",
  "src/core/machine.ts",
  "src/core/ports.ts",
  "src/core/process_facts.ts",
  "src/core/run_identity.ts",
  "src/core/start_problem.ts",
  "src/core/symbol_rules.ts",
  "src/streams/risk/risk_check.ts",
  "src/streams/sources/binance/venue_message.ts",
];
const WITHOUT_TEST = [...TYPES_ONLY, "src/main.ts", `${WORKER}main.ts`];

test("test/ mirrors src/", () => {
  const missing = sources.filter((path) => !WITHOUT_TEST.includes(path))
    .map((path) => path.replace(/^src/, "test").replace(/\.ts$/, "_test.ts"))
    .filter((path) => !tests.includes(path));
  assert.equal(missing, []);
});

test("package.json exempts from coverage what cannot be run, and nothing else", () => {
  const { c8 } = JSON.parse(read("package.json")) as { c8: { exclude: readonly string[] } };
  assert.equal([...c8.exclude].sort(), [...WITHOUT_TEST].sort());
});

test("test/ every file runs its tests", () => {
  const silent = tests.filter((path) => !/^test\.run\(\);$/m.test(read(path)));
  assert.equal(silent, []);
});

test("files are named in snake_case and have at most 300 lines", () => {
  const all = [...sources, ...filesIn("test"), ...filesIn("bench"), ...filesIn("scripts")];
  const misnamed = all.filter((path) => !/^[a-z0-9_]+\.ts$/.test(path.slice(path.lastIndexOf("/") + 1)));
  const long = all.filter((path) => read(path).split("\n").length > 301);
  assert.equal({ misnamed, long }, { misnamed: [], long: [] });
});

test("src/ holds no leftovers", () => {
  const marks = /\b(TODO|FIXME|XXX|HACK)\b|\b(utils|helpers|manager)\b\.ts/;
  assert.equal(
    [...sources, ...tests].filter((path) => path !== "test/tidy_test.ts" && marks.test(read(path))),
    [],
  );
});

test("src/ subscribes once, in the night", () => {
  const subscribers = sources.filter((path) => /\.subscribe\(/.test(codeOf(path)));
  assert.equal(subscribers, ["src/streams/operators/feedback.ts"]);
});

test("packages of the program are all used", () => {
  const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
  const text = [...sources.map(read), read("bin/nore.mjs")].join("\n");
  const unused = Object.keys(dependencies).filter((name) => !new RegExp(`"${name}["/]`).test(text));
  assert.equal(unused, []);
});

test.run();
