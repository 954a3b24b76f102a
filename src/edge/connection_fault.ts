/** Why a connection or a request failed, in words for a reader, with the system's own code. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "Connection refused",
  ECONNRESET: "Connection reset by the other side",
  EPIPE: "Connection closed by the other side",
  ETIMEDOUT: "Connection timed out",
  ENOTFOUND: "Host not found",
  EAI_AGAIN: "Host not found for now",
  EHOSTUNREACH: "Host unreachable",
  ENETUNREACH: "Network unreachable",
  HPE_HEADER_OVERFLOW: "Headers of the answer are too long",
};

export function connectionFault(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === "string" && Object.hasOwn(WORDS, code)) return `${WORDS[code]} (${code})`;
  const said = typeof message === "string" && message !== "" ? message : "Connection failed";
  return typeof code === "string" && !said.includes(code) ? `${said} (${code})` : said;
}
