import { connect } from "node:net";
import { asyncScheduler } from "rxjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Venue, VenueClient } from "../../src/core/ports.ts";
import { pacedClock } from "../../src/edge/clocks.ts";
import { httpGet } from "../../src/edge/http_get.ts";
import { serveVenue, type VenueServer } from "../../src/edge/venue_server.ts";
import { webSocketDialer } from "../../src/edge/web_socket.ts";
import { embeddedMarket } from "../../src/streams/sources/embedded/embedded_market.ts";
import { embeddedVenue } from "../../src/streams/sources/embedded/embedded_venue.ts";

/** A venue that writes down what it is told; `serve` hears of each word of a connection. */
function madeUpVenue(more: Partial<Venue> = {}) {
  const told: (string | Uint8Array)[] = [];
  const clients: VenueClient[] = [];
  const serve = { word: (_: string | Uint8Array, __: VenueClient) => {} };
  const venue: Venue = {
    refusal: (path) =>
      path.startsWith("/ws")
        ? null
        : { status: 429, headers: { "retry-after": "9" }, body: "no", delayMs: 0 },
    accept(path, client) {
      clients.push(client);
      const tell = (word: string | Uint8Array) => {
        told.push(word);
        serve.word(word, client);
      };
      tell(`accepted ${path}`);
      return {
        received: tell,
        pinged: () => tell("<pinged>"),
        ponged: (payload) => tell(`<ponged ${payload}>`),
        closed: () => tell("<closed>"),
      };
    },
    answer: (method, path) => ({
      status: 203,
      headers: { "x-mbx-used-weight-1m": "7" },
      body: `${method} ${path} €`,
      delayMs: path === "/slow" ? 60 : path === "/never" ? 3_600_000 : 0,
    }),
    ...more,
  };
  return { venue, told, clients, serve };
}

async function served(venue: Venue, work: (server: VenueServer) => Promise<void>): Promise<void> {
  const server = await serveVenue(venue);
  try {
    await work(server);
  } finally {
    await server.close();
  }
}

const LIMITS = { timeoutMs: 10_000, bytesMax: 1000 };

/** Dials and keeps what comes; `react` is called after each word. */
function dialed(
  url: string,
  react: (word: string | Uint8Array, socket: ReturnType<typeof webSocketDialer.dial>) => void = () => {},
) {
  const words: (string | Uint8Array)[] = [];
  const closed = new Promise<string>((resolve) => {
    const tell = (word: string | Uint8Array) => {
      words.push(word);
      react(word, socket);
    };
    const socket = webSocketDialer.dial(url, { timeoutMs: 10_000, frameBytesMax: 1_000_000 }, {
      opened: () => tell("<opened>"),
      received: tell,
      signed: () => tell("<signed>"),
      closed: resolve,
    });
  });
  return { words, closed };
}

test("serveVenue() hands frames and pings both ways", async () => {
  const { venue, told, serve } = madeUpVenue();
  serve.word = (word, client) => {
    if (word === "hello") {
      client.send("text");
      client.send(Uint8Array.of(1, 2));
      client.ping("20");
    }
    if (word === "<ponged 20>") client.close({ code: 1008, reason: "Enough" });
  };
  await served(venue, async ({ wsUrl }) => {
    const { words, closed } = dialed(`${wsUrl}/ws/btcusdt@trade?a=b`, (word, socket) => {
      if (word === "<opened>") {
        socket.ping();
        socket.send("hello");
      }
    });
    assert.is(await closed, 'Closed by the other side with code 1008 and "Enough"');
    assert.equal(words.filter((word) => word !== "<signed>"), ["<opened>", "text", Uint8Array.of(1, 2)]);
    assert.is(words.filter((word) => word === "<signed>").length, 2);
  });
  assert.equal(told, [
    "accepted /ws/btcusdt@trade?a=b",
    "<pinged>",
    "hello",
    "<ponged 20>",
    "<closed>",
  ]);
});

test("serveVenue() cuts the line where the venue says so, and is silent after it", async () => {
  const { venue, told, serve } = madeUpVenue();
  serve.word = (word, client) => {
    if (word !== "cut me") return;
    client.close(null);
    client.send("late");
    client.ping("late");
    client.close(null);
  };
  await served(venue, async ({ wsUrl }) => {
    const { words, closed } = dialed(`${wsUrl}/ws`, (word, socket) => {
      if (word === "<opened>") socket.send("cut me");
    });
    assert.is(await closed, "Connection broke off without a close frame");
    assert.equal(words, ["<opened>"]);
  });
  assert.equal(told, ["accepted /ws", "cut me", "<closed>"]);
});

