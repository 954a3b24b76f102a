/**
 * The orders sent in the last `windowMs` of event time. It keeps no more times than it takes to know
 * that the limit is passed, so from one beyond the limit on it no longer counts exactly.
 */
export interface OrderWindow {
  readonly windowMs: number;
  readonly limit: number;
  /** Oldest first. */
  readonly times: number[];
}

export function orderWindow(windowMs: number, limit: number): OrderWindow {
  return { windowMs, limit, times: [] };
}

export function countOrder(window: OrderWindow, ts: number): void {
  window.times.push(ts);
  if (window.times.length > window.limit + 1) window.times.shift();
}

/** An order leaves the window when it is exactly `windowMs` old. */
export function ordersWithin(window: OrderWindow, ts: number): number {
  const { times } = window;
  while (times.length > 0 && times[0]! + window.windowMs <= ts) times.shift();
  return times.length;
}

/** When the window has room for one more order; with a limit of 0 never. */
export function roomTs(window: OrderWindow): number {
  const leaves = window.times[window.times.length - window.limit];
  return leaves === undefined ? Number.MAX_SAFE_INTEGER : leaves + window.windowMs;
}
