import type { RiskConfig } from "../../src/core/config.ts";
import type { Event, RiskAction } from "../../src/core/event.ts";
import { BrokenInvariant, type SimLedger, UNIT, unitsOf } from "./sim_ledger.ts";
import { restOf, type SimOrder, type SimOrders } from "./sim_orders.ts";

/**
 * No limit of trading is passed without what the configuration says follows from it, reckoned from the log alone.
 *
 * An entry is judged as of the signal that it answers: of what others say between the two, the risk role knew nothing
 * yet. What must follow by itself is looked for when the turn is through.
 *
 * Not reckoned: low_profit; the limits of the feed (a freeze is held against its orders, whatever it is for); that the
 * freezes of trade_rate, price_collar, low_profit and the feed are lifted; daily_loss where a night sees midnight, as
 * none here does.
 */
export class SimLimits {
  readonly #risk: RiskConfig;
  readonly #ledger: SimLedger;
  readonly #orders: SimOrders;
  /** Of this turn, in the order in which they were judged. */
  #judgements: Judgement[] = [];
  /** Freezes that the timer of this turn finds over. */
  #lifted: readonly string[] = [];
  readonly #bookTs = new Map<string, number>();
  readonly #frozen = new Set<string>();
  readonly #orderTimes: number[] = [];
  /** "strategy symbol" → until when, and when the last losses were. */
  readonly #coolUntil = new Map<string, number>();
  readonly #guardUntil = new Map<string, number>();
  readonly #lossTimes = new Map<string, number[]>();

  constructor(risk: RiskConfig, ledger: SimLedger, orders: SimOrders) {
    this.#risk = risk;
    this.#ledger = ledger;
    this.#orders = orders;
  }

  book(symbol: string, ts: number): void {
    this.#bookTs.set(symbol, ts);
  }

  act({ action, reason_code, strategy_id, symbol }: RiskAction): void {
    const key = `${reason_code} ${strategy_id ?? "*"} ${symbol ?? "*"}`;
    if (action === "FREEZE") this.#frozen.add(key);
    if (action === "UNFREEZE" && !this.#frozen.delete(key)) {
      throw new BrokenInvariant(`nothing was frozen as ${key}`);
    }
  }

