// Built by scripts/build_ai_worker.ts from src/streams/ai/worker.

// src/streams/ai/worker/main.ts
import process2 from "node:process";

// src/streams/ai/worker/probe.ts
import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { promises as dns } from "node:dns";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import process from "node:process";

// src/core/ai_mail.ts
var UNPROVEN_MODEL = "online";
function modelIdOf(modelSha256) {
  return `model_${modelSha256.slice(0, 16)}`;
}
var PROBE_ATTEMPTS = [
  "read_outside",
  "write_outside",
  "tcp",
  "udp",
  "dns",
  "unix_socket",
  "environment",
  "spawn",
  "addon",
  "sqlite",
  "signal_parent"
];

// src/streams/ai/worker/probe.ts
async function tryAll(targets, timeoutMs = ATTEMPT_MS_MAX) {
  return await Promise.all(PROBE_ATTEMPTS.map(async (name) => {
    try {
      const got = await within(timeoutMs, ATTEMPTS[name](targets));
      return { name, succeeded: true, detail: short(got) };
    } catch (error) {
      return { name, succeeded: false, detail: short(errorText(error)) };
    }
  }));
}
var ATTEMPT_MS_MAX = 1e3;
var ATTEMPTS = {
  read_outside: ({ read_path }) => firstOf([read_path, "/etc/passwd"], readIt),
  write_outside: ({ write_folder }) => firstOf([write_folder, "/tmp", "/dev/shm"], writeInto),
  tcp: ({ tcp_port }) => connected({ host: LOOPBACK, port: tcp_port }),
  udp: ({ udp_port }) => sendDatagram(udp_port),
  dns: ({ udp_port }) => askForName(udp_port),
  unix_socket: ({ unix_path }) => connected({ path: unix_path }),
  environment: seeEnvironment,
  spawn: () => firstOf([process.execPath, "/bin/true", "/bin/sh"], startProgram),
  addon: () => firstOf(LIBRARIES, loadLibrary),
  sqlite: ({ write_folder }) => openDatabase(write_folder),
  signal_parent: signalHost
};
var LOOPBACK = "127.0.0.1";
function firstOf(values, attempt) {
  let first;
  for (const value of values) {
    try {
      return attempt(value);
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}
function readIt(path) {
  return `${readFileSync(path).length} bytes of ${path}`;
}
function writeInto(folder) {
  const path = `${folder}/nore_ai_probe_${process.pid}`;
  writeFileSync(path, "written by the AI process");
  rmSync(path, { force: true });
  return path;
}
function connected(target) {
  return new Promise((resolve, reject) => {
    const socket = connect(target, () => {
      socket.destroy();
      resolve("connected");
    });
    socket.unref();
    socket.on("error", reject);
  });
}
async function sendDatagram(port) {
  let refuse = () => {
  };
  const socket = createSocket("udp4");
  try {
    await new Promise((resolve, reject) => {
      refuse = reject;
      process.on("uncaughtException", refuse);
      socket.on("error", reject);
      socket.send("from the AI process", port, LOOPBACK, (error) => error ? reject(error) : resolve());
    });
    socket.close();
    return "sent";
  } finally {
    process.removeListener("uncaughtException", refuse);
    socket.unref();
  }
}
var DNS_ANSWERS = [
  "ENODATA",
  "EFORMERR",
  "ESERVFAIL",
  "ENOTFOUND",
  "ENOTIMP",
  "EREFUSED"
];
async function askForName(port) {
  const resolver = new dns.Resolver({ timeout: ATTEMPT_MS_MAX, tries: 1 });
  resolver.setServers([`${LOOPBACK}:${port}`]);
  try {
    await resolver.resolve4("nore-ai-probe.invalid");
    return "an address";
  } catch (error) {
    const { code } = error;
    if (code !== void 0 && DNS_ANSWERS.includes(code)) return `an answer: ${code}`;
    throw error;
  }
}
var MADE_UP_BY_THE_SYSTEM = "__CF_USER_TEXT_ENCODING";
function seeEnvironment() {
  const names = Object.keys(process.env).filter((name) => name !== MADE_UP_BY_THE_SYSTEM);
  if (names.length === 0) throw new Error("empty");
  return `${names.length} variables: ${names.join(", ")}`;
}
function startProgram(program) {
  const { error, pid } = spawnSync(program, ["--version"], {
    stdio: "ignore",
    timeout: ATTEMPT_MS_MAX,
    env: {}
  });
  if (error !== void 0 && !(pid > 0)) throw error;
  return program;
}
var LIBRARIES = ["libc.so.6", "libc.so", "/usr/lib/libSystem.B.dylib", "kernel32.dll"];
function loadLibrary(library) {
  try {
    process.dlopen({ exports: {} }, library);
  } catch (error) {
    if (!/self-register|napi_register|not a valid.*addon/i.test(errorText(error))) throw error;
  }
  return library;
}
async function openDatabase(folder) {
  const module = "node:sqlite";
  const { DatabaseSync } = await import(module);
  const path = `${folder}/nore_ai_probe_${process.pid}.sqlite`;
  const database = new DatabaseSync(path);
  try {
    database.exec("CREATE TABLE probe (n INTEGER)");
    return path;
  } finally {
    database.close();
    rmSync(path, { force: true });
  }
}
function signalHost({ host_pid }) {
  if (process.ppid === 0) throw new Error("no process but this one can be seen");
  return firstOf([`${process.ppid}`, `${host_pid}`], (pid) => {
    process.kill(Number(pid), 0);
    return `process ${pid}`;
  });
}
function errorText(error) {
  const { code, message } = error;
  return code === void 0 ? `${message}` : `${code}: ${message}`;
}
var DETAIL_CHARACTERS_MAX = 200;
function short(text) {
  return text.replace(/\s+/g, " ").slice(0, DETAIL_CHARACTERS_MAX);
}
async function within(timeoutMs, attempt) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came of it in ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([attempt, late]);
  } finally {
    clearTimeout(timer);
  }
}

