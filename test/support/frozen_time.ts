/** Does the work while the machine's clock stands still at `ts`. */
export async function atTime(ts: number, work: () => void | Promise<void>): Promise<void> {
  const { now } = Date;
  Date.now = () => ts;
  try {
    await work();
  } finally {
    Date.now = now;
  }
}
