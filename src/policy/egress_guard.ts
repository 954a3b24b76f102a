import type { PolicyDenial } from "../core/event.ts";
import type { PolicyGate } from "../core/ports.ts";
import { judgeAct } from "./acts.ts";

/** Stands before every connection to somebody else: the edge asks it about each URL and opens only what it lets through. */
export interface EgressGuard {
  /** Why the URL may not be dialed, for a reader; null where it may. */
  refusal(url: string): string | null;
}

/** Each denial is told to `onDenied`. The only verb there is: a WebSocket begins with a GET, too. */
export function egressGuard(gate: PolicyGate, onDenied: (denial: PolicyDenial) => void): EgressGuard {
  return {
    refusal(url) {
      const dial = { ...partsOf(url), verb: "GET" };
      const denial = judgeAct(gate, "dial", dial);
      if (denial === null) return null;
      onDenied(denial);
      return `Denied by policy (${denial.codes.join(", ")}): ${dial.scheme}://${dial.host}:${dial.port}`;
    },
  };
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { https: 443, wss: 443, http: 80, ws: 80 };

/** As who dials understands the URL: what stands before an @ is no host, and names have one spelling. */
function partsOf(url: string): { readonly scheme: string; readonly host: string; readonly port: number } {
  if (!URL.canParse(url)) return { scheme: "", host: "", port: 0 };
  const { protocol, hostname, port } = new URL(url);
  const scheme = protocol.slice(0, -1);
  return { scheme, host: hostname, port: port === "" ? DEFAULT_PORTS[scheme] ?? 0 : Number(port) };
}
