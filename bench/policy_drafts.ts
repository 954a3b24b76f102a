import type { AnyDraft } from "../src/core/event.ts";
import { type Random, randomStream } from "../src/core/random.ts";
import type { Path } from "../src/policy/projection.ts";
import { asDraft, changed, intentDraft, type LooseDraft } from "../test/support/repo_policy.ts";

/** Orders that the gate allows, no two alike: each has an id of its own, as in a night. */
export function intentDrafts(count: number): readonly AnyDraft[] {
  const random = randomStream(1, "intents");
  const payload = intentDraft.payload as { readonly facts: object };
  return Array.from({ length: count }, (_, i) => {
    const price = 9_000_000_000_000 + random.below(500_000) * 1_000_000;
    const own = {
      symbol: random.below(2) === 0 ? "BTCUSDT" : "ETHUSDT",
      side: random.below(2) === 0 ? "BUY" : "SELL",
      qty: `0.0${1 + random.below(99)}`,
      limit_price: `${price / 1e8}`,
      client_order_id: `20261121220000-${i + 1}`,
      facts: {
        ...payload.facts,
        price,
        notional: Math.floor(price / 100),
        orders_in_window: random.below(60),
      },
    };
    return asDraft({ ...intentDraft, payload: { ...payload, ...own } });
  });
}

/** Words and numbers that some rule knows, and their neighbours. */
const TELLING: readonly unknown[] = [
  ...["", "0", "1", "0.0", "0.00000001", "0.000000001", "01", "1e3", "1.", ".5", "999999999999999999"],
  ...["BUY", "buy", "SELL", "BTCUSDT", "ETHUSDT", "DOGEUSDT", "LIMIT", "MARKET", "STOP", "GTC", "IOC", "FOK"],
  ...["binance", "embedded", "paper", "trade", "book", "depth", "candle", "market_role", "risk_role"],
  ...["strategy_role", "ai_role", "market_tick", "order_intent", "order_cancel", "signal"],
  ...[
    "20261121220000-1",
    "20261121220000-0",
    "20261121220000-01",
    "2026112122000-1",
    "20261121220000",
    "a-1",
  ],
  ...["20261121220000-1-1", "-", -1, 0, 0.5, 1, 1000, 1001, 1e13, 1e13 + 1, 1e21, Number.MAX_SAFE_INTEGER],
  ...[Number.MAX_SAFE_INTEGER - 1, true, false, null, undefined, [], {}, ["BTCUSDT"]],
];

/** Copies of what is allowed in which up to three of the fields that policy reads are something else, or gone. */
export function spoiledDrafts(
  allowed: readonly AnyDraft[],
  reads: readonly Path[],
  count: number,
): readonly AnyDraft[] {
  const random = randomStream(2, "spoiled");
  const paths = reads.filter(([field]) => field !== "manifest").map((path) => path.join("/"));
  const parents = [
    "payload",
    ...paths.some((path) => path.startsWith("payload/facts/")) ? ["payload/facts"] : [],
  ];
  return Array.from({ length: count }, (_, i) => {
    const draft = allowed[i % allowed.length]!;
    if (random.below(50) === 0) return spoiled(draft, pick(random, parents), random);
    let copy = draft;
    for (let changes = random.below(4); changes > 0; changes--) {
      copy = spoiled(copy, pick(random, paths), random);
    }
    return copy;
  });
}

function spoiled(draft: AnyDraft, path: string, random: Random): AnyDraft {
  return changed(draft as LooseDraft, path, pick(random, TELLING));
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random.below(items.length)]!;
}