// src/core/sha256.ts
import { createHash, hash } from "node:crypto";
function sha256Hex(data) {
  return hash("sha256", data, "hex");
}

// src/streams/ai/ai_rows.ts
var FEATURES_VERSION = "1";
var FEATURE_NAMES = [
  "return_1s",
  "return_5s",
  "return_15s",
  "return_60s",
  "displacement_3s",
  "displacement_10s",
  "displacement_60s",
  "volatility_ratio",
  "imbalance",
  "rsi",
  "spread",
  "flow",
  "signal"
];
var FEATURE_MAX = 4;
var ROW_HEAD = 3;
var ROW_LENGTH = ROW_HEAD + FEATURE_NAMES.length;

// src/streams/ai/score_calibration.ts
var SLOPE_MAX = 1;
var KEPT = 0.9995;
var PRIOR_SLOPE = 0.5;
var PRIOR_SPREAD = 10;
function scoreCalibration() {
  let weight = 0;
  let mean = 0.5;
  let meanUp = 0.5;
  let spread = 0;
  let shared = 0;
  return {
    get mean() {
      return mean;
    },
    add(score, up) {
      weight = weight * KEPT + 1;
      const off = score - mean;
      const part = 1 - 1 / weight;
      spread = spread * KEPT + part * off * off;
      shared = shared * KEPT + part * off * (up - meanUp);
      mean += off / weight;
      meanUp += (up - meanUp) / weight;
    },
    slope() {
      const slope = (shared + PRIOR_SLOPE * PRIOR_SPREAD) / (spread + PRIOR_SPREAD);
      return Math.max(0, Math.min(SLOPE_MAX, slope));
    }
  };
}

