/**
 * The name that an order has before any venue gives it one: the run's id without "_", "-", a counter from 1.
 * The counter only grows, so an order seen twice is known by its number alone.
 */
export function clientOrderId(runId: string, number: number): string {
  return runId.replaceAll("_", "") + "-" + number;
}

/** The counter in a client order id, or 0 for one that is not of this run. */
export function numberOfClientOrderId(runId: string, id: string): number {
  const number = Number(id.slice(id.lastIndexOf("-") + 1));
  return Number.isSafeInteger(number) && number > 0 && clientOrderId(runId, number) === id ? number : 0;
}
