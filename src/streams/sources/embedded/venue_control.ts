/**
 * What a client asks of its connection (SUBSCRIBE, UNSUBSCRIBE, LIST_SUBSCRIPTIONS) and what it is answered, in the
 * venue's words. Trusts nothing: the request may be any text.
 */
export const STREAMS_MAX = 1024;
const STREAM_LENGTH_MAX = 64;
const METHODS = ["SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS"] as const;

/** The answer to one request; changes `streams` where the request says so, wholly or not at all. */
export function venueControl(text: string, streams: Set<string>): string {
  let request: unknown;
  try {
    request = JSON.parse(text);
  } catch {
    return refused(3, "Invalid JSON: expected value at line 1 column 1");
  }
  if (typeof request !== "object" || request === null || Array.isArray(request)) {
    return refused(2, "Invalid request: expected a JSON object");
  }
  const { method, params, id } = request as { method?: unknown; params?: unknown; id?: unknown };
  if (method === undefined) return refused(2, "Invalid request: missing field `method` at line 1 column 1");
  if (!METHODS.some((known) => known === method)) {
    const expected = METHODS.map((known) => `\`${known}\``).join(", ");
    const variant = JSON.stringify(method).slice(0, 40);
    return refused(2, `Invalid request: unknown variant ${variant}, expected one of ${expected}`);
  }
  if (!isRequestId(id)) return refused(2, "Invalid request: request ID must be an unsigned integer");
  if (method === "LIST_SUBSCRIPTIONS") {
    if (params !== undefined) return refused(2, "Invalid request: too many parameters");
    return JSON.stringify({ result: [...streams], id });
  }
  if (!Array.isArray(params) || params.length === 0 || !params.every(isStreamName)) {
    return refused(2, "Invalid request: params must be an array of stream names");
  }
  if (method === "UNSUBSCRIBE") { for (const stream of params) streams.delete(stream); }
  else {
    const wanted = new Set([...streams, ...params]);
    if (wanted.size > STREAMS_MAX) return refused(2, "Invalid request: too many parameters");
    for (const stream of params) streams.add(stream);
  }
  return JSON.stringify({ result: null, id });
}

/** As the venue writes them; one that it does not have is taken, and stays silent. */
export function isStreamName(value: unknown): value is string {
  return typeof value === "string" && value.length <= STREAM_LENGTH_MAX &&
    /^[a-z0-9_]+@[A-Za-z0-9_@]+$/.test(value);
}

function isRequestId(id: unknown): boolean {
  return id === null || Number.isSafeInteger(id) || typeof id === "string" && /^[A-Za-z0-9]{1,36}$/.test(id);
}

function refused(code: number, msg: string): string {
  return JSON.stringify({ code, msg });
}