// src/streams/ai/online_learner.ts
var WEIGHTS = FEATURE_NAMES.length + 1;
var WEIGHT_MAX = 64;
var LEARNING_RATE = 0.03;
var LEARNING_START = 1;
var RIDGE = 30;
var PRIOR_ROWS = 100;
function onlineLearner(horizonMs) {
  const gradients = new Float64Array(WEIGHTS);
  const squares = new Float64Array(WEIGHTS);
  const weights = new Float64Array(WEIGHTS);
  const calibration = scoreCalibration();
  const waiting = [];
  let rows = 0;
  let ups = 0;
  function move(place, gradient) {
    const before = squares[place];
    const after = before + gradient * gradient;
    const rateChange = (Math.sqrt(after) - Math.sqrt(before)) / LEARNING_RATE;
    gradients[place] = gradients[place] + gradient - rateChange * weights[place];
    squares[place] = after;
    const weight = -gradients[place] / ((LEARNING_START + Math.sqrt(after)) / LEARNING_RATE + RIDGE);
    weights[place] = Math.max(-WEIGHT_MAX, Math.min(WEIGHT_MAX, weight));
  }
  function learnFrom(row) {
    const error = scoreOf(weights, row, ROW_HEAD) - row[2];
    for (let i = 1; i < WEIGHTS; i++) move(i, error * row[ROW_HEAD + i - 1]);
  }
  function learnUntil(ts) {
    let known = 0;
    while (known < waiting.length && waiting[known][0] + horizonMs <= ts) learnFrom(waiting[known++]);
    if (known > 0) waiting.splice(0, known);
  }
  return {
    get rows() {
      return rows;
    },
    learn(row) {
      learnUntil(row[0]);
      calibration.add(scoreOf(weights, row, ROW_HEAD), row[2]);
      waiting.push(row);
      rows++;
      ups += row[2];
    },
    model() {
      return {
        form: "logistic_1",
        horizon_ms: horizonMs,
        base_rate: (ups + PRIOR_ROWS) / (rows + 2 * PRIOR_ROWS),
        weights: [...weights],
        calibration: [calibration.mean, calibration.slope()]
      };
    }
  };
}
function scoreOf(weights, values, start) {
  let sum = weights[0];
  for (let i = 1; i < weights.length; i++) sum += weights[i] * values[start + i - 1];
  return 0.5 + 0.5 * sum / (1 + Math.abs(sum));
}

// src/streams/ai/train_model.ts
var PROBABILITY_MIN = 1e-3;
function trainModel(rows, horizonMs) {
  const learner = onlineLearner(horizonMs);
  for (const row of rows) learner.learn(row);
  return learner.model();
}
function predict(model, values, start = 0) {
  const [mean, slope] = model.calibration;
  const probability = model.base_rate + slope * (scoreOf(model.weights, values, start) - mean);
  return Math.max(PROBABILITY_MIN, Math.min(1 - PROBABILITY_MIN, probability));
}

// src/streams/ai/worker/dataset.ts
var PACK_ROWS_MAX = 2e3;
var SNAPSHOT_ROWS_MIN = 100;
function dataset(rowsMax, rows) {
  let told = rows.slice(-rowsMax);
  let fresh = [];
  let count = 0;
  function packOf(rows2) {
    const content_sha256 = sha256Hex(JSON.stringify(rows2));
    const payload = { name: "direction", version: FEATURES_VERSION, rows: rows2.length, content_sha256 };
    return { type: "feature_pack", payload, rows: rows2 };
  }
  return {
    get count() {
      return count;
    },
    get isFull() {
      return fresh.length >= PACK_ROWS_MAX;
    },
    add(row) {
      fresh.push(row);
      count++;
    },
    packs() {
      const lines = [];
      for (let from = 0; from < fresh.length; from += PACK_ROWS_MAX) {
        lines.push(packOf(fresh.slice(from, from + PACK_ROWS_MAX)));
      }
      told = [...told, ...fresh].slice(-rowsMax);
      fresh = [];
      return lines;
    },
    snapshot(horizonMs) {
      if (told.length < SNAPSHOT_ROWS_MIN) return null;
      const dataset_sha256 = sha256Hex(JSON.stringify(told));
      const payload = { rows: told.length, dataset_sha256, model: trainModel(told, horizonMs) };
      return { type: "training_snapshot", payload };
    }
  };
}

