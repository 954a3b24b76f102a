import { parseStrictYaml } from "../../src/core/strict_yaml.ts";

/** A service of compose.yaml as words of `docker run`, key by key, so that what is run is what stands there. */
export interface Service {
  readonly flags: RunFlags;
  readonly command: readonly string[];
}

export type RunFlags = Readonly<Record<string, readonly string[]>>;

export function readService(composeText: string, name: string): Service {
  const { services } = parseStrictYaml(composeText) as Compose;
  const service = services[name];
  if (service === undefined) throw new Error(`compose.yaml has no service ${JSON.stringify(name)}`);
  const { build: _build, image: _image, command, ...rest } = service;
  const flags = Object.entries(rest).map(([key, value]) => [key, wordsOf(key, value)] as const);
  return { flags: Object.fromEntries(flags), command: command as readonly string[] };
}

interface Compose {
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** How docker calls what compose calls otherwise. */
const NAMES: Readonly<Record<string, string>> = {
  user: "user",
  read_only: "read-only",
  cap_drop: "cap-drop",
  security_opt: "security-opt",
  tmpfs: "tmpfs",
  mem_limit: "memory",
  memswap_limit: "memory-swap",
  cpus: "cpus",
  pids_limit: "pids-limit",
  ulimits: "ulimit",
  network_mode: "network",
  restart: "restart",
  stop_grace_period: "stop-timeout",
  volumes: "volume",
};

function wordsOf(key: string, value: unknown): readonly string[] {
  const name = NAMES[key];
  if (name === undefined) {
    throw new Error(`compose.yaml: no flag of docker run is known for ${JSON.stringify(key)}`);
  }
  if (value === true) return [`--${name}`];
  return valuesOf(key, value).map((text) => `--${name}=${text}`);
}

function valuesOf(key: string, value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).map(([name, limit]) => `${name}=${limit}`);
  }
  return [key === "stop_grace_period" ? String(value).replace(/s$/, "") : String(value)];
}