  signal({ id, ts, payload: { strategy_id, symbol, side } }: Event<"signal">): void {
    const exposed = new Map<string, bigint>();
    for (const name of this.#ledger.mids.keys()) exposed.set(name, this.#exposedIn(name));
    this.#judgements.push({
      id,
      equity: this.#ledger.equity,
      mid: this.#ledger.mids.get(symbol) ?? 0n,
      exposed,
      open: this.#orders.open.size,
      inWindow: this.#orderTimes.filter((time) => time + this.#risk.trade_rate.window_ms > ts).length,
      blocks: side === "BUY" ? this.#blocks(`${strategy_id} ${symbol}`, ts) : [],
    });
  }

  /** Before it counts among the open ones. */
  intent(order: SimOrder, cause: string, ts: number): void {
    const at = this.#judgements.findIndex(({ id }) => id === cause);
    if (at < 0) throw new BrokenInvariant("an order that answers no signal of its turn");
    const judgement = this.#judgements[at]!;
    const { symbol, side } = order.intent;
    const isEntry = side === "BUY";
    const { trade_rate } = this.#risk;
    if ((isEntry || trade_rate.action === "STOP") && judgement.inWindow + 1 > trade_rate.limit) {
      throw new BrokenInvariant(`more than ${trade_rate.limit} orders in ${trade_rate.window_ms} ms`);
    }
    if (isEntry) this.#proveEntry(order, judgement);
    this.#orderTimes.push(ts);
    // Whoever was judged later knew of it already.
    for (const later of this.#judgements.slice(at + 1)) {
      later.open++;
      later.inWindow++;
      if (isEntry) later.exposed.set(symbol, (later.exposed.get(symbol) ?? 0n) + restOf(order));
    }
  }

  #proveEntry(order: SimOrder, { blocks, open, equity, exposed, mid }: Judgement): void {
    const { open_orders, order_size, exposure, symbol_exposure, price_collar } = this.#risk;
    const [block] = [...blocks, ...this.#freezesOf(order.intent)];
    if (block !== undefined) throw new BrokenInvariant(`an entry in spite of ${block}`);
    if (open >= open_orders.limit) throw new BrokenInvariant(`an entry with ${open} orders open`);
    const size = restOf(order);
    if (size > unitsOf(order_size.limit, 16)) throw new BrokenInvariant(`an entry of ${size}`);
    const all = [...exposed.values()].reduce((sum, value) => sum + value, size);
    if (isOver(all, equity, exposure)) throw new BrokenInvariant(`exposed by ${all} of ${equity}`);
    const inSymbol = (exposed.get(order.intent.symbol) ?? 0n) + size;
    if (isOver(inSymbol, equity, symbol_exposure)) {
      throw new BrokenInvariant(`exposed by ${inSymbol} of ${equity} in ${order.intent.symbol}`);
    }
    const distance = order.price > mid ? order.price - mid : mid - order.price;
    if (isOver(distance, mid, price_collar)) throw new BrokenInvariant(`price ${order.price}, mid ${mid}`);
  }

  /** A round trip has ended. */
  closed(key: string, ts: number, gain: bigint): void {
    if (gain >= 0n) return;
    const { cooldown, stoploss_guard: { losses, window_ms, freeze_ms } } = this.#risk;
    this.#coolUntil.set(key, ts + cooldown.after_loss_ms);
    const times = [...this.#lossTimes.get(key) ?? [], ts].slice(-losses);
    this.#lossTimes.set(key, times);
    if (times.length === losses && times[0]! + window_ms > ts) this.#guardUntil.set(key, ts + freeze_ms);
  }

  /** It lifts what is over. */
  timer(ts: number): void {
    const passed = new Set([...this.#standing()].map(([code, scope]) => `${code} ${scope}`));
    this.#lifted = [...this.#frozen].filter((key) => this.#isOver(key, passed, ts));
  }

  /** The next input comes: all that had to follow has followed. */
  turnEnds(): void {
    for (const [code, scope, action] of this.#standing()) {
      if (action === "STOP") throw new BrokenInvariant(`${code} is passed and nothing has stopped`);
      if (action === "FREEZE" && !this.#frozen.has(`${code} ${scope}`)) {
        throw new BrokenInvariant(`${code} is passed and nothing is frozen`);
      }
    }
    const left = this.#lifted.find((key) => this.#frozen.has(key));
    if (left !== undefined) throw new BrokenInvariant(`${left} is over and still frozen`);
    this.#judgements = [];
    this.#lifted = [];
  }

  #isOver(key: string, passed: ReadonlySet<string>, ts: number): boolean {
    const [code, strategy, symbol] = key.split(" ") as [string, string, string];
    const { open_orders, stale_price } = this.#risk;
    switch (code) {
      case "RISK_NIGHT_LOSS":
      case "RISK_DAILY_LOSS":
      case "RISK_DRAWDOWN":
      case "RISK_EXPOSURE":
      case "RISK_SYMBOL_EXPOSURE":
        return !passed.has(key);
      case "RISK_OPEN_ORDERS":
        return this.#orders.open.size < open_orders.limit;
      case "RISK_STALE_PRICE":
        return ts - (this.#bookTs.get(symbol) ?? 0) <= stale_price.limit_ms;
      case "RISK_COOLDOWN":
        return ts >= this.#coolUntil.get(`${strategy} ${symbol}`)!;
      case "RISK_STOPLOSS_GUARD":
        return ts >= this.#guardUntil.get(`${strategy} ${symbol}`)!;
      default:
        return false;
    }
  }

  /** What no entry may pass, whatever its size. */
  #blocks(key: string, ts: number): readonly string[] {
    const symbol = key.slice(key.indexOf(" ") + 1);
    const { stale_price } = this.#risk;
    const standing = [...this.#standing()].filter(([, scope]) => scope === "* *" || scope === `* ${symbol}`);
    const isStale = ts - (this.#bookTs.get(symbol) ?? 0) > stale_price.limit_ms;
    return [
      ...standing.map(([code]) => code),
      ...(isStale ? ["a price that is stale"] : []),
      ...(ts < (this.#coolUntil.get(key) ?? 0) ? ["a cooldown"] : []),
      ...(ts < (this.#guardUntil.get(key) ?? 0) ? ["a row of losses"] : []),
    ];
  }

  /** As of the order: all that stands between it and its signal was decided before. */
  #freezesOf({ strategy_id, symbol }: SimOrder["intent"]): readonly string[] {
    return [...this.#frozen].filter((key) => {
      const [, ofStrategy, ofSymbol] = key.split(" ");
      return [strategy_id, "*"].includes(ofStrategy!) && [symbol, "*"].includes(ofSymbol!);
    });
  }

  /** The limits that are passed now, with their scope. */
  *#standing(): Iterable<readonly [code: string, scope: string, action: string]> {
    const { night_loss, daily_loss, drawdown, exposure, symbol_exposure } = this.#risk;
    const { start, equity, peak, mids } = this.#ledger;
    const all = "* *";
    if (isOver(start - equity, start, night_loss)) yield ["RISK_NIGHT_LOSS", all, night_loss.action];
    if (isOver(start - equity, start, daily_loss)) yield ["RISK_DAILY_LOSS", all, daily_loss.action];
    if (isOver(peak - equity, peak, drawdown)) yield ["RISK_DRAWDOWN", all, drawdown.action];
    let exposed = 0n;
    for (const symbol of mids.keys()) {
      const inSymbol = this.#exposedIn(symbol);
      exposed += inSymbol;
      if (isOver(inSymbol, equity, symbol_exposure)) {
        yield ["RISK_SYMBOL_EXPOSURE", `* ${symbol}`, symbol_exposure.action];
      }
    }
    if (isOver(exposed, equity, exposure)) yield ["RISK_EXPOSURE", all, exposure.action];
  }

  /** Held at mid, and what open purchases may still add. */
  #exposedIn(symbol: string): bigint {
    let exposed = this.#ledger.valueIn(symbol);
    for (const order of this.#orders.open) {
      if (order.intent.symbol === symbol && order.intent.side === "BUY") exposed += restOf(order);
    }
    return exposed;
  }
}

/** As of a signal. */
interface Judgement {
  readonly id: string;
  readonly equity: bigint;
  readonly mid: bigint;
  /** By symbol. */
  readonly exposed: Map<string, bigint>;
  readonly blocks: readonly string[];
  open: number;
  inWindow: number;
}

function isOver(part: bigint, whole: bigint, { limit }: { readonly limit: string }): boolean {
  return part * UNIT > whole * unitsOf(limit, 8);
}