// src/streams/ai/worker/drift_watch.ts
var SPANS_MIN = 20;
var ALLOWANCE = 0.5;
var ALARM = 10;
function driftWatch(horizonMs) {
  let spanTs = NaN;
  let inSpan = 0;
  let excess = 0;
  let spans = 0;
  let mean = 0;
  let squares = 0;
  let sum = 0;
  let sinceAlarm = Infinity;
  function beginAnew() {
    spans = mean = squares = sum = 0;
  }
  function takeSpan(value) {
    sinceAlarm++;
    const off = value - mean;
    if (spans >= SPANS_MIN && squares > 0) {
      sum = Math.max(0, sum + off / Math.sqrt(squares / spans) - ALLOWANCE);
    }
    spans++;
    mean += off / spans;
    squares += off * (value - mean);
    if (sum <= ALARM) return;
    sinceAlarm = 0;
    beginAnew();
  }
  return {
    get isDrifting() {
      return sinceAlarm < SPANS_MIN;
    },
    add(ts, forecast, baseRate, up) {
      if (ts - spanTs >= horizonMs || Number.isNaN(spanTs)) {
        if (inSpan > 0) takeSpan(excess / inSpan);
        spanTs = ts;
        inSpan = excess = 0;
      }
      inSpan++;
      excess += (forecast - up) * (forecast - up) - (baseRate - up) * (baseRate - up);
    }
  };
}

// src/streams/strategies/rsi.ts
function rsi(period) {
  let before = NaN;
  let changes = 0;
  let gain = 0;
  let loss = 0;
  return {
    next(close) {
      if (Number.isNaN(before)) {
        before = close;
        return null;
      }
      const change = close - before;
      before = close;
      const up = change > 0 ? change : 0;
      const down = change < 0 ? -change : 0;
      changes = Math.min(changes + 1, period + 1);
      if (changes <= period) {
        gain += up;
        loss += down;
        if (changes < period) return null;
        gain /= period;
        loss /= period;
      } else {
        gain = (gain * (period - 1) + up) / period;
        loss = (loss * (period - 1) + down) / period;
      }
      return gain + loss === 0 ? 50 : 100 * (gain / (gain + loss));
    }
  };
}

// src/streams/ai/worker/symbol_features.ts
var SECOND_MS = 1e3;
var RETURNS_S = [1, 5, 15, 60];
var CLOSES = 64;
var MEANS_S = [3, 10, 60];
var VOLATILITY_FAST_S = 20;
var VOLATILITY_SLOW_S = 200;
var RSI_SECONDS = 14;
var RSI_SCALE = 12.5;
var SCALES = [0.3, 0.3, 0.15, 0.05, 1, 1, 0.06, 0.1, 0.1, 0.1, 0.1, 0.2, 0.5];
var FLOW_WEIGHT = 0.1;
var SIGNAL_KEPT = 0.97;
function symbolFeatures() {
  let book = null;
  let mid = NaN;
  let nextTs = -Infinity;
  const closes = new Float64Array(CLOSES);
  let closed = 0;
  const means = MEANS_S.map(() => NaN);
  const strength = rsi(RSI_SECONDS);
  let index = 50;
  let varianceFast = 0;
  let varianceSlow = 0;
  let flow = 0;
  let signal = 0;
  function closeAgo(seconds) {
    const back = Math.min(seconds, closed, CLOSES);
    return back === 0 ? mid : closes[(closed - back) % CLOSES];
  }
  function closeSecond() {
    if (closed > 0) {
      const change = mid - closeAgo(1);
      varianceFast = closerTo(varianceFast, change * change, weightOf(closed, VOLATILITY_FAST_S));
      varianceSlow = closerTo(varianceSlow, change * change, weightOf(closed, VOLATILITY_SLOW_S));
    }
    for (let i = 0; i < means.length; i++) {
      means[i] = closed === 0 ? mid : closerTo(means[i], mid, 1 / MEANS_S[i]);
    }
    index = strength.next(mid) ?? 50;
    signal *= SIGNAL_KEPT;
    closes[closed % CLOSES] = mid;
    closed++;
  }
  return {
    get mid() {
      return mid;
    },
    takeTick(tick, ts) {
      if (book !== null) {
        for (; nextTs <= ts; nextTs += SECOND_MS) closeSecond();
      }
      if (tick.kind === "book") {
        if (book === null) nextTs = ts + SECOND_MS;
        if (tick.price !== book?.price) mid = Number(tick.price);
        book = tick;
      } else if (tick.kind === "trade" && book !== null) {
        const side = tick.price === book.ask ? 1 : tick.price === book.bid ? -1 : 0;
        flow = closerTo(flow, side, FLOW_WEIGHT);
      }
    },
    takeSignal({ side, confidence }) {
      signal = side === "BUY" ? confidence : -confidence;
    },
    values() {
      if (book === null) return SCALES.map(() => 0);
      const deviation = Math.sqrt(varianceSlow);
      const unit = deviation > 0 ? deviation : Infinity;
      const faster = [mid, ...means];
      const raw = [
        ...RETURNS_S.map((seconds) => (mid - closeAgo(seconds)) / (unit * Math.sqrt(seconds))),
        ...means.map((mean, i) => closed === 0 ? 0 : (faster[i] - mean) / unit),
        deviation > 0 ? Math.sqrt(varianceFast) / deviation - 1 : 0,
        imbalanceOf(book),
        (index - 50) / RSI_SCALE,
        (Number(book.ask) - Number(book.bid)) / unit,
        flow,
        signal
      ];
      return raw.map((value, i) => bounded(value * SCALES[i]));
    }
  };
}
function imbalanceOf({ bid_qty, ask_qty }) {
  const bid = Number(bid_qty);
  const ask = Number(ask_qty);
  return bid + ask > 0 ? (bid - ask) / (bid + ask) : 0;
}
function closerTo(mean, value, weight) {
  return mean + weight * (value - mean);
}
function weightOf(count, length) {
  return 1 / Math.min(count, length);
}
function bounded(value) {
  const clipped = Math.max(-FEATURE_MAX, Math.min(FEATURE_MAX, value));
  return Math.round(clipped * 1e6) / 1e6 + 0;
}

