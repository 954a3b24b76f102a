/**
 * The AI process as somebody would have it who has got hold of it: our own program, which really begins, is proven and
 * learns, with a deed of theirs in between. Gates and provocations isolate it in the place of ours.
 */

/** `deed` is JavaScript that runs before each line of its output; it has `line`, `say` and `answers`, counted from 1. */
export function turnedWorker(program: string, deed: string): string {
  return `{
  const { stdout } = globalThis.process;
  const say = stdout.write.bind(stdout);
  let answers = 0;
  stdout.write = (line) => {
    if (line.startsWith('{"type":"heartbeat"')) answers++;
    ${deed}
    return say(line);
  };
}
${program}`;
}

const ORDER = {
  type: "order_intent",
  payload: {
    venue: "binance",
    strategy_id: "reversion",
    symbol: "BTCUSDT",
    side: "BUY",
    qty: "1",
    order_type: "MARKET",
    client_order_id: "20261121220000-1",
    facts: { stopping: false, frozen: false },
  },
};

/** A deed: it says an order, whole and by its schema. */
export const SAY_ORDER: string = `say(${JSON.stringify(`${JSON.stringify(ORDER)}\n`)});`;
