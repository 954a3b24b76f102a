import { AT_START, fault, faults, type Provocation, strategies } from "./provocation.ts";

/** What the market and the night's own trading can bring about. */

const oneStrategy = (order: object = { type: "MARKET" }) => strategies(["trend"], order);
const LIMIT = { type: "LIMIT", tif: "GTC" };

export const LIMITS: readonly Provocation[] = [
  {
    code: "RISK_NIGHT_LOSS",
    cause: "a loss of a hundred-millionth",
    sets: ["risk.night_loss.limit=0.00000001"],
  },
  {
    code: "RISK_DAILY_LOSS",
    cause: "a loss of a hundred-millionth",
    sets: ["risk.daily_loss.limit=0.00000001"],
  },
  {
    code: "RISK_DRAWDOWN",
    cause: "a hundred-millionth under the top",
    sets: ["risk.drawdown.limit=0.00000001"],
  },
  { code: "RISK_TRADE_RATE", cause: "a fourth order", sets: ["risk.trade_rate.limit=3"] },
  {
    code: "RISK_EXPOSURE",
    cause: "a second symbol",
    sets: [oneStrategy(), "risk.exposure.limit=0.15"],
  },
  {
    code: "RISK_SYMBOL_EXPOSURE",
    cause: "a second strategy in a symbol",
    sets: ["risk.symbol_exposure.limit=0.06", "risk.symbol_exposure.action=STOP"],
  },
  {
    code: "RISK_OPEN_ORDERS",
    cause: "a second open order",
    sets: [
      oneStrategy(LIMIT),
      "execution.latency_ms=2000",
      "risk.open_orders.limit=1",
      "risk.open_orders.action=STOP",
    ],
  },
  {
    code: "RISK_ORDER_SIZE",
    cause: "entries over the limit are made smaller",
    sets: ["risk.order_size.limit=500", "duration_ms=6000"],
    expected: { exit: 0, action: "REDUCE", isLatched: false },
  },
  {
    code: "RISK_PRICE_COLLAR",
    cause: "any spread at all",
    expected: { trades: false },
    sets: ["risk.price_collar.limit=0.00000001", "risk.price_collar.action=STOP"],
  },
  {
    code: "RISK_STALE_PRICE",
    cause: "a quote of an earlier moment",
    expected: { trades: false },
    sets: ["risk.stale_price.limit_ms=1", "risk.stale_price.action=STOP"],
  },
  {
    code: "RISK_COOLDOWN",
    cause: "an entry right after a loss",
    sets: ["risk.cooldown.after_loss_ms=60000", "risk.cooldown.action=STOP"],
  },
  {
    code: "RISK_STOPLOSS_GUARD",
    cause: "a first loss",
    sets: ["risk.stoploss_guard.losses=1", "risk.stoploss_guard.action=STOP"],
  },
  {
    code: "RISK_LOW_PROFIT",
    cause: "a first round trip without profit",
    sets: ["risk.low_profit.trades=1", "risk.low_profit.loss_max=0.00000001", "risk.low_profit.action=STOP"],
  },
];

export const VENUE: readonly Provocation[] = [
  {
    code: "VENUE_LOST",
    cause: "the venue goes away",
    hasStandIn: true,
    sets: ["binance.lost_after_ms=4000"],
    deed: (_, venue) => venue.close(),
  },
  {
    code: "VENUE_LOST",
    cause: "no venue at the start",
    words: ["--source", "binance"],
    sets: ["binance.rest_url=http://127.0.0.1:9", "binance.ws_url=ws://127.0.0.1:9"],
    expected: AT_START,
  },
  {
    code: "VENUE_ERRORS",
    cause: "503 and HTML from REST",
    sets: [faults(fault("error_5xx", {})), "binance.errors.limit=3"],
  },
  {
    code: "FEED_STALE",
    cause: "no data, the socket open",
    sets: [faults(fault("stall", {})), "market.stale.freeze_ms=1000", "market.stale.stop_ms=3000"],
  },
  {
    code: "FEED_GAP",
    cause: "trades missing, REST down",
    sets: [
      faults(fault("gap", { count: 5, for_ms: undefined }), fault("error_5xx", {})),
      "market.gap.stop_ms=1000",
      "binance.errors.limit=1000",
    ],
  },
  {
    code: "CLOCK_SKEW",
    cause: "the venue's clock 5 s ahead",
    hasStandIn: true,
    sets: ["binance.clock.stop_ms=1500"],
    deed: (_, venue) => venue.setClock(5000),
  },
];