// src/streams/ai/worker/row_maker.ts
var ROW_EVERY_MS = 2e3;
var NONE = [];
function rowMaker(symbolIndex, horizonMs) {
  let state = symbolFeatures();
  let sinceTs = NaN;
  let lastTs = NaN;
  let nextTs = 0;
  let pending = [];
  function beginAnew() {
    state = symbolFeatures();
    sinceTs = lastTs = NaN;
    pending = [];
  }
  function outcomes(ts) {
    if (pending.length === 0 || pending[0].ts + horizonMs > ts) return NONE;
    const rows = [];
    let passed = 0;
    for (; passed < pending.length; passed++) {
      const moment = pending[passed];
      if (moment.ts + horizonMs > ts) break;
      if (state.mid === moment.mid) continue;
      rows.push([moment.ts, symbolIndex, state.mid > moment.mid ? 1 : 0, ...moment.features]);
    }
    pending.splice(0, passed);
    return rows;
  }
  function isKnown(ts) {
    return ts - sinceTs >= horizonMs;
  }
  return {
    takeTick(tick, ts) {
      if (ts - lastTs > horizonMs) beginAnew();
      lastTs = ts;
      state.takeTick(tick, ts);
      if (tick.kind !== "book") return NONE;
      if (Number.isNaN(sinceTs)) sinceTs = ts;
      const rows = outcomes(ts);
      if (ts >= nextTs && isKnown(ts)) {
        nextTs = ts - ts % ROW_EVERY_MS + ROW_EVERY_MS;
        pending.push({ ts, mid: state.mid, features: state.values() });
      }
      return rows;
    },
    takeSignal(signal) {
      state.takeSignal(signal);
    },
    features(ts) {
      return isKnown(ts) && ts - lastTs <= horizonMs ? state.values() : null;
    },
    beginAnew
  };
}

// src/streams/ai/worker/schedule.ts
function schedule(everyMs) {
  let zeroTs = NaN;
  let reached = 0;
  return {
    isDue(ts) {
      if (Number.isNaN(zeroTs)) zeroTs = ts;
      const multiple = Math.floor((ts - zeroTs) / everyMs);
      if (multiple <= reached) return false;
      reached = multiple;
      return true;
    }
  };
}