test("serveVenue() refuses with the venue's answer", async () => {
  const { venue, told } = madeUpVenue();
  await served(venue, async ({ wsUrl }) => {
    assert.is(await dialed(`${wsUrl}/elsewhere`).closed, 'Connection refused with HTTP 429, Retry-After "9"');
  });
  assert.equal(told, []);
});

test("serveVenue() cuts who sends a frame that is too long", async () => {
  const { venue, told } = madeUpVenue();
  await served(venue, async ({ wsUrl }) => {
    const reason = await dialed(`${wsUrl}/ws`, (_, socket) => socket.send("x".repeat(65_537))).closed;
    assert.match(reason, /1009|broke off|reset/);
  });
  assert.equal(told, ["accepted /ws", "<closed>"]);
});

test("serveVenue() cuts who reads nothing, before it takes all memory", async () => {
  const { venue, told, clients } = madeUpVenue();
  await served(venue, async ({ port }) => {
    const key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n";
    const socket = connect(port, "127.0.0.1");
    socket.write(`GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${key}\r\n`);
    await new Promise((resolve) => socket.once("data", resolve));
    socket.pause();
    const frame = "x".repeat(1_000_000);
    for (let sent = 0; sent < 40; sent++) clients[0]!.send(frame);
    const isClosed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => {}); // a reset is one way to be cut
    socket.resume();
    await isClosed;
    assert.ok(socket.bytesRead < 40_000_000, `${socket.bytesRead} bytes came`);
  });
  assert.equal(told, ["accepted /ws", "<closed>"]);
});

test("serveVenue() answers requests, late where the venue says so", async () => {
  await served(madeUpVenue().venue, async ({ restUrl }) => {
    const { status, headers, body } = await httpGet(`${restUrl}/api/v3/time?a=b`, LIMITS);
    assert.is(status, 203);
    assert.is(headers.get("x-mbx-used-weight-1m"), "7");
    assert.is(body, "GET /api/v3/time?a=b €");
    const slow = await httpGet(`${restUrl}/slow`, LIMITS);
    assert.is(slow.body, "GET /slow €");
    assert.ok(slow.elapsedMs >= 50, `${slow.elapsedMs} ms`);
  });
});

test("serveVenue() plays the embedded market: what a client missed is there over REST", async () => {
  const startTs = 1_795_298_400_000;
  const symbols = ["BTCUSDT"];
  const venue = embeddedVenue({
    market: embeddedMarket({ seed: 7, symbols, startTs, ticksPerS: 1000 }),
    symbols,
    ticksPerS: 1000,
    faults: [{ kind: "gap", after_ms: 50, every_ms: 0, for_ms: 1, count: 5 }],
    clock: pacedClock(startTs, 1),
    speed: 1,
    scheduler: asyncScheduler,
    startTs,
  });
  const ids: number[] = [];
  const isGap = (id: number, i: number) => i > 0 && id !== ids[i - 1]! + 1;
  try {
    await served(venue, async ({ wsUrl, restUrl }) => {
      await dialed(`${wsUrl}/stream?streams=btcusdt@trade`, (word, socket) => {
        if (word === "<opened>") return;
        ids.push(JSON.parse(word as string).data.t);
        if (ids.some(isGap)) socket.close();
      }).closed;
      const fromId = ids.at(-1)! - 5;
      const url = `${restUrl}/api/v3/historicalTrades?symbol=BTCUSDT&fromId=${fromId}&limit=5`;
      const trades = JSON.parse((await httpGet(url, LIMITS)).body) as readonly { readonly id: number }[];
      assert.equal(trades.map(({ id }) => id), [0, 1, 2, 3, 4].map((i) => fromId + i));
      assert.is(ids.at(-2), fromId - 1);
    });
  } finally {
    venue.close();
  }
  const { gaps, withheldTrades } = venue.account();
  assert.equal({ gaps, withheldTrades }, { gaps: 1, withheldTrades: 5 });
});

test("close() ends connections and answers under way, and frees the port", async () => {
  const { venue, told } = madeUpVenue();
  const server = await serveVenue(venue);
  const answer = httpGet(`${server.restUrl}/never`, LIMITS).catch((error: Error) => error.message);
  let opened = () => {};
  const isOpen = new Promise<void>((resolve) => opened = resolve);
  const { closed } = dialed(`${server.wsUrl}/ws`, opened);
  await isOpen;
  await server.close();
  assert.match(await closed, /broke off|reset/);
  assert.type(await answer, "string");
  assert.is(await dialed(`${server.wsUrl}/ws`).closed, "Connection refused (ECONNREFUSED)");
  assert.equal(told, ["accepted /ws", "<closed>"]);
});

test.run();