// src/streams/ai/worker/adviser.ts
function adviser(task) {
  const makers = new Map(
    task.symbols.map((symbol, index) => [symbol, rowMaker(index, task.horizon_ms)])
  );
  const learner = onlineLearner(task.horizon_ms);
  const rows = dataset(task.rows_max, task.rows);
  const advice = schedule(task.advise_every_ms);
  const packing = schedule(task.pack_every_ms);
  const training = schedule(task.snapshot_every_ms);
  let proven = null;
  let modelId = UNPROVEN_MODEL;
  let drift = driftWatch(task.horizon_ms);
  task.rows.forEach((row) => learner.learn(row));
  useModel(task.model);
  function useModel(model) {
    proven = model?.horizon_ms === task.horizon_ms ? model : null;
    modelId = proven === null ? UNPROVEN_MODEL : modelIdOf(sha256Hex(JSON.stringify(proven)));
    drift = driftWatch(task.horizon_ms);
  }
  function take(event) {
    const maker = makers.get(event.payload.symbol);
    if (maker === void 0) return;
    if (event.type === "signal") maker.takeSignal(event.payload);
    if (event.type === "market_tick") maker.takeTick(event.payload, event.ts).forEach(collect);
  }
  function collect(row) {
    const model = proven ?? learner.model();
    drift.add(row[0], predict(model, row, ROW_HEAD), model.base_rate, row[2]);
    learner.learn(row);
    rows.add(row);
  }
  function recommendations(ts) {
    const model = proven ?? learner.model();
    return [...makers].flatMap(([symbol, maker]) => {
      const features = maker.features(ts);
      if (features === null) return [];
      const p_up = Math.round(predict(model, features) * 1e6) / 1e6;
      const payload = { symbol, horizon_ms: task.horizon_ms, p_up, model_id: modelId };
      return [{ type: "recommendation", payload }];
    });
  }
  return {
    batch({ seq, ts, dropped, events }) {
      if (dropped > 0) {
        for (const maker of makers.values()) maker.beginAnew();
      }
      for (const event of events) take(event);
      const lines = advice.isDue(ts) ? [...recommendations(ts)] : [];
      const isPackDue = packing.isDue(ts);
      const isTrainingDue = training.isDue(ts);
      if (isPackDue || isTrainingDue || rows.isFull) lines.push(...rows.packs());
      const snapshot = isTrainingDue ? rows.snapshot(task.horizon_ms) : null;
      if (snapshot !== null) lines.push(snapshot);
      const payload = { seq, rows: rows.count, drift: drift.isDrifting };
      return [...lines, { type: "heartbeat", payload }];
    },
    useModel
  };
}

// src/streams/ai/worker/session.ts
async function work(input, { say, tryAll: tryAll2, makeAdviser = adviser }) {
  const tell = (line) => say(`${JSON.stringify(line)}
`);
  let current = null;
  for await (const text of linesOf(input)) {
    const line = JSON.parse(text);
    if (line.type === "begin") {
      tell({ type: "probe_result", payload: { attempts: await tryAll2(line.probe) } });
      current = makeAdviser(line.task);
    } else if (current === null) {
      throw new Error(`The first line is "${line.type}", expected "begin"`);
    } else if (line.type === "model") {
      current.useModel(line.model);
    } else {
      current.batch(line).forEach(tell);
    }
  }
}
var LINE_BYTES_MAX = 64 * 1024 * 1024;
async function* linesOf(chunks, bytesMax = LINE_BYTES_MAX) {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let parts = [];
  let bytes = 0;
  const keep = (part) => {
    bytes += part.length;
    if (bytes > bytesMax) throw new Error(`A line has more than ${bytesMax} bytes`);
    parts.push(part);
  };
  for await (const chunk of chunks) {
    let rest = typeof chunk === "string" ? encoder.encode(chunk) : chunk;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      keep(rest.subarray(0, end));
      yield parts.map((part, i) => decoder.decode(part, { stream: i < parts.length - 1 })).join("");
      parts = [];
      bytes = 0;
      rest = rest.subarray(end + 1);
    }
    keep(rest);
  }
}
var NEWLINE = 10;

// src/streams/ai/worker/main.ts
await work(process2.stdin, { say: (line) => process2.stdout.write(line), tryAll });
process2.exit(0);
